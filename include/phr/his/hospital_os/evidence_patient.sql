{% import 'scopes.jinja' as s %}
SELECT p.patient_hn AS local_id, p.patient_pid AS cid, p.f_sex_id AS sex, {{ s.day_of('p.patient_birthday') }} AS birth_date
FROM t_patient p
WHERE p.patient_pid IN :keys AND {{ s.live('p.patient_active') }}
