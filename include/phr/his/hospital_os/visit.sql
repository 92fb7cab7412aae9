{# How a visit ended: 51 home, 53 consultation, 54 referral, 52 and 56 death, 55 dead on arrival (43-file TYPEOUT). #}
{% import 'scopes.jinja' as s %}
{% set last = opt('t_visit', 'visit_staff_doctor_discharge_date_time', 'v') %}
{% set clinic = s.mapped('b_report_12files_map_clinic', 'b_report_12files_std_clinic_id', 'b_visit_clinic_id',
    'v.b_visit_clinic_id') %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, COALESCE(p.patient_hn, v.visit_hn) AS hn, {{ s.day() }} AS service_day,
    {{ s.time_of('v.visit_begin_visit_time') }} AS start_time,
    CASE WHEN SUBSTR({{ txt(last) }}, 1, 10) = SUBSTR({{ txt('v.visit_begin_visit_time') }}, 1, 10)
        THEN {{ s.time_of(last) }} END AS last_time,
    CASE WHEN LENGTH({{ clinic }}) = 2 THEN {{ concat("'0'", clinic, "'00'") }} END AS clinic_code,
    {{ opt('b_visit_clinic', 'visit_clinic_description', 'c') }} AS clinic_name,
    {{ opt('b_service_point', 'service_point_description', 'sp') }} AS department_name,
    COALESCE(NULLIF({{ txt(opt('t_visit', 'f_visit_service_type_id', 'v')) }}, ''),
        CASE WHEN NOT {{ s.blank(opt('t_visit', 'b_visit_office_id_refer_in', 'v')) }} THEN '3'
            WHEN NOT {{ s.blank(opt('t_visit', 't_patient_appointment_id', 'v')) }} THEN '2' END) AS arrival_code,
    CASE {{ txt('v.f_visit_opd_discharge_status_id') }} WHEN '51' THEN '1' WHEN '53' THEN '1' WHEN '54' THEN '3'
        WHEN '52' THEN '4' WHEN '56' THEN '4' WHEN '55' THEN '5' END AS outcome_code,
    {{ s.name_of('e') }} AS doctor_name, e.employee_number AS doctor_license,
    {{ opt('t_visit', 'visit_dx', 'v') }} AS diagnosis_text
FROM t_visit v
LEFT JOIN t_patient p ON p.t_patient_id = v.t_patient_id AND {{ s.live('p.patient_active') }}
{{ left('b_visit_clinic', 'c', 'c.b_visit_clinic_id = v.b_visit_clinic_id') }}
{{ left('b_service_point', 'sp', 'sp.b_service_point_id = v.b_service_point_id') }}
LEFT JOIN b_employee e ON e.b_employee_id = v.visit_staff_doctor_discharge
WHERE {{ s.visits(scope) }}
