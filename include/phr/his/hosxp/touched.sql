{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref
FROM ovst o
WHERE {{ s.visits('window') }}
