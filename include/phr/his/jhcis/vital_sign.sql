{# The blood pressure is one text, 120/80. Without a stroke it stays in one piece, for the checks to see. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, {{ s.ref() }} AS row_key, v.weight AS weight_kg, v.height AS height_cm,
    v.temperature AS temperature_c,
    CASE WHEN INSTR(v.pressure, '/') > 0 THEN SUBSTR(v.pressure, 1, INSTR(v.pressure, '/') - 1)
        ELSE v.pressure END AS bp_systolic,
    CASE WHEN INSTR(v.pressure, '/') > 0 THEN SUBSTR(v.pressure, INSTR(v.pressure, '/') + 1) END AS bp_diastolic,
    v.pulse AS pulse, v.respri AS respiration, {{ opt('visit', 'waist', 'v') }} AS waist_cm,
    NULL AS spo2, NULL AS o2sat, v.symptoms AS chief_complaint, NULL AS present_illness
FROM visit v
WHERE {{ s.visits(scope) }}
