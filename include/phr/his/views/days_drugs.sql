{# Service days of visits with a line dispensed on these days; a line without a date of its own belongs to its visit. #}
SELECT {{ d('v.service_day') }} AS service_day
FROM phr_drug_dispense x JOIN phr_visit v ON v.hcode = x.hcode AND v.visit_ref = x.visit_ref
WHERE x.hcode = :hcode AND x.dispensed_date IN :days
UNION
SELECT {{ d('v.service_day') }} AS service_day
FROM phr_drug_dispense x JOIN phr_visit v ON v.hcode = x.hcode AND v.visit_ref = x.visit_ref
WHERE v.hcode = :hcode AND v.service_day IN :days
