{# Whom each allergy belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECT of the rows. #}
{% import 'people.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT 'drugallergy' AS place, {{ concat("COALESCE(x.pid, '')", "':'", "COALESCE(x.drugallergy, '')", s.nth()) }} AS row_id,
    0 AS elsewhere, {{ w.of_person() }}, x.daterecord AS own_day, NULL AS visit_day
FROM {{ w.tables('drugallergy') }}
WHERE {{ w.of(scope, 'x.daterecord') }}
