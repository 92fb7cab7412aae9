{# Services of the antenatal clinic that are vaccines. #}
{% import 'doses.jinja' as w %}
SELECT x.person_anc_service_detail_id AS row_id, {{ w.of_person('r.person_id') }},
    {{ d('s.anc_service_date') }} AS own_day, NULL AS visit_day,
    {{ t(opt('person_anc_service', 'anc_service_time', 's')) }} AS own_time, NULL AS visit_time,
    {{ opt('anc_service', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('anc_service', 'anc_service_name', 'm') }} AS vaccine_name, NULL AS dose_number, NULL AS quantity,
    {{ opt('person_anc_service_detail', 'vaccine_lotno', 'x') }} AS lot_number,
    {{ d(opt('person_anc_service_detail', 'vaccine_expire_date', 'x')) }} AS expire_date,
    {{ opt('person_anc_service', 'vn', 's') }} AS visit_ref, NULL AS place,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM person_anc_service_detail x
JOIN person_anc_service s ON s.person_anc_service_id = x.person_anc_service_id
LEFT JOIN person_anc r ON r.person_anc_id = s.person_anc_id
{{ w.join_person('r.person_id') }}
{{ left('anc_service', 'm', 'm.anc_service_id = x.anc_service_id') }}
LEFT JOIN doctor dr ON dr.code = {{ opt('person_anc_service_detail', 'anc_doctor_code', 'x') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.anc_service_date') }} AND {{ w.anc_vaccine() }}
