{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, o.hn AS hn, {{ d('o.vstdate') }} AS service_day,
    {{ t('o.vsttime') }} AS start_time, {{ t(opt('ovst', 'cur_dep_time', 'o')) }} AS last_time,
    sp.provis_code AS clinic_code, sp.name AS clinic_name, k.department AS department_name,
    ti.export_code AS arrival_code, tx.export_code AS outcome_code,
    dr.name AS doctor_name, {{ opt('doctor', 'licenseno', 'dr') }} AS doctor_license,
    {{ opt('ovst', 'diag_text', 'o') }} AS diagnosis_text
FROM ovst o
LEFT JOIN spclty sp ON sp.spclty = o.spclty
LEFT JOIN kskdepartment k ON k.depcode = o.main_dep
LEFT JOIN ovstist ti ON ti.ovstist = o.ovstist
LEFT JOIN ovstost tx ON tx.ovstost = o.ovstost
LEFT JOIN doctor dr ON dr.code = o.doctor
WHERE {{ s.visits(scope) }}
