{# The complaint stands in phr_visit, so every visit gives a row, measured or not. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ opt('phr_vital_sign', 'row_key', 'x') }} AS row_key,
{% for column in ('weight_kg', 'height_cm', 'temperature_c', 'bp_systolic', 'bp_diastolic', 'pulse', 'respiration',
    'waist_cm', 'spo2') %}
    {{ opt('phr_vital_sign', column, 'x') }} AS {{ column }},
{% endfor %}
    NULL AS o2sat, {{ opt('phr_visit', 'chief_complaint', 'v') }} AS chief_complaint,
    {{ opt('phr_visit', 'present_illness', 'v') }} AS present_illness
FROM phr_visit v
{{ left('phr_vital_sign', 'x', 'x.hcode = v.hcode AND x.visit_ref = v.visit_ref') }}
WHERE {{ s.visits(scope) }}
