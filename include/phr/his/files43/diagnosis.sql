{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ concat('v.ref', "':'", "COALESCE(x.diagcode, '')", s.nth()) }} AS row_key,
    x.diagcode AS code, NULL AS name_en, NULL AS name_th, x.diagtype AS diagnosis_type, x.date_serv AS recorded_date,
    NULL AS recorded_time, {{ s.provider_name() }} AS doctor_name, {{ opt('provider', 'registerno', 'pr') }} AS doctor_license
FROM service v
JOIN diagnosis_opd x ON {{ s.of_visit('x') }}
{{ s.join_provider('x.provider') }}
WHERE {{ s.visits(scope) }}
