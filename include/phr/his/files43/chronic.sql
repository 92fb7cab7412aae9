{# The register of chronic diseases; the file has no names of them. #}
{% import 'people.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT {{ concat("COALESCE(x.pid, '')", "':'", "COALESCE(x.chronic, '')", s.nth()) }} AS row_id, {{ w.of_person() }},
    x.date_diag AS own_day, NULL AS visit_day, x.chronic AS code, NULL AS name_th, NULL AS name_en,
    NULL AS clinic_name, {{ opt('chronic', 'date_disch', 'x') }} AS discharge_day,
    {{ opt('chronic', 'typedisch', 'x') }} AS status, 0 AS withheld
FROM {{ w.tables('chronic') }}
WHERE {{ w.of(scope, 'x.date_diag') }}
