{# Whom each entry belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECT of the rows. #}
{% import 'people.jinja' as w %}
{% if has('personchronic') %}
SELECT 'personchronic' AS place, {{ concat('x.pid', "':'", 'x.chroniccode') }} AS row_id, 0 AS elsewhere, {{ w.whose() }},
    {{ d('x.datefirstdiag') }} AS own_day, NULL AS visit_day
FROM {{ w.tables('personchronic') }}
WHERE {{ w.of(scope, 'x.datefirstdiag', opt('personchronic', 'dateupdate', 'x')) }}
{% else %}
SELECT '' AS place, '' AS row_id, 0 AS elsewhere, NULL AS person_id, NULL AS person_cid, NULL AS linked_hn, p.pid AS hn,
    p.idcard AS patient_cid, NULL AS own_day, NULL AS visit_day
FROM person p
WHERE 1 = 0
{% endif %}
