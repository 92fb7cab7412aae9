{# Doses of the well-baby clinic (first year of life). #}
{% import 'doses.jinja' as w %}
SELECT x.person_wbc_vaccine_detail_id AS row_id, {{ w.of_person('r.person_id') }},
    {{ d('s.service_date') }} AS own_day, NULL AS visit_day,
    {{ t(opt('person_wbc_service', 'service_time', 's')) }} AS own_time, NULL AS visit_time,
    {{ opt('wbc_vaccine', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('wbc_vaccine', 'wbc_vaccine_name', 'm') }} AS vaccine_name, NULL AS dose_number, NULL AS quantity,
    {{ opt('person_wbc_vaccine_detail', 'vaccine_lotno', 'x') }} AS lot_number,
    {{ d(opt('person_wbc_vaccine_detail', 'vaccine_expire_date', 'x')) }} AS expire_date,
    {{ opt('person_wbc_service', 'vn', 's') }} AS visit_ref, NULL AS place,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM person_wbc_vaccine_detail x
JOIN person_wbc_service s ON s.person_wbc_service_id = x.person_wbc_service_id
LEFT JOIN person_wbc r ON r.person_wbc_id = s.person_wbc_id
{{ w.join_person('r.person_id') }}
{{ left('wbc_vaccine', 'm', 'm.wbc_vaccine_id = x.wbc_vaccine_id') }}
LEFT JOIN doctor dr ON dr.code = {{ opt('person_wbc_vaccine_detail', 'doctor_code', 'x') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.service_date') }}
