{# The name is that of the national list: LABFU has neither a name, nor a unit, nor a normal range. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ concat('v.ref', s.nth()) }} AS order_number, x.labtest AS local_code,
    NULL AS name_then, n.name AS name_now, x.labresult AS value, NULL AS unit, NULL AS reference_then,
    NULL AS reference_now, NULL AS abnormal, NULL AS loinc, NULL AS tmlt, x.labtest AS labtest, NULL AS group_name,
    x.date_serv AS order_date, NULL AS order_time, NULL AS report_date, NULL AS report_time
FROM service v
JOIN labfu x ON {{ s.of_visit('x') }}
LEFT JOIN labtest_name n ON n.labtest = x.labtest
WHERE {{ s.visits(scope) }} AND x.labresult <> ''
