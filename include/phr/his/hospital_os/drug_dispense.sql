{# Verified lines (0 is not verified, 3 discontinued), but for those marked secret. Directions: the special text
   where there is one, else instruction, dose, unit and frequency, as the program prints them on the label. #}
{% import 'scopes.jinja' as s %}
{% set instruction = opt('b_item_drug_instruction', 'item_drug_instruction_description', 'n') %}
{% set frequency = opt('b_item_drug_frequency', 'item_drug_frequency_description', 'f') %}
{% set special = opt('t_order_drug', 'order_drug_special_prescription_text', 'x') %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, o.t_order_id AS row_key, i.item_number AS local_code,
    COALESCE(NULLIF(TRIM(o.order_common_name), ''), i.item_common_name) AS name, NULL AS strength, NULL AS sks_code,
    {{ s.mapped('b_map_drug_tmt', 'b_drug_tmt_tpucode', 'b_item_id', 'o.b_item_id') }} AS tpu_code, NULL AS gpu_code,
    {{ s.mapped('b_nhso_map_drug', 'f_nhso_drug_id', 'b_item_id', 'o.b_item_id') }} AS did24, o.order_qty AS quantity,
    {{ opt('b_item_drug_uom', 'item_drug_uom_description', 'up') }} AS unit, o.order_price AS unit_price,
    CASE WHEN {{ txt(opt('t_order_drug', 'order_drug_special_prescription', 'x')) }} = '1' THEN '1' END AS sp_use,
    {{ special }} AS special1, NULL AS special2, NULL AS special3,
    CONCAT({{ opt('b_item_drug_instruction', 'item_drug_instruction_number', 'n') }},
        {{ opt('b_item_drug_frequency', 'item_drug_frequency_number', 'f') }}) AS usage_short, NULL AS usage_code,
    CONCAT_WS(' ', {{ txt(instruction) }}, {{ txt('x.order_drug_dose') }}, {{ txt(opt('b_item_drug_uom', 'item_drug_uom_description', 'uu')) }})
        AS usage1, {{ frequency }} AS usage2, NULL AS usage3,
    COALESCE({{ s.day_of('o.order_dispense_date_time') }}, {{ s.day_of('o.order_verify_date_time') }}) AS rx_date,
    COALESCE({{ s.time_of('o.order_dispense_date_time') }},
        CASE WHEN {{ s.blank('o.order_dispense_date_time') }} THEN {{ s.time_of('o.order_verify_date_time') }} END)
        AS rx_time,
    {{ s.day() }} AS visit_date, {{ s.time_of('v.visit_begin_visit_time') }} AS visit_time
FROM t_visit v
JOIN t_order o ON o.t_visit_id = v.t_visit_id
LEFT JOIN t_order_drug x ON x.t_order_id = o.t_order_id AND {{ s.live('x.order_drug_active') }}
LEFT JOIN b_item i ON i.b_item_id = o.b_item_id
{{ left('b_item_drug_instruction', 'n', 'n.b_item_drug_instruction_id = ' ~ opt('t_order_drug', 'b_item_drug_instruction_id', 'x')) }}
{{ left('b_item_drug_frequency', 'f', 'f.b_item_drug_frequency_id = ' ~ opt('t_order_drug', 'b_item_drug_frequency_id', 'x')) }}
{{ left('b_item_drug_uom', 'uu', 'uu.b_item_drug_uom_id = ' ~ opt('t_order_drug', 'b_item_drug_uom_id_use', 'x')) }}
{{ left('b_item_drug_uom', 'up', 'up.b_item_drug_uom_id = ' ~ opt('t_order_drug', 'b_item_drug_uom_id_purch', 'x')) }}
WHERE {{ s.visits(scope) }} AND {{ txt('o.f_item_group_id') }} = '1'
    AND COALESCE({{ txt('o.f_order_status_id') }}, '0') NOT IN ('0', '3')
    AND COALESCE({{ txt('o.order_secret') }}, '') <> '1'
