{# The files that are read hold no answer of this kind. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, NULL AS row_key, 'smoking' AS topic, NULL AS answer
FROM service v
WHERE {{ s.visits(scope) }} AND 1 = 0
