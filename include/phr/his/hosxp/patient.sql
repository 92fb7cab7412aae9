SELECT p.hn AS hn, p.cid AS cid, p.pname AS prefix, p.fname AS given,
    {{ opt('patient', 'midname', 'p') }} AS middle, p.lname AS family, p.sex AS sex,
    {{ d('p.birthday') }} AS birth_date, {{ opt('patient', 'truebirthday', 'p') }} AS true_birthday,
    {{ opt('nationality', 'nhso_code', 'n') }} AS nationality,
    {{ opt('nationality', 'name', 'n') }} AS nationality_name, p.marrystatus AS marital,
    p.addrpart AS house_no, p.moopart AS moo, p.road AS road, {{ opt('patient', 'addr_soi', 'p') }} AS lane,
    {{ opt('patient', 'addressid', 'p') }} AS address_code, p.chwpart AS province_code,
    p.amppart AS district_code, p.tmbpart AS subdistrict_code,
    {{ opt('patient', 'po_code', 'p') }} AS postal_code, p.mobile_phone_number AS mobile_phone,
    p.hometel AS home_phone, p.death AS death, {{ d('p.deathday') }} AS death_date,
    {{ opt('death', 'hn', 'de') }} AS death_row, {{ d(opt('death', 'death_date', 'de')) }} AS other_death_date,
    NULL AS subdistrict, NULL AS district, NULL AS province
FROM patient p
{{ left('nationality', 'n', 'n.nationality = p.nationality') }}
{{ left('death', 'de', 'de.hn = p.hn') }}
WHERE p.hn IN :keys
