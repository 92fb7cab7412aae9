{# Only what has a result; text is a result like any other. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, x.order_number AS order_number, x.local_code AS local_code, x.name AS name_then,
    NULL AS name_now, x.value AS value, {{ opt('phr_lab_result', 'unit', 'x') }} AS unit,
    {{ opt('phr_lab_result', 'reference_text', 'x') }} AS reference_then, NULL AS reference_now,
    {{ opt('phr_lab_result', 'abnormal', 'x') }} AS abnormal, {{ opt('phr_lab_result', 'loinc', 'x') }} AS loinc,
    {{ opt('phr_lab_result', 'tmlt', 'x') }} AS tmlt, {{ opt('phr_lab_result', 'labtest', 'x') }} AS labtest,
    {{ opt('phr_lab_result', 'group_name', 'x') }} AS group_name, {{ d('x.order_date') }} AS order_date,
    {{ t(opt('phr_lab_result', 'order_time', 'x')) }} AS order_time, {{ d('x.report_date') }} AS report_date,
    {{ t(opt('phr_lab_result', 'report_time', 'x')) }} AS report_time
FROM phr_visit v
JOIN phr_lab_result x ON x.hcode = v.hcode AND x.visit_ref = v.visit_ref
WHERE {{ s.visits(scope) }} AND {{ s.filled('x.value') }}
