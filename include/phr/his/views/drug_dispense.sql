{# A TMT id without a level, or with another than the three, is taken for that of the claims (SKS). #}
{% import 'scopes.jinja' as s %}
{% set tmt, level = opt('phr_drug_dispense', 'tmt_code', 'x'), opt('phr_drug_dispense', 'tmt_level', 'x') %}
SELECT {{ s.ref() }} AS visit_ref, x.row_key AS row_key, x.local_code AS local_code, x.name AS name, NULL AS strength,
    CASE WHEN COALESCE({{ txt(level) }}, 'SKS') NOT IN ('TPU', 'GPU') THEN {{ txt(tmt) }} END AS sks_code,
    CASE WHEN {{ txt(level) }} = 'TPU' THEN {{ txt(tmt) }} END AS tpu_code,
    CASE WHEN {{ txt(level) }} = 'GPU' THEN {{ txt(tmt) }} END AS gpu_code,
    {{ opt('phr_drug_dispense', 'did24', 'x') }} AS did24, x.quantity AS quantity,
    {{ opt('phr_drug_dispense', 'unit', 'x') }} AS unit, {{ opt('phr_drug_dispense', 'unit_price', 'x') }} AS unit_price,
    NULL AS sp_use, NULL AS special1, NULL AS special2, NULL AS special3,
    {{ opt('phr_drug_dispense', 'usage_text', 'x') }} AS usage_short, NULL AS usage_code,
    {{ opt('phr_drug_dispense', 'instruction_th', 'x') }} AS usage1, NULL AS usage2, NULL AS usage3,
    {{ d('x.dispensed_date') }} AS rx_date, {{ t(opt('phr_drug_dispense', 'dispensed_time', 'x')) }} AS rx_time,
    {{ d('v.service_day') }} AS visit_date, NULL AS visit_time
FROM phr_visit v
JOIN phr_drug_dispense x ON x.hcode = v.hcode AND x.visit_ref = v.visit_ref
WHERE {{ s.visits(scope) }}
