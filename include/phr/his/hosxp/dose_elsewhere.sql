{# Doses another facility gave. The vaccine is one of person_vaccine: the key of that name in person_epi is another. #}
{% import 'doses.jinja' as w %}
SELECT x.person_vaccine_elsewhere_id AS row_id, {{ w.of_person('x.person_id') }},
    {{ d('x.vaccine_date') }} AS own_day, NULL AS visit_day, NULL AS own_time, NULL AS visit_time,
    {{ opt('person_vaccine', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('person_vaccine', 'vaccine_name', 'm') }} AS vaccine_name, NULL AS dose_number, NULL AS quantity,
    {{ opt('person_vaccine_elsewhere', 'vaccine_lotno', 'x') }} AS lot_number, NULL AS expire_date, NULL AS visit_ref,
    COALESCE(NULLIF(TRIM({{ opt('person_vaccine_elsewhere', 'vaccine_hospcode', 'x') }}), ''),
        {{ opt('person_vaccine_elsewhere', 'hospcode', 'x') }}) AS place, NULL AS doctor_name, NULL AS doctor_license
FROM person_vaccine_elsewhere x
{{ w.join_person('x.person_id') }}
{{ left('person_vaccine', 'm', 'm.person_vaccine_id = x.person_vaccine_id') }}
WHERE {{ w.person_scope(scope, 'x.person_id', 'x.vaccine_date') }}
