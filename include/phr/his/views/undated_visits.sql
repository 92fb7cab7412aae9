{# Without a date, with a zero date, or with what stands for one (normalise.SENTINEL_DATES). #}
SELECT COUNT(*) AS visits
FROM phr_visit v
WHERE v.hcode = :hcode AND (v.service_day IS NULL OR v.service_day < '1000-01-01'
    OR v.service_day IN ('1899-12-30', '1900-01-01'))
