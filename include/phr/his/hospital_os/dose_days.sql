{# Whom each dose belongs to and on which day, and nothing else: for the counts, which must not pass through the
   SELECTs of the rows. #}
{% import 'doses.jinja' as w %}
{% import 'scopes.jinja' as s %}
{% if has('t_health_epi_detail') and has('t_health_epi') %}
SELECT {{ in_order }} 't_health_epi_detail' AS place, x.t_health_epi_detail_id AS row_id, 0 AS elsewhere, {{ w.whose() }},
    {{ s.day_of('e.epi_survey_date') }} AS own_day, NULL AS visit_day
{{ w.joins() }}
WHERE {{ w.of(scope) }}
{% else %}
SELECT '' AS place, '' AS row_id, 0 AS elsewhere, NULL AS person_id, NULL AS person_cid, NULL AS linked_hn, NULL AS hn,
    NULL AS patient_cid, NULL AS own_day, NULL AS visit_day
WHERE 1 = 0
{% endif %}
