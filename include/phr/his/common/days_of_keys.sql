{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ d(s.day()) }} AS service_day
FROM {{ s.table() }}
WHERE {{ s.visits(scope) }}
