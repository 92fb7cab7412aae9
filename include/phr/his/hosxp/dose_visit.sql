{# Doses of outpatient visits. An anonymous visit names nobody, so its doses are in no register. #}
{% import 'doses.jinja' as w %}
{% import 'scopes.jinja' as s %}
SELECT x.ovst_vaccine_id AS row_id, {{ w.of_visit() }},
    {{ moment_day(opt('ovst_vaccine', 'immunization_datetime', 'x')) }} AS own_day, {{ d('o.vstdate') }} AS visit_day,
    {{ moment_time(opt('ovst_vaccine', 'immunization_datetime', 'x')) }} AS own_time,
    {{ t('o.vsttime') }} AS visit_time, {{ opt('person_vaccine', 'export_vaccine_code', 'm') }} AS vaccine_code,
    {{ opt('person_vaccine', 'vaccine_name', 'm') }} AS vaccine_name,
    {{ opt('ovst_vaccine', 'vaccine_plan_no', 'x') }} AS dose_number,
    {{ opt('ovst_vaccine', 'dose_qty', 'x') }} AS quantity,
    {{ opt('ovst_vaccine', 'vaccine_lot_no', 'x') }} AS lot_number,
    {{ d(opt('ovst_vaccine', 'expire_date', 'x')) }} AS expire_date, o.vn AS visit_ref, NULL AS place,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license
FROM ovst_vaccine x
JOIN ovst o ON o.vn = x.vn AND x.vn <> ''
{{ w.join_patient() }}
{{ left('person_vaccine', 'm', 'm.person_vaccine_id = x.person_vaccine_id') }}
LEFT JOIN doctor dr ON dr.code = {{ opt('ovst_vaccine', 'doctor_code', 'x') }}
WHERE {{ w.visit_scope(scope) }} AND NOT {{ s.anonymous() }}
