{# ovstdiag also holds ICD-9-CM procedures: digits only. A malformed code that merely starts with a digit
   stays in, so that the checks see it. iptdiag holds the diagnoses of the discharge. #}
{% import 'scopes.jinja' as s %}
{% if s.of_admission(scope) %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref,
    {{ concat("'ipt:'", opt('iptdiag', 'ipt_diag_id', 'x') if opt('iptdiag', 'ipt_diag_id', 'x') != 'NULL'
        else concat('x.an', "':'", 'x.icd10', "':'", "COALESCE(x.diagtype, '')")) }} AS row_key, x.icd10 AS code,
    {{ opt('icd101', 'name', 'c') }} AS name_en, {{ opt('icd101', 'tname', 'c') }} AS name_th,
    dt.nhso_code AS diagnosis_type, {{ d('i.dchdate') }} AS recorded_date, NULL AS recorded_time,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM ovst o
{{ s.join_admission() }}
JOIN iptdiag x ON x.an = i.an
{{ left('icd101', 'c', 'c.code = x.icd10') }}
LEFT JOIN diagtype dt ON dt.diagtype = x.diagtype
LEFT JOIN doctor dr ON dr.code = {{ opt('iptdiag', 'doctor', 'x') }}
{% else %}
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
{% endif %}
WHERE {{ s.visits(scope) }} AND (x.icd10 IS NULL OR NOT {{ procedure_code('x.icd10') }})
