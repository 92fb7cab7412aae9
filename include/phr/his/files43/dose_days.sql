{# Whom each dose belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECTs of the rows. #}
{% import 'doses.jinja' as w %}
SELECT 'epi' AS place, {{ w.row_id() }} AS row_id, CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END AS elsewhere,
    {{ w.of_person() }}, x.date_serv AS own_day, NULL AS visit_day
FROM {{ w.tables() }}
WHERE 1 = 0
{% for part in w.parts(scope).split(',') %}
UNION ALL
SELECT 'epi', {{ w.row_id() }}, CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END,
    {{ w.of_person() }}, x.date_serv, NULL
FROM {{ w.tables() }}
WHERE {{ w.within(part) }}
{% endfor %}
