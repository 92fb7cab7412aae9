{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, v.hn AS hn, {{ d('v.service_day') }} AS service_day,
    {{ t('v.start_time') }} AS start_time, {{ t(opt('phr_visit', 'end_time', 'v')) }} AS last_time,
    {{ opt('phr_visit', 'clinic_code', 'v') }} AS clinic_code, {{ opt('phr_visit', 'clinic_name', 'v') }} AS clinic_name,
    {{ opt('phr_visit', 'department_name', 'v') }} AS department_name,
    {{ opt('phr_visit', 'arrival_type', 'v') }} AS arrival_code, v.outcome_type AS outcome_code,
    {{ opt('phr_visit', 'doctor_name', 'v') }} AS doctor_name,
    {{ opt('phr_visit', 'doctor_license', 'v') }} AS doctor_license,
    {{ opt('phr_visit', 'diagnosis_text', 'v') }} AS diagnosis_text
FROM phr_visit v
WHERE {{ s.visits(scope) }}
