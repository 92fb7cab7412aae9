{% import 'scopes.jinja' as s %}
SELECT {{ d('o.vstdate') }} AS service_day, COUNT(*) AS visits
FROM ovst o
WHERE {{ s.visits(scope) }}
GROUP BY {{ d('o.vstdate') }}
