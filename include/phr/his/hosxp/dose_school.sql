{# Doses given at school. #}
{% import 'doses.jinja' as w %}
SELECT x.village_student_vaccine_list_id AS row_id, {{ w.of_person('r.person_id') }},
    {{ d('s.vaccine_date') }} AS own_day, NULL AS visit_day,
    {{ t(opt('village_student_vaccine', 'vaccine_time', 's')) }} AS own_time, NULL AS visit_time,
    {{ opt('student_vaccine', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('student_vaccine', 'student_vaccine_name', 'm') }} AS vaccine_name, NULL AS dose_number, NULL AS quantity,
    {{ opt('village_student_vaccine_list', 'vaccine_lotno', 'x') }} AS lot_number,
    {{ d(opt('village_student_vaccine_list', 'vaccine_expire_date', 'x')) }} AS expire_date,
    {{ opt('village_student_vaccine', 'vn', 's') }} AS visit_ref, NULL AS place,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM village_student_vaccine_list x
JOIN village_student_vaccine s ON s.village_student_vaccine_id = x.village_student_vaccine_id
LEFT JOIN village_student r ON r.village_student_id = s.village_student_id
{{ w.join_person('r.person_id') }}
{{ left('student_vaccine', 'm', 'm.student_vaccine_id = x.student_vaccine_id') }}
LEFT JOIN doctor dr ON dr.code = {{ opt('village_student_vaccine_list', 'doctor_code', 'x') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.vaccine_date') }}
