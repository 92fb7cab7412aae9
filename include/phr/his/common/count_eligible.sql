{% import 'scopes.jinja' as s %}
SELECT {{ d(s.day()) }} AS service_day, COUNT(*) AS visits
FROM {{ s.table() }}
WHERE {{ s.visits(scope) }}
GROUP BY {{ d(s.day()) }}
