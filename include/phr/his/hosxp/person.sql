{# People only the community register knows, with the columns of patient.sql; ~ marks that the key is no HN. #}
SELECT {{ concat("'~'", 'pe.person_id') }} AS hn, pe.cid AS cid, {{ opt('person', 'pname', 'pe') }} AS prefix,
    {{ opt('person', 'fname', 'pe') }} AS given, NULL AS middle, {{ opt('person', 'lname', 'pe') }} AS family,
    pe.sex AS sex, {{ d('pe.birthdate') }} AS birth_date, NULL AS true_birthday,
    {{ opt('nationality', 'nhso_code', 'n') }} AS nationality,
    {{ opt('nationality', 'name', 'n') }} AS nationality_name, {{ opt('person', 'marrystatus', 'pe') }} AS marital,
    NULL AS house_no, NULL AS moo, NULL AS road, NULL AS lane, NULL AS address_code, NULL AS province_code,
    NULL AS district_code, NULL AS subdistrict_code, NULL AS postal_code,
    {{ opt('person', 'mobile_phone', 'pe') }} AS mobile_phone, {{ opt('person', 'hometel', 'pe') }} AS home_phone,
    {{ opt('person', 'death', 'pe') }} AS death, {{ d(opt('person', 'death_date', 'pe')) }} AS death_date,
    {{ opt('person_death', 'person_id', 'pd') }} AS death_row,
    {{ d(opt('person_death', 'death_date', 'pd')) }} AS other_death_date,
    NULL AS subdistrict, NULL AS district, NULL AS province
FROM person pe
{{ left('nationality', 'n', 'n.nationality = ' ~ opt('person', 'nationality', 'pe')) }}
{{ left('person_death', 'pd', 'pd.person_id = pe.person_id') }}
WHERE pe.person_id IN :keys
