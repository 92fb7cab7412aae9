{# People only the community register knows, with the columns of patient.sql; ~ marks that the key is no HN. #}
{% import 'scopes.jinja' as s %}
{% import 'people.jinja' as w %}
{% set t = 't_health_family' %}
SELECT {{ concat("'~'", 'q.t_health_family_id') }} AS hn, q.patient_pid AS cid,
    {{ opt('f_patient_prefix', 'patient_prefix_description', 'pf') }} AS prefix, {{ opt(t, 'patient_name', 'q') }} AS given,
    NULL AS middle, {{ opt(t, 'patient_last_name', 'q') }} AS family, q.f_sex_id AS sex,
    {{ s.day_of('q.patient_birthday') }} AS birth_date, {{ w.birth_exact(t) }} AS true_birthday,
    {{ w.nationality(t) }} AS nationality, {{ opt('f_patient_nation', 'patient_nation_description', 'na') }} AS nationality_name,
    {{ opt('f_patient_marriage_status', 'r_rp1853_marriage_id', 'ms') }} AS marital, NULL AS house_no, NULL AS moo,
    NULL AS road, NULL AS lane, NULL AS address_code, NULL AS province_code, NULL AS district_code,
    NULL AS subdistrict_code, NULL AS postal_code, NULL AS mobile_phone, NULL AS home_phone,
    {{ w.dead(t, 'q') }} AS death, {{ w.death_day(t, 'q') }} AS death_date,
    {{ w.death_row('t_health_family_id', 'q.t_health_family_id') }} AS death_row,
    {{ w.death_row_day('t_health_family_id', 'q.t_health_family_id') }} AS other_death_date,
    NULL AS subdistrict, NULL AS district, NULL AS province
FROM t_health_family q
{{ w.lists(t) }}
WHERE q.t_health_family_id IN :keys AND {{ s.live('q.health_family_active') }}
