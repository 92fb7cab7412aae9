{# A line has no date of its own: it was dispensed on the day of its visit. #}
SELECT DISTINCT {{ d('v.visitdate') }} AS service_day
FROM visit v JOIN visitdrug x ON x.pcucode = v.pcucode AND x.visitno = v.visitno
WHERE v.pcucode = :hcode AND v.visitdate IN :days
