{# Results of orders that are reported (status 4). An order marked secret names nobody to anybody else, so it is
   left out, as the anonymous forms of HOSxP are. A set of tests is one order; its tests have ids of their own. #}
{% import 'scopes.jinja' as s %}
{% set low, high = opt('t_result_lab', 'result_lab_min', 'x'), opt('t_result_lab', 'result_lab_max', 'x') %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, o.t_order_id AS order_number,
    COALESCE(NULLIF({{ txt(opt('t_result_lab', 'b_item_lab_result_id', 'x')) }}, ''), i.item_number) AS local_code,
    x.result_lab_name AS name_then, i.item_common_name AS name_now, x.result_lab_value AS value,
    x.result_lab_unit AS unit,
    CASE WHEN {{ s.blank(high) }} THEN NULLIF(TRIM({{ txt(low) }}), '')
        WHEN {{ s.blank(low) }} THEN TRIM({{ txt(high) }})
        ELSE {{ concat('TRIM(' ~ txt(low) ~ ')', "' - '", 'TRIM(' ~ txt(high) ~ ')') }} END AS reference_then,
    NULL AS reference_now,
    CASE WHEN UPPER(TRIM({{ txt(opt('t_result_lab', 'result_lab_normal_flag', 'x')) }})) IN ('H', 'L', 'HH', 'LL', 'N', 'A')
        THEN {{ opt('t_result_lab', 'result_lab_normal_flag', 'x') }} END AS abnormal,
    NULL AS loinc, {{ s.mapped('b_map_lab_tmlt', 'b_lab_tmlt_tmltcode', 'b_item_id', 'i.b_item_id') }} AS tmlt,
    NULL AS labtest, {{ opt('b_item_subgroup', 'item_subgroup_description', 'g') }} AS group_name,
    {{ s.day_of('o.order_verify_date_time') }} AS order_date, {{ s.time_of('o.order_verify_date_time') }} AS order_time,
    {{ s.day_of('o.order_report_date_time') }} AS report_date, {{ s.time_of('o.order_report_date_time') }} AS report_time
FROM t_visit v
JOIN t_order o ON o.t_visit_id = v.t_visit_id
JOIN t_result_lab x ON x.t_order_id = o.t_order_id AND {{ s.live('x.result_lab_active') }}
LEFT JOIN b_item i ON i.b_item_id = o.b_item_id
{{ left('b_item_subgroup', 'g', 'g.b_item_subgroup_id = ' ~ opt('t_order', 'b_item_subgroup_id', 'o')) }}
WHERE {{ s.visits(scope) }} AND {{ txt('o.f_item_group_id') }} = '2' AND {{ txt('o.f_order_status_id') }} = '4'
    AND COALESCE({{ txt('o.order_secret') }}, '') <> '1' AND NOT {{ s.blank('x.result_lab_value') }}
