{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, v.instype AS pttype, 1 AS sequence, 1 AS is_visit_pttype, NULL AS group_code,
    v.instype AS instype, NULL AS mapped_instype, NULL AS plan_name, NULL AS subgroup, v.main AS main_hospital,
    {{ opt('service', 'hsub', 'v') }} AS sub_hospital, NULL AS begin_date, NULL AS expire_date, NULL AS auth_code,
    NULL AS claim_code
FROM service v
WHERE {{ s.visits(scope) }} AND v.instype <> ''
