{# Whom each entry belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECT of the rows. #}
{% import 'chronic.jinja' as w %}
{% if has('clinicmember') %}
SELECT 'clinicmember' AS place, x.clinicmember_id AS row_id, {{ w.withheld() }} AS elsewhere, {{ w.whose() }},
    {{ w.days() }}
FROM {{ w.tables() }}
WHERE {{ w.of(scope) }}
{% else %}
SELECT '' AS place, {{ txt('0') }} AS row_id, 0 AS elsewhere, NULL AS person_id, NULL AS person_cid, NULL AS linked_hn,
    p.hn AS hn, p.cid AS patient_cid, NULL AS own_day, NULL AS visit_day
FROM patient p
WHERE 1 = 0
{% endif %}
