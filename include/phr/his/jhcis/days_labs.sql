{# Service days of visits with a result of these days: a late report moves dateresult only. #}
SELECT {{ d('v.visitdate') }} AS service_day
FROM visitlabchcyhembmsse x JOIN visit v ON v.pcucode = x.pcucode AND v.visitno = x.visitno
WHERE x.pcucode = :hcode AND x.datecheck IN :days
UNION
SELECT {{ d('v.visitdate') }} AS service_day
FROM visitlabchcyhembmsse x JOIN visit v ON v.pcucode = x.pcucode AND v.visitno = x.visitno
WHERE x.pcucode = :hcode AND x.dateresult IN :days
{% if has('visitlabsugarblood') %}
UNION
SELECT {{ d('v.visitdate') }} AS service_day
FROM visit v JOIN visitlabsugarblood x ON x.pcucode = v.pcucode AND x.visitno = v.visitno
WHERE v.pcucode = :hcode AND v.visitdate IN :days
{% endif %}
