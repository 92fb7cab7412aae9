{# Whom each dose belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECTs of the rows. #}
{% import 'doses.jinja' as w %}
SELECT 'visitepi' AS place, {{ concat('x.visitno', "':'", 'x.vaccinecode') }} AS row_id,
    CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END AS elsewhere, {{ w.of_person() }},
    {{ d('x.dateepi') }} AS own_day, {{ d('v.visitdate') }} AS visit_day
FROM {{ w.tables() }}
WHERE 1 = 0
{% for part in w.parts('either_day' if scope == 'days' else scope).split(',') %}
UNION ALL
SELECT 'visitepi' AS place, {{ concat('x.visitno', "':'", 'x.vaccinecode') }} AS row_id,
    CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END AS elsewhere, {{ w.of_person() }},
    {{ d('x.dateepi') }} AS own_day, {{ d('v.visitdate') }} AS visit_day
FROM {{ w.tables() }}
WHERE {{ w.within(part) }}
{% endfor %}
