{# Whom each entry belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECT of the rows. #}
{% import 'people.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT 'chronic' AS place, {{ concat("COALESCE(x.pid, '')", "':'", "COALESCE(x.chronic, '')", s.nth()) }} AS row_id,
    0 AS elsewhere, {{ w.of_person() }}, x.date_diag AS own_day, NULL AS visit_day
FROM {{ w.tables('chronic') }}
WHERE {{ w.of(scope, 'x.date_diag') }}
