{# Allergies; a drug that the list of drugs lacks is told by its code. #}
{% import 'people.jinja' as w %}
SELECT {{ in_order }} {{ concat('x.pid', "':'", 'x.drugcode') }} AS row_id, {{ w.whose() }},
    {{ d('x.daterecord') }} AS own_day, NULL AS visit_day, m.drugname AS substance, x.drugcode AS drug_name,
    {{ opt('cdrug', 'drugcode24', 'm') }} AS code24, NULL AS drug_code24, x.drugcode AS local_code,
    {{ opt('personalergic', 'allergicsymtomps', 'x') }} AS reaction,
    {{ opt('personalergic', 'levelalergic', 'x') }} AS severity, {{ opt('personalergic', 'typedx', 'x') }} AS certainty,
    {{ opt('personalergic', 'informant', 'x') }} AS informant, NULL AS recorder_name, NULL AS recorder_license,
    NULL AS reporter
FROM {{ w.tables('personalergic') }}
LEFT JOIN cdrug m ON m.drugcode = x.drugcode
WHERE {{ w.of(scope, 'x.daterecord', opt('personalergic', 'dateupdate', 'x')) }}
