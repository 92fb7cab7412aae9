{# Allergies and adverse reactions. seriousness_id, allergy_relation_id and opd_allergy_source_id hold the codes of the
   43-file standard; the drug list gives name and code where the row names a drug of it. #}
{% import 'allergies.jinja' as w %}
SELECT {{ in_order }} {{ w.row_id() }} AS row_id, {{ w.whose() }}, {{ w.days() }}, x.agent AS substance,
    i.name AS drug_name, {{ opt('opd_allergy', 'agent_code24', 'x') }} AS code24, i.did AS drug_code24,
    i.icode AS local_code, {{ opt('opd_allergy', 'symptom', 'x') }} AS reaction,
    {{ opt('opd_allergy', 'seriousness_id', 'x') }} AS severity,
    {{ opt('opd_allergy', 'allergy_relation_id', 'x') }} AS certainty,
    {{ opt('opd_allergy', 'opd_allergy_source_id', 'x') }} AS informant,
    dr.name AS recorder_name, {{ opt('doctor', 'licenseno', 'dr') }} AS recorder_license,
    {{ opt('opd_allergy', 'reporter', 'x') }} AS reporter
FROM {{ w.tables() }}
LEFT JOIN drugitems i ON i.icode = {{ opt('opd_allergy', 'icode', 'x') }} AND i.icode <> ''
LEFT JOIN doctor dr ON dr.code = {{ opt('opd_allergy', 'doctor_code', 'x') }} AND dr.code <> ''
WHERE {{ w.of(scope) }}
