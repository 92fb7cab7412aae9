{# Allergies. Where the drug has no code, its name stands for it (phr.his.files43.load). SYMPTOM is a code without a
   public list, so it is not put into words; a text stays as it is. #}
{% import 'people.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT {{ concat("COALESCE(x.pid, '')", "':'", "COALESCE(x.drugallergy, '')", s.nth()) }} AS row_id, {{ w.of_person() }},
    x.daterecord AS own_day, NULL AS visit_day, x.dname AS substance, x.drugallergy AS drug_name,
    CASE WHEN LENGTH(x.drugallergy) = 24 AND NOT {{ not_digits('x.drugallergy') }} THEN x.drugallergy END AS code24,
    NULL AS drug_code24, NULLIF(x.drugallergy, x.dname) AS local_code,
    CASE WHEN {{ not_digits(opt('drugallergy', 'symptom', 'x')) }} THEN {{ opt('drugallergy', 'symptom', 'x') }} END AS reaction,
    {{ opt('drugallergy', 'alevel', 'x') }} AS severity, {{ opt('drugallergy', 'typedx', 'x') }} AS certainty,
    {{ opt('drugallergy', 'informant', 'x') }} AS informant, {{ s.provider_name() }} AS recorder_name,
    {{ opt('provider', 'registerno', 'pr') }} AS recorder_license, NULL AS reporter
FROM {{ w.tables('drugallergy') }}
{{ s.join_provider(opt('drugallergy', 'provider', 'x')) }}
WHERE {{ w.of(scope, 'x.daterecord') }}
