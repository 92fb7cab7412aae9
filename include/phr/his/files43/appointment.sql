{# APTYPE is a code without a public list, so it is not put into words. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref,
    {{ concat('v.ref', "':'", "COALESCE(x.aptype, '')", "':'", "COALESCE(x.apdate, '')", s.nth()) }} AS row_key,
    x.apdate AS start_date, NULL AS start_time, NULL AS end_time, NULL AS other_end_time, x.clinic AS clinic_code,
    NULL AS clinic_name, NULL AS cause, NULL AS note, {{ s.provider_name() }} AS doctor_name, x.date_serv AS entry_date,
    NULL AS visit_date
FROM service v
JOIN appointment x ON {{ s.of_visit('x') }}
{{ s.join_provider('x.provider') }}
WHERE {{ s.visits(scope) }}
