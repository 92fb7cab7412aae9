{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, v.rightcode AS pttype, 1 AS sequence, 1 AS is_visit_pttype,
    NULL AS group_code, r.mapright AS instype, NULL AS mapped_instype, r.rightname AS plan_name, NULL AS subgroup,
    v.hosmain AS main_hospital, v.hossub AS sub_hospital, NULL AS begin_date, NULL AS expire_date,
    NULL AS auth_code, NULL AS claim_code
FROM visit v
LEFT JOIN cright r ON r.rightcode = v.rightcode
WHERE {{ s.visits(scope) }} AND TRIM(COALESCE(v.rightcode, '')) <> ''
