SELECT p.hn AS hn, p.cid AS cid, {{ opt('phr_patient', 'prefix', 'p') }} AS prefix, p.given AS given,
    {{ opt('phr_patient', 'middle', 'p') }} AS middle, p.family AS family, p.sex AS sex,
    {{ d('p.birth_date') }} AS birth_date, {{ opt('phr_patient', 'birth_exact', 'p') }} AS true_birthday,
    {{ opt('phr_patient', 'nationality', 'p') }} AS nationality,
    {{ opt('phr_patient', 'nationality_name', 'p') }} AS nationality_name,
    {{ opt('phr_patient', 'marital', 'p') }} AS marital, {{ opt('phr_patient', 'house_no', 'p') }} AS house_no,
    {{ opt('phr_patient', 'moo', 'p') }} AS moo, {{ opt('phr_patient', 'road', 'p') }} AS road, NULL AS lane,
    {{ opt('phr_patient', 'address_code', 'p') }} AS address_code, NULL AS province_code, NULL AS district_code,
    NULL AS subdistrict_code, {{ opt('phr_patient', 'postal_code', 'p') }} AS postal_code,
    {{ opt('phr_patient', 'mobile_phone', 'p') }} AS mobile_phone,
    {{ opt('phr_patient', 'home_phone', 'p') }} AS home_phone, {{ opt('phr_patient', 'deceased', 'p') }} AS death,
    {{ d(opt('phr_patient', 'death_date', 'p')) }} AS death_date, NULL AS death_row, NULL AS other_death_date,
    {{ opt('phr_patient', 'subdistrict', 'p') }} AS subdistrict, {{ opt('phr_patient', 'district', 'p') }} AS district,
    {{ opt('phr_patient', 'province', 'p') }} AS province
FROM phr_patient p
WHERE p.hcode = :hcode AND p.hn IN :keys
