{# Confirmed, non-blank results of outpatient forms. lab_head.vn holds the AN of an inpatient form, so the
   join on the visit number keeps those out; the department is asked as well. Those of the admission are asked for
   by its number. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, h.lab_order_number AS order_number, l.lab_items_code AS local_code,
    {{ opt('lab_order', 'lab_items_name_ref', 'l') }} AS name_then, li.lab_items_name AS name_now,
    l.lab_order_result AS value, li.lab_items_unit AS unit,
    {{ opt('lab_order', 'lab_items_normal_value_ref', 'l') }} AS reference_then,
    {{ opt('lab_items', 'lab_items_normal_value', 'li') }} AS reference_now,
    {{ opt('lab_order', 'abnormal_result', 'l') }} AS abnormal,
    {{ opt('lab_items', 'loinc_code', 'li') }} AS loinc, {{ opt('lab_items', 'tmlt_code', 'li') }} AS tmlt,
    {{ opt('lab_items', 'provis_labcode', 'li') }} AS labtest,
    {{ opt('lab_items_group', 'lab_items_group_name', 'g') }} AS group_name,
    {{ d('h.order_date') }} AS order_date, {{ t('h.order_time') }} AS order_time,
    {{ d('h.report_date') }} AS report_date, {{ t('h.report_time') }} AS report_time
FROM ovst o
{% if s.of_admission(scope) %}
{{ s.join_admission() }}
JOIN lab_head h ON h.vn = i.an AND h.vn <> ''
{% else %}
JOIN lab_head h ON h.vn = o.vn AND h.vn <> ''
{% endif %}
JOIN lab_order l ON l.lab_order_number = h.lab_order_number
LEFT JOIN lab_items li ON li.lab_items_code = l.lab_items_code
{{ left('lab_items_group', 'g', 'g.lab_items_group_code = ' ~ opt('lab_items', 'lab_items_group', 'li')) }}
WHERE {{ s.visits(scope) }}
    AND {{ yes('l.confirm') }} AND TRIM(COALESCE(l.lab_order_result, '')) <> ''
    AND NOT {{ yes(opt('lab_head', 'anonymous', 'h')) }}
{% if not s.of_admission(scope) %}
    AND COALESCE({{ opt('lab_head', 'department', 'h') }}, '') <> 'IPD'
{% endif %}
    AND ({{ yes(opt('lab_head', 'confirm_report', 'h')) }}
        OR TRIM(COALESCE({{ txt(opt('lab_head', 'confirm_report', 'h')) }}, '')) = '')
