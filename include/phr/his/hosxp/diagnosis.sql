{# ovstdiag also holds ICD-9-CM procedures: digits only. A malformed code that merely starts with a digit
   stays in, so that the checks see it. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.ovst_diag_id AS row_key, x.icd10 AS code,
    {{ opt('icd101', 'name', 'i') }} AS name_en, {{ opt('icd101', 'tname', 'i') }} AS name_th,
    dt.nhso_code AS diagnosis_type,
    {{ d(opt('ovstdiag', 'vstdate', 'x')) }} AS recorded_date,
    {{ t(opt('ovstdiag', 'vsttime', 'x')) }} AS recorded_time,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM ovst o
JOIN ovstdiag x ON x.vn = o.vn AND x.vn <> ''
{{ left('icd101', 'i', 'i.code = x.icd10') }}
LEFT JOIN diagtype dt ON dt.diagtype = x.diagtype
LEFT JOIN doctor dr ON dr.code = x.doctor
WHERE {{ s.visits(scope) }} AND (x.icd10 IS NULL OR NOT {{ procedure_code('x.icd10') }})
