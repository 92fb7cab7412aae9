{% import 'scopes.jinja' as s %}
{% import 'people.jinja' as w %}
{% set t = 't_health_family' %}
SELECT pe.t_health_family_id AS local_id, pe.patient_pid AS cid, p.patient_hn AS hn, pe.f_sex_id AS sex,
    {{ s.day_of('pe.patient_birthday') }} AS birth_date, {{ w.dead(t, 'pe') }} AS death,
    {{ w.death_day(t, 'pe') }} AS death_date,
    {{ w.death_row('t_health_family_id', 'pe.t_health_family_id') }} AS death_row,
    {{ w.death_row_day('t_health_family_id', 'pe.t_health_family_id') }} AS other_death_date
FROM t_health_family pe
LEFT JOIN t_patient p ON p.t_health_family_id = pe.t_health_family_id AND {{ s.live('p.patient_active') }}
WHERE {{ 'p.patient_hn' if scope == 'hns' else 'pe.patient_pid' }} IN :keys AND {{ s.live('pe.health_family_active') }}
