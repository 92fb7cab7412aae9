{# A result is a number or a text; a number of 0 beside a text is the empty field of the form. The finger-stick sugar
   has a table of its own and no list of tests. #}
{% import 'scopes.jinja' as s %}
{% import 'numbers.jinja' as numbers %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, {{ concat('x.visitno', "'-'", 'x.seqonday') }} AS order_number,
    x.labcode AS local_code, NULL AS name_then, l.labname AS name_now,
    CASE WHEN COALESCE(x.labresultdigit, 0) = 0 AND TRIM(COALESCE(x.labresulttext, '')) <> '' THEN x.labresulttext
        ELSE {{ numbers.as_text('x.labresultdigit') }} END AS value,
    {{ opt('clabchcyhembmsse', 'unit', 'l') }} AS unit, NULL AS reference_then, NULL AS reference_now,
    NULL AS abnormal, NULL AS loinc, NULL AS tmlt, {{ opt('clabchcyhembmsse', 'map43', 'l') }} AS labtest,
    NULL AS group_name, {{ d('x.datecheck') }} AS order_date, NULL AS order_time, {{ d('x.dateresult') }} AS report_date,
    NULL AS report_time
FROM visit v
JOIN visitlabchcyhembmsse x ON {{ s.of_visit('x') }}
LEFT JOIN clabchcyhembmsse l ON l.labcode = x.labcode
WHERE {{ s.visits(scope) }} AND (x.labresultdigit IS NOT NULL OR TRIM(COALESCE(x.labresulttext, '')) <> '')
{% if has('visitlabsugarblood') %}
UNION ALL
SELECT {{ in_order }} {{ s.ref() }}, {{ concat('x.visitno', "'-sugar'") }}, 'DTX', NULL, 'DTX',
    {{ numbers.as_text('x.sugarnumdigit') }}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    {{ d('v.visitdate') }}, NULL, {{ d('v.visitdate') }}, NULL
FROM visit v
JOIN visitlabsugarblood x ON {{ s.of_visit('x') }}
WHERE {{ s.visits(scope) }} AND x.sugarnumdigit > 0
{% endif %}
