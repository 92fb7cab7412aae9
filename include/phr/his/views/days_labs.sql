{# Service days of visits with a result ordered or reported on these days. #}
SELECT {{ d('v.service_day') }} AS service_day
FROM phr_lab_result x JOIN phr_visit v ON v.hcode = x.hcode AND v.visit_ref = x.visit_ref
WHERE x.hcode = :hcode AND x.order_date IN :days
UNION
SELECT {{ d('v.service_day') }} AS service_day
FROM phr_lab_result x JOIN phr_visit v ON v.hcode = x.hcode AND v.visit_ref = x.visit_ref
WHERE x.hcode = :hcode AND x.report_date IN :days
