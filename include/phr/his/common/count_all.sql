{# Every visit row of the days falls into exactly one kind; see DayCount for the precedence. #}
{% import 'scopes.jinja' as s %}
SELECT q.service_day, q.kind, COUNT(*) AS visits
FROM (
    SELECT {{ d(s.day()) }} AS service_day,
        CASE WHEN {{ s.admitted() }} THEN 'admitted'
            WHEN NOT {{ s.finished() }} THEN 'unfinished'
            WHEN {{ s.anonymous() }} THEN 'anonymous'
            WHEN {{ s.settled() }} THEN {% if admissions %}CASE WHEN {{ s.inpatient() }} THEN 'inpatient' ELSE 'eligible' END{% else %}'eligible'{% endif %}

            ELSE 'unsettled' END AS kind
    FROM {{ s.table() }}
    WHERE {{ s.on_days() }}
) q
GROUP BY q.service_day, q.kind
