{# Lines that are medicines: modern (01) and herbal (10). Services, supplies and vaccines stand in the same table. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, {{ concat('x.visitno', "':'", 'TRIM(x.drugcode)') }} AS row_key,
    x.drugcode AS local_code, i.drugname AS name, NULL AS strength, {{ opt('cdrug', 'tmtcode', 'i') }} AS sks_code,
    NULL AS tpu_code, NULL AS gpu_code, {{ opt('cdrug', 'drugcode24', 'i') }} AS did24, x.unit AS quantity,
    COALESCE({{ opt('cdrugunitsell', 'unitsellname', 'c') }}, i.unitsell) AS unit, x.realprice AS unit_price,
    NULL AS sp_use, NULL AS special1, NULL AS special2, NULL AS special3, NULL AS usage_short, NULL AS usage_code,
    x.dose AS usage1, NULL AS usage2, NULL AS usage3, NULL AS rx_date, NULL AS rx_time,
    {{ d('v.visitdate') }} AS visit_date, NULL AS visit_time
FROM visit v
JOIN visitdrug x ON {{ s.of_visit('x') }}
JOIN cdrug i ON i.drugcode = x.drugcode
{{ left('cdrugunitsell', 'c', 'c.unitsellcode = i.unitsell') }}
WHERE {{ s.visits(scope) }} AND i.drugtype IN ('01', '10')
