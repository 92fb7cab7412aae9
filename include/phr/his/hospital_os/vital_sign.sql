{# The latest measurements of the visit, and its complaints beside them; blood pressure is one text, 120/80. A full
   join, because a planner with poor statistics cannot turn it into a loop over all complaints. #}
{% import 'scopes.jinja' as s %}
{% set ill = txt(opt('t_visit_primary_symptom', 'visit_primary_symptom_current_illness', 'y')) %}
{% set told = txt(opt('t_visit_primary_symptom', 'record_date_time', 'y')) %}
{% set changed = txt(opt('t_visit_vital_sign', 'visit_vital_sign_modify_date_time', 'x')) %}
{% set bp = 'CAST(a.visit_vital_sign_blood_presure AS TEXT)' %}
SELECT {{ in_order }} COALESCE(a.visit_ref, q.visit_ref) AS visit_ref,
    COALESCE(a.t_visit_vital_sign_id, q.t_visit_id) AS row_key, a.visit_vital_sign_weight AS weight_kg,
    a.visit_vital_sign_height AS height_cm, a.visit_vital_sign_temperature AS temperature_c,
    NULLIF(SPLIT_PART({{ bp }}, '/', 1), '') AS bp_systolic,
    CASE WHEN POSITION('/' IN {{ bp }}) > 0 THEN SUBSTR({{ bp }}, POSITION('/' IN {{ bp }}) + 1) END AS bp_diastolic,
    a.visit_vital_sign_heart_rate AS pulse, a.visit_vital_sign_respiratory_rate AS respiration, a.waist AS waist_cm,
    NULL AS spo2, NULL AS o2sat, q.complaints AS chief_complaint, q.illness AS present_illness
FROM (
    SELECT DISTINCT ON (v.t_visit_id) {{ s.ref() }} AS visit_ref, x.*,
        {{ opt('t_visit_vital_sign', 'visit_vital_sign_waistline', 'x') }} AS waist
    FROM t_visit v
    JOIN t_visit_vital_sign x ON x.t_visit_id = v.t_visit_id AND {{ s.live('x.visit_vital_sign_active') }}
    WHERE {{ s.visits(scope) }}
    ORDER BY v.t_visit_id, COALESCE(NULLIF({{ changed }}, ''), {{ concat('x.record_date', "','", 'x.record_time') }})
        DESC NULLS LAST, x.t_visit_vital_sign_id DESC
) a
FULL JOIN (
    SELECT y.t_visit_id, MIN({{ s.ref() }}) AS visit_ref,
        STRING_AGG(NULLIF(TRIM(y.visit_primary_symptom_main_symptom), ''), ', '
            ORDER BY {{ told }}, y.t_visit_primary_symptom_id) AS complaints,
        STRING_AGG(NULLIF(TRIM({{ ill }}), ''), ', ' ORDER BY {{ told }}, y.t_visit_primary_symptom_id) AS illness
    FROM t_visit v
    JOIN t_visit_primary_symptom y ON y.t_visit_id = v.t_visit_id AND {{ s.live('y.visit_primary_symptom_active') }}
    WHERE {{ s.visits(scope) }}
    GROUP BY y.t_visit_id
) q ON q.t_visit_id = a.t_visit_id
