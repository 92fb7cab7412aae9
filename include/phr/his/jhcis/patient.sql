SELECT p.pid AS hn, p.idcard AS cid, COALESCE({{ opt('ctitle', 'titlename', 'ct') }}, p.prename) AS prefix,
    p.fname AS given, NULL AS middle, p.lname AS family, p.sex AS sex, {{ d('p.birth') }} AS birth_date,
    NULL AS true_birthday, p.nation AS nationality, {{ opt('cnation', 'nationname', 'n') }} AS nationality_name,
    p.marystatus AS marital, p.hnomoi AS house_no, p.mumoi AS moo, p.roadmoi AS road, NULL AS lane,
    NULL AS address_code, p.provcodemoi AS province_code, p.distcodemoi AS district_code,
    p.subdistcodemoi AS subdistrict_code, {{ opt('person', 'postcodemoi', 'p') }} AS postal_code,
    {{ opt('person', 'mobile', 'p') }} AS mobile_phone, p.telephoneperson AS home_phone,
    CASE WHEN p.dischargetype = '1' THEN 'Y' END AS death,
    CASE WHEN p.dischargetype = '1' THEN {{ d('p.dischargedate') }} END AS death_date,
    {{ opt('persondeath', 'pid', 'de') }} AS death_row, {{ d(opt('persondeath', 'deaddate', 'de')) }} AS other_death_date,
    NULL AS subdistrict, NULL AS district, NULL AS province
FROM person p
{{ left('ctitle', 'ct', 'ct.titlecode = p.prename') }}
{{ left('cnation', 'n', 'n.nationcode = p.nation') }}
{{ left('persondeath', 'de', 'de.pcucodeperson = p.pcucodeperson AND de.pid = p.pid') }}
WHERE p.pcucodeperson = :hcode AND p.pid IN :keys
