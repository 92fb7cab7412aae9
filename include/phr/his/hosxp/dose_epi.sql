{# Doses of the expanded programme (1 to 5 years). #}
{% import 'doses.jinja' as w %}
SELECT x.person_epi_vaccine_list_id AS row_id, {{ w.of_person('r.person_id') }},
    {{ d('s.vaccine_date') }} AS own_day, NULL AS visit_day,
    {{ t(opt('person_epi_vaccine', 'vaccine_time', 's')) }} AS own_time, NULL AS visit_time,
    {{ opt('epi_vaccine', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('epi_vaccine', 'epi_vaccine_name', 'm') }} AS vaccine_name, NULL AS dose_number, NULL AS quantity,
    {{ opt('person_epi_vaccine_list', 'vaccine_lotno', 'x') }} AS lot_number,
    {{ d(opt('person_epi_vaccine_list', 'vaccine_expire_date', 'x')) }} AS expire_date,
    {{ opt('person_epi_vaccine', 'vn', 's') }} AS visit_ref, NULL AS place,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM person_epi_vaccine_list x
JOIN person_epi_vaccine s ON s.person_epi_vaccine_id = x.person_epi_vaccine_id
LEFT JOIN person_epi r ON r.person_epi_id = s.person_epi_id
{{ w.join_person('r.person_id') }}
{{ left('epi_vaccine', 'm', 'm.epi_vaccine_id = x.epi_vaccine_id') }}
LEFT JOIN doctor dr ON dr.code = {{ opt('person_epi_vaccine_list', 'doctor_code', 'x') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.vaccine_date') }}
