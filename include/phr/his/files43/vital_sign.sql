{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ s.ref() }} AS row_key, NULL AS weight_kg, NULL AS height_cm,
    v.btemp AS temperature_c, v.sbp AS bp_systolic, v.dbp AS bp_diastolic, v.pr AS pulse, v.rr AS respiration,
    NULL AS waist_cm, NULL AS spo2, NULL AS o2sat, v.chiefcomp AS chief_complaint, NULL AS present_illness
FROM service v
WHERE {{ s.visits(scope) }}
