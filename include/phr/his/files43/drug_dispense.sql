{# DIDSTD is the 24-digit code, a TMT id or the hospital's own code, and only the first can be told from the others. UNIT
   is a code without a public list. There are no directions in DRUG_OPD. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ concat('v.ref', "':'", "COALESCE(x.didstd, '')", s.nth()) }} AS row_key,
    x.didstd AS local_code, x.dname AS name, NULL AS strength, NULL AS sks_code, NULL AS tpu_code, NULL AS gpu_code,
    CASE WHEN LENGTH(x.didstd) = 24 AND NOT {{ not_digits('x.didstd') }} THEN x.didstd END AS did24,
    x.amount AS quantity, CASE WHEN {{ not_digits('x.unit') }} THEN x.unit END AS unit, x.drugprice AS unit_price,
    NULL AS sp_use, NULL AS special1, NULL AS special2, NULL AS special3, NULL AS usage_short, NULL AS usage_code,
    NULL AS usage1, NULL AS usage2, NULL AS usage3, x.date_serv AS rx_date, NULL AS rx_time, NULL AS visit_date,
    NULL AS visit_time
FROM service v
JOIN drug_opd x ON {{ s.of_visit('x') }}
WHERE {{ s.visits(scope) }}
