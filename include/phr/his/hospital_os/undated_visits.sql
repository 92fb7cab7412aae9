{% import 'scopes.jinja' as s %}
SELECT COUNT(*) AS visits
FROM t_visit v
WHERE {{ s.real() }} AND (COALESCE({{ s.day() }}, '') !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' OR {{ s.day() }} < '1000-01-01')
