{# Priority 0 is the main coverage. The program writes the text null where it knows no hospital. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.b_contract_plans_id AS pttype,
    CASE WHEN {{ txt('x.visit_payment_priority') }} ~ '^[0-9]{1,4}$'
        THEN CAST({{ txt('x.visit_payment_priority') }} AS INTEGER) + 1 END AS sequence,
    CASE WHEN {{ txt('x.visit_payment_priority') }} = '0' THEN 1 ELSE 0 END AS is_visit_pttype,
    {{ opt('r_rp1853_instype', 'maininscl', 'g') }} AS group_code,
    {{ s.mapped('b_map_rp1855_instype', 'r_rp1855_instype_id', 'b_contract_plans_id', 'pl.b_contract_plans_id') }} AS instype,
    pl.r_rp1853_instype_id AS mapped_instype, pl.contract_plans_description AS plan_name, NULL AS subgroup,
    NULLIF(x.visit_payment_main_hospital, 'null') AS main_hospital,
    NULLIF(x.visit_payment_sub_hospital, 'null') AS sub_hospital,
    {{ s.day_of(opt('t_visit_payment', 'visit_payment_card_issue_date', 'x')) }} AS begin_date,
    {{ s.day_of(opt('t_visit_payment', 'visit_payment_card_expire_date', 'x')) }} AS expire_date,
    NULL AS auth_code, NULL AS claim_code
FROM t_visit v
JOIN t_visit_payment x ON x.t_visit_id = v.t_visit_id AND {{ s.live('x.visit_payment_active') }}
LEFT JOIN b_contract_plans pl ON pl.b_contract_plans_id = x.b_contract_plans_id
{{ left('r_rp1853_instype', 'g', 'g.id = pl.r_rp1853_instype_id') }}
WHERE {{ s.visits(scope) }}
