{# A code of digits only is a procedure (ICD-9-CM) and no diagnosis. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, x.row_key AS row_key, x.code AS code, NULL AS name_en,
    {{ opt('phr_diagnosis', 'name', 'x') }} AS name_th, x.diagnosis_type AS diagnosis_type,
    {{ d(opt('phr_diagnosis', 'recorded_date', 'x')) }} AS recorded_date,
    {{ t(opt('phr_diagnosis', 'recorded_time', 'x')) }} AS recorded_time,
    {{ opt('phr_diagnosis', 'doctor_name', 'x') }} AS doctor_name,
    {{ opt('phr_diagnosis', 'doctor_license', 'x') }} AS doctor_license
FROM phr_visit v
JOIN phr_diagnosis x ON x.hcode = v.hcode AND x.visit_ref = v.visit_ref
WHERE {{ s.visits(scope) }} AND (x.code IS NULL OR NOT ({{ procedure_code('x.code') }}))
