{# Whom each dose belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECTs of the rows. #}
{% import 'doses.jinja' as w %}
{% if has('phr_immunization') %}
SELECT 'phr_immunization' AS place, x.row_key AS row_id, CASE WHEN {{ w.elsewhere() }} THEN 1 ELSE 0 END AS elsewhere,
    {{ w.of_person() }}, {{ d('x.given_date') }} AS own_day, NULL AS visit_day
FROM {{ w.tables() }}
WHERE {{ w.within(scope) }}
{% else %}
SELECT 'phr_immunization' AS place, NULL AS row_id, 0 AS elsewhere, NULL AS person_id, NULL AS person_cid,
    NULL AS linked_hn, p.hn AS hn, p.cid AS patient_cid, NULL AS own_day, NULL AS visit_day
FROM phr_patient p
WHERE 1 = 0
{% endif %}
