{# Whom each dose belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECTs of the rows. Doses without service or visit have neither day nor person and are in no register. #}
{% import 'doses.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT '' AS place, {{ txt('0') }} AS row_id, 0 AS elsewhere, NULL AS person_id, NULL AS person_cid, NULL AS linked_hn, p.hn AS hn,
    p.cid AS patient_cid, NULL AS own_day, NULL AS visit_day
FROM patient p
WHERE 1 = 0
{% if has('ovst_vaccine') %}
{% for part in ((scope, 'own_days') if scope == 'days' else (scope,)) %}
UNION ALL
SELECT 'ovst_vaccine', {{ txt('x.ovst_vaccine_id') }}, 0, {{ w.of_visit() }},
    {{ moment_day(opt('ovst_vaccine', 'immunization_datetime', 'x')) }}, {{ d('o.vstdate') }}
FROM ovst_vaccine x
JOIN ovst o ON o.vn = x.vn AND x.vn <> ''
{{ w.join_patient() }}
WHERE {{ w.visit_scope(part) }} AND NOT {{ s.anonymous() }}
{% endfor %}
{% endif %}
{% if has('person_wbc_vaccine_detail') and has('person_wbc_service') and has('person_wbc') %}
UNION ALL
SELECT 'person_wbc_vaccine_detail', {{ txt('x.person_wbc_vaccine_detail_id') }}, 0, {{ w.of_person('r.person_id') }},
    {{ d('s.service_date') }}, NULL
FROM person_wbc_vaccine_detail x
JOIN person_wbc_service s ON s.person_wbc_service_id = x.person_wbc_service_id
LEFT JOIN person_wbc r ON r.person_wbc_id = s.person_wbc_id
{{ w.join_person('r.person_id') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.service_date') }}
{% endif %}
{% if has('person_epi_vaccine_list') and has('person_epi_vaccine') and has('person_epi') %}
UNION ALL
SELECT 'person_epi_vaccine_list', {{ txt('x.person_epi_vaccine_list_id') }}, 0, {{ w.of_person('r.person_id') }},
    {{ d('s.vaccine_date') }}, NULL
FROM person_epi_vaccine_list x
JOIN person_epi_vaccine s ON s.person_epi_vaccine_id = x.person_epi_vaccine_id
LEFT JOIN person_epi r ON r.person_epi_id = s.person_epi_id
{{ w.join_person('r.person_id') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.vaccine_date') }}
{% endif %}
{% if has('village_student_vaccine_list') and has('village_student_vaccine') and has('village_student') %}
UNION ALL
SELECT 'village_student_vaccine_list', {{ txt('x.village_student_vaccine_list_id') }}, 0, {{ w.of_person('r.person_id') }},
    {{ d('s.vaccine_date') }}, NULL
FROM village_student_vaccine_list x
JOIN village_student_vaccine s ON s.village_student_vaccine_id = x.village_student_vaccine_id
LEFT JOIN village_student r ON r.village_student_id = s.village_student_id
{{ w.join_person('r.person_id') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.vaccine_date') }}
{% endif %}
{% if has('person_anc_service_detail') and has('person_anc_service') and has('person_anc') %}
UNION ALL
SELECT 'person_anc_service_detail', {{ txt('x.person_anc_service_detail_id') }}, 0, {{ w.of_person('r.person_id') }},
    {{ d('s.anc_service_date') }}, NULL
FROM person_anc_service_detail x
JOIN person_anc_service s ON s.person_anc_service_id = x.person_anc_service_id
LEFT JOIN person_anc r ON r.person_anc_id = s.person_anc_id
{{ w.join_person('r.person_id') }}
{{ left('anc_service', 'm', 'm.anc_service_id = x.anc_service_id') }}
WHERE {{ w.person_scope(scope, 'r.person_id', 's.anc_service_date') }} AND {{ w.anc_vaccine() }}
{% endif %}
{% if has('person_vaccine_list') %}
UNION ALL
SELECT 'person_vaccine_list', {{ txt('x.person_vaccine_list_id') }}, 0, {{ w.of_person('x.person_id') }},
    {{ d('x.vaccine_date') }}, NULL
FROM person_vaccine_list x
{{ w.join_person('x.person_id') }}
WHERE {{ w.person_scope(scope, 'x.person_id', 'x.vaccine_date') }}
{% endif %}
{% if has('person_vaccine_elsewhere') %}
UNION ALL
SELECT 'person_vaccine_elsewhere', {{ txt('x.person_vaccine_elsewhere_id') }}, 1, {{ w.of_person('x.person_id') }},
    {{ d('x.vaccine_date') }}, NULL
FROM person_vaccine_elsewhere x
{{ w.join_person('x.person_id') }}
WHERE {{ w.person_scope(scope, 'x.person_id', 'x.vaccine_date') }}
{% endif %}
