{# The latest measurements of the visit, and its complaints beside them; blood pressure is one text, 120/80. #}
{% import 'scopes.jinja' as s %}
{% set ill = opt('t_visit_primary_symptom', 'visit_primary_symptom_current_illness', 'y') %}
{% set told = opt('t_visit_primary_symptom', 'record_date_time', 'y') %}
{% set bp = txt('x.visit_vital_sign_blood_presure') %}
SELECT {{ in_order }} DISTINCT ON (v.t_visit_id) {{ s.ref() }} AS visit_ref,
    COALESCE(x.t_visit_vital_sign_id, v.t_visit_id) AS row_key,
    x.visit_vital_sign_weight AS weight_kg, x.visit_vital_sign_height AS height_cm,
    x.visit_vital_sign_temperature AS temperature_c, NULLIF(SPLIT_PART({{ bp }}, '/', 1), '') AS bp_systolic,
    CASE WHEN POSITION('/' IN {{ bp }}) > 0 THEN SUBSTR({{ bp }}, POSITION('/' IN {{ bp }}) + 1) END AS bp_diastolic,
    x.visit_vital_sign_heart_rate AS pulse, x.visit_vital_sign_respiratory_rate AS respiration,
    {{ opt('t_visit_vital_sign', 'visit_vital_sign_waistline', 'x') }} AS waist_cm, NULL AS spo2, NULL AS o2sat,
    q.complaints AS chief_complaint, q.illness AS present_illness
FROM t_visit v
LEFT JOIN t_visit_vital_sign x ON x.t_visit_id = v.t_visit_id AND {{ s.live('x.visit_vital_sign_active') }}
LEFT JOIN (
    SELECT y.t_visit_id,
        STRING_AGG(NULLIF(TRIM(y.visit_primary_symptom_main_symptom), ''), ', '
            ORDER BY {{ txt(told) }}, y.t_visit_primary_symptom_id) AS complaints,
        STRING_AGG(NULLIF(TRIM({{ txt(ill) }}), ''), ', '
            ORDER BY {{ txt(told) }}, y.t_visit_primary_symptom_id) AS illness
    FROM t_visit_primary_symptom y
    WHERE {{ s.live('y.visit_primary_symptom_active') }}
        AND y.t_visit_id IN (SELECT v.t_visit_id FROM t_visit v WHERE {{ s.visits(scope) }})
    GROUP BY y.t_visit_id
) q ON q.t_visit_id = v.t_visit_id
WHERE {{ s.visits(scope) }} AND (x.t_visit_vital_sign_id IS NOT NULL OR q.t_visit_id IS NOT NULL)
ORDER BY v.t_visit_id,
    COALESCE(NULLIF({{ txt(opt('t_visit_vital_sign', 'visit_vital_sign_modify_date_time', 'x')) }}, ''),
        {{ concat('x.record_date', "','", 'x.record_time') }}) DESC NULLS LAST, x.t_visit_vital_sign_id DESC
