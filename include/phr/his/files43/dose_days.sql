{# Whom each dose belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECTs of the rows. #}
{% import 'doses.jinja' as w %}
{% import 'people.jinja' as p %}
SELECT 'epi' AS place, {{ w.row_id() }} AS row_id, CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END AS elsewhere,
    {{ p.of_person() }}, x.date_serv AS own_day, NULL AS visit_day
FROM {{ p.tables('epi') }}
WHERE 1 = 0
{% for part in w.parts(scope).split(',') %}
UNION ALL
SELECT 'epi', {{ w.row_id() }}, CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END,
    {{ p.of_person() }}, x.date_serv, NULL
FROM {{ p.tables('epi') }}
WHERE {{ w.within(part) }}
{% endfor %}
