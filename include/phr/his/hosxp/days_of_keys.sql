{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ d('o.vstdate') }} AS service_day
FROM ovst o
WHERE {{ s.visits(scope) }}
