{# The coverages of the visit; a visit with none in visit_pttype has the one of ovst. #}
{% import 'scopes.jinja' as s %}
{% if has('visit_pttype') %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, v.pttype AS pttype,
    {{ opt('visit_pttype', 'pttype_number', 'v') }} AS sequence,
    CASE WHEN v.pttype = o.pttype THEN 1 ELSE 0 END AS is_visit_pttype,
    pt.hipdata_code AS group_code, pt.pttype_std_code AS instype,
    {{ opt('provis_instype', 'pttype_std_code', 'pi') }} AS mapped_instype, pt.name AS plan_name,
    {{ opt('pttype', 'nhso_subinscl', 'pt') }} AS subgroup,
    {{ opt('visit_pttype', 'hospmain', 'v') }} AS main_hospital,
    {{ opt('visit_pttype', 'hospsub', 'v') }} AS sub_hospital,
    {{ d(opt('visit_pttype', 'begin_date', 'v')) }} AS begin_date,
    {{ d(opt('visit_pttype', 'expire_date', 'v')) }} AS expire_date,
    {{ opt('visit_pttype', 'auth_code', 'v') }} AS auth_code,
    {{ opt('visit_pttype', 'claim_code', 'v') }} AS claim_code
FROM ovst o
JOIN visit_pttype v ON v.vn = o.vn AND v.vn <> ''
LEFT JOIN pttype pt ON pt.pttype = v.pttype
{{ left('provis_instype', 'pi', 'pi.code = ' ~ opt('pttype', 'nhso_code', 'pt')) }}
WHERE {{ s.visits(scope) }}
UNION ALL
{% endif %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, o.pttype AS pttype, 1 AS sequence, 1 AS is_visit_pttype,
    pt.hipdata_code AS group_code, pt.pttype_std_code AS instype,
    {{ opt('provis_instype', 'pttype_std_code', 'pi') }} AS mapped_instype, pt.name AS plan_name,
    {{ opt('pttype', 'nhso_subinscl', 'pt') }} AS subgroup,
    {{ opt('ovst', 'hospmain', 'o') }} AS main_hospital, {{ opt('ovst', 'hospsub', 'o') }} AS sub_hospital,
    NULL AS begin_date, NULL AS expire_date, NULL AS auth_code, NULL AS claim_code
FROM ovst o
LEFT JOIN pttype pt ON pt.pttype = o.pttype
{{ left('provis_instype', 'pi', 'pi.code = ' ~ opt('pttype', 'nhso_code', 'pt')) }}
WHERE {{ s.visits(scope) }} AND TRIM(COALESCE(o.pttype, '')) <> ''
{% if has('visit_pttype') %}
    AND NOT EXISTS (SELECT 1 FROM visit_pttype w WHERE w.vn = o.vn AND w.vn <> '')
{% endif %}
