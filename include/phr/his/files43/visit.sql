{# The clinic is that of the principal diagnosis. SERVICE names nobody who treated, and no end. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ s.hn('v') }} AS hn, v.date_serv AS service_day, {{ t('v.time_serv') }} AS start_time,
    NULL AS last_time,
    (SELECT MIN(x.clinic) FROM diagnosis_opd x WHERE {{ s.of_visit('x') }} AND x.diagtype = '1') AS clinic_code,
    NULL AS clinic_name, NULL AS department_name, v.typein AS arrival_code, v.typeout AS outcome_code,
    NULL AS doctor_name, NULL AS doctor_license, NULL AS diagnosis_text
FROM service v
LEFT JOIN person p ON p.pid = v.pid
WHERE {{ s.visits(scope) }}
