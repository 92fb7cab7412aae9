{% import 'scopes.jinja' as s %}
SELECT MAX({{ s.day() }}) AS last_day FROM t_visit v WHERE {{ s.real() }} AND {{ s.day() }} <= :today
