{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.hos_guid AS row_key, x.bw AS weight_kg, x.height AS height_cm,
    x.temperature AS temperature_c, x.bps AS bp_systolic, x.bpd AS bp_diastolic, x.pulse AS pulse,
    x.rr AS respiration, {{ opt('opdscreen', 'waist', 'x') }} AS waist_cm,
    {{ opt('opdscreen', 'spo2', 'x') }} AS spo2, {{ opt('opdscreen', 'o2sat', 'x') }} AS o2sat,
    x.cc AS chief_complaint, {{ opt('opdscreen', 'hpi', 'x') }} AS present_illness
FROM ovst o
JOIN opdscreen x ON x.vn = o.vn AND x.vn <> ''
WHERE {{ s.visits(scope) }}
