{% import 'scopes.jinja' as s %}
{% import 'people.jinja' as w %}
SELECT q.patient_hn AS hn, q.patient_pid AS cid, {{ opt('f_patient_prefix', 'patient_prefix_description', 'pf') }} AS prefix,
    q.patient_firstname AS given, NULL AS middle, q.patient_lastname AS family, q.f_sex_id AS sex,
    {{ s.day_of('q.patient_birthday') }} AS birth_date, {{ w.birth_exact('t_patient') }} AS true_birthday,
    {{ w.nationality('t_patient') }} AS nationality,
    {{ opt('f_patient_nation', 'patient_nation_description', 'na') }} AS nationality_name,
    {{ opt('f_patient_marriage_status', 'r_rp1853_marriage_id', 'ms') }} AS marital, q.patient_house AS house_no,
    q.patient_moo AS moo, q.patient_road AS road, NULL AS lane, q.patient_tambon AS address_code,
    NULL AS province_code, NULL AS district_code, NULL AS subdistrict_code, NULL AS postal_code,
    {{ opt('t_patient', 'patient_patient_mobile_phone', 'q') }} AS mobile_phone,
    {{ opt('t_patient', 'patient_phone_number', 'q') }} AS home_phone,
    {{ w.dead('t_patient', 'q') }} AS death, {{ w.death_day('t_patient', 'q') }} AS death_date,
    {{ w.death_row('t_patient_id', 'q.t_patient_id') }} AS death_row,
    {{ w.death_row_day('t_patient_id', 'q.t_patient_id') }} AS other_death_date,
    NULL AS subdistrict, NULL AS district, NULL AS province
FROM t_patient q
{{ w.lists('t_patient') }}
WHERE q.patient_hn IN :keys AND {{ s.live('q.patient_active') }}
