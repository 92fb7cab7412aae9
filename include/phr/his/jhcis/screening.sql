{# No answer of this kind is known well enough to be read. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, NULL AS row_key, 'smoking' AS topic, NULL AS answer
FROM visit v
WHERE {{ s.visits(scope) }} AND 1 = 0
