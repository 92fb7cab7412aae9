{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref
FROM {{ s.table() }}
WHERE {{ s.visits('window') }}
