{# diag_icd10_vn holds t_visit_id. Procedures stand in a table of their own, which is not read. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.t_diag_icd10_id AS row_key, x.diag_icd10_number AS code,
    {{ s.mapped('b_icd10', 'icd10_description', 'icd10_number', 'x.diag_icd10_number') }} AS name_en, NULL AS name_th,
    x.f_diag_icd10_type_id AS diagnosis_type,
    {{ s.day_of('x.diag_icd10_record_date_time') }} AS recorded_date,
    {{ s.time_of('x.diag_icd10_record_date_time') }} AS recorded_time,
    {{ s.name_of('e') }} AS doctor_name, e.employee_number AS doctor_license
FROM t_visit v
JOIN t_diag_icd10 x ON x.diag_icd10_vn = v.t_visit_id AND {{ s.live('x.diag_icd10_active') }}
LEFT JOIN b_employee e ON e.b_employee_id = x.diag_icd10_staff_doctor
WHERE {{ s.visits(scope) }}
