{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, {{ concat('x.visitno', "':'", 'x.diagcode') }} AS row_key,
    x.diagcode AS code, {{ opt('cdisease', 'diseasename', 'i') }} AS name_en,
    {{ opt('cdisease', 'diseasenamethai', 'i') }} AS name_th,
    CASE WHEN SUBSTR(TRIM(x.dxtype), 1, 1) = '0' THEN SUBSTR(TRIM(x.dxtype), 2) ELSE x.dxtype END AS diagnosis_type,
    {{ d('v.visitdate') }} AS recorded_date, NULL AS recorded_time,
    {{ s.staff_name() }} AS doctor_name, {{ s.staff_license() }} AS doctor_license
FROM visit v
JOIN visitdiag x ON {{ s.of_visit('x') }}
{{ left('cdisease', 'i', 'i.diseasecode = x.diagcode') }}
{{ s.join_staff('x.doctordiag') }}
WHERE {{ s.visits(scope) }}
