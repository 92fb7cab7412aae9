{# The register of chronic diseases. #}
{% import 'people.jinja' as w %}
SELECT {{ in_order }} {{ concat('x.pid', "':'", 'x.chroniccode') }} AS row_id, {{ w.whose() }},
    {{ d('x.datefirstdiag') }} AS own_day, NULL AS visit_day, x.chroniccode AS code,
    {{ opt('cdisease', 'diseasenamethai', 'i') }} AS name_th, {{ opt('cdisease', 'diseasename', 'i') }} AS name_en,
    NULL AS clinic_name, {{ d(opt('personchronic', 'datedischart', 'x')) }} AS discharge_day,
    {{ opt('personchronic', 'typedischart', 'x') }} AS status, 0 AS withheld
FROM {{ w.tables('personchronic') }}
{{ left('cdisease', 'i', 'i.diseasecode = x.chroniccode') }}
WHERE {{ w.of(scope, 'x.datefirstdiag', opt('personchronic', 'dateupdate', 'x')) }}
