{# Doses given here. #}
{% import 'doses.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} x.t_health_epi_detail_id AS row_id, {{ w.whose() }}, {{ s.day_of('e.epi_survey_date') }} AS own_day,
    NULL AS visit_day, {{ s.time_of('e.epi_survey_date') }} AS own_time, NULL AS visit_time,
    {{ opt('b_health_epi_group', 'health_epi_group_description_particular', 'm') }} AS vaccine_code,
    {{ opt('b_health_epi_group', 'health_epi_group_description', 'm') }} AS vaccine_name, NULL AS dose_number,
    NULL AS quantity, {{ opt('t_health_epi_detail', 'health_epi_detail_lot', 'x') }} AS lot_number,
    {{ s.day_of(opt('t_health_epi_detail', 'health_epi_exp', 'x')) }} AS expire_date, v.visit_vn AS visit_ref, NULL AS place,
    {{ s.name_of('dr') }} AS doctor_name, dr.employee_number AS doctor_license
{{ w.joins() }}
{{ left('b_health_epi_group', 'm', 'm.b_health_epi_group_id = x.b_health_epi_set_id') }}
LEFT JOIN t_visit v ON v.t_visit_id = NULLIF({{ txt(opt('t_health_epi', 't_visit_id', 'e')) }}, '')
LEFT JOIN b_employee dr ON dr.b_employee_id = {{ opt('t_health_epi_detail', 'health_epi_detail_staff_record', 'x') }}
WHERE {{ w.of(scope) }}
