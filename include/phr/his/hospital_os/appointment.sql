{# Appointments made in the visit; status 3 is cancelled. The clinic is one of either list, by release. #}
{% import 'scopes.jinja' as s %}
{% set made = opt('t_patient_appointment', 'patient_appointment_record_date_time', 'x') %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.t_patient_appointment_id AS row_key,
    {{ s.day_of('x.patient_appointment_date') }} AS start_date, x.patient_appointment_time AS start_time,
    {{ opt('t_patient_appointment', 'patient_appointment_end_time', 'x') }} AS end_time, NULL AS other_end_time,
    x.patient_appointment_clinic AS clinic_code,
    COALESCE({{ txt(opt('b_visit_clinic', 'visit_clinic_description', 'c')) }},
        {{ txt(opt('b_service_point', 'service_point_description', 'sp')) }}) AS clinic_name,
    x.patient_appointment AS cause, x.patient_appointment_notice AS note, {{ s.name_of('e') }} AS doctor_name,
    {{ s.day_of(made) }} AS entry_date, {{ s.day() }} AS visit_date
FROM t_visit v
JOIN t_patient_appointment x
    ON COALESCE(NULLIF({{ txt(opt('t_patient_appointment', 'visit_id_make_appointment', 'x')) }}, ''), x.t_visit_id)
        = v.t_visit_id AND {{ s.live('x.patient_appointment_active') }}
{{ left('b_visit_clinic', 'c', 'c.b_visit_clinic_id = x.patient_appointment_clinic') }}
{{ left('b_service_point', 'sp', 'sp.b_service_point_id = x.patient_appointment_clinic') }}
LEFT JOIN b_employee e ON e.b_employee_id = x.patient_appointment_doctor
WHERE {{ s.visits(scope) }} AND COALESCE({{ txt('x.patient_appointment_status') }}, '') <> '3'
