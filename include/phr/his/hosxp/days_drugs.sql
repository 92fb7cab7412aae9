{# Service days of visits with a line dispensed on these days; a line without a date of its own belongs to its visit. #}
{% if opt('opitemrece', 'rxdate', 'x') != 'NULL' %}
SELECT {{ d('o.vstdate') }} AS service_day
FROM opitemrece x JOIN ovst o ON o.vn = x.vn
WHERE x.rxdate IN :days AND x.vn <> ''
UNION
{% endif %}
SELECT {{ d('o.vstdate') }} AS service_day
FROM opitemrece x JOIN ovst o ON o.vn = x.vn
WHERE x.vstdate IN :days AND x.vn <> ''
