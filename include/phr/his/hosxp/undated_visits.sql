{# Without a date, with a zero date, or with what stands for one (normalise.SENTINEL_DATES). #}
SELECT COUNT(*) AS visits
FROM ovst o
WHERE o.vstdate IS NULL OR o.vstdate < '1000-01-01' OR o.vstdate IN ('1899-12-30', '1900-01-01')
