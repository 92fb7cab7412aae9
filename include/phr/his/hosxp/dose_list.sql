{# The old list of doses per person. #}
{% import 'doses.jinja' as w %}
SELECT x.person_vaccine_list_id AS row_id, {{ w.of_person('x.person_id') }},
    {{ d('x.vaccine_date') }} AS own_day, NULL AS visit_day, NULL AS own_time, NULL AS visit_time,
    {{ opt('person_vaccine', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('person_vaccine', 'vaccine_name', 'm') }} AS vaccine_name, NULL AS dose_number, NULL AS quantity,
    NULL AS lot_number, NULL AS expire_date, {{ opt('person_vaccine_list', 'vn', 'x') }} AS visit_ref,
    NULL AS place, NULL AS doctor_name, NULL AS doctor_license
FROM person_vaccine_list x
{{ w.join_person('x.person_id') }}
{{ left('person_vaccine', 'm', 'm.person_vaccine_id = x.person_vaccine_id') }}
WHERE {{ w.person_scope(scope, 'x.person_id', 'x.vaccine_date') }}
