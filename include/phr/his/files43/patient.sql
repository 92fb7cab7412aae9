{# The address is the present one (type 2), else that of the civil register (type 1). PRENAME is a national code, of which
   only the five of ordinary people are known well enough; a text stays as it is. #}
{% import 'scopes.jinja' as s %}
SELECT p.local AS hn, p.cid AS cid,
    CASE p.prename WHEN '001' THEN 'ด.ช.' WHEN '002' THEN 'ด.ญ.' WHEN '003' THEN 'นาย' WHEN '004' THEN 'น.ส.'
        WHEN '005' THEN 'นาง' ELSE CASE WHEN {{ not_digits('p.prename') }} THEN p.prename END END AS prefix,
    p.name AS given, NULL AS middle, p.lname AS family, p.sex AS sex, p.birth AS birth_date, NULL AS true_birthday,
    p.nation AS nationality, NULL AS nationality_name, p.mstatus AS marital, {{ s.address('houseno') }} AS house_no,
    {{ s.address('village') }} AS moo, {{ s.address('road') }} AS road,
    COALESCE({{ s.address('soimain') }}, {{ s.address('soisub') }}) AS lane, NULL AS address_code,
    {{ s.address('changwat') }} AS province_code, {{ s.address('ampur') }} AS district_code,
    {{ s.address('tambon') }} AS subdistrict_code, NULL AS postal_code, {{ opt('person', 'mobile', 'p') }} AS mobile_phone,
    {{ opt('person', 'telephone', 'p') }} AS home_phone, CASE WHEN p.discharge = '1' THEN 'Y' END AS death,
    CASE WHEN p.discharge = '1' THEN p.ddischarge END AS death_date, NULL AS death_row, NULL AS other_death_date,
    NULL AS subdistrict, NULL AS district, NULL AS province
FROM person p
{{ left('address', 'a2', "a2.pid = p.pid AND a2.addresstype = '2'") }}
{{ left('address', 'a1', "a1.pid = p.pid AND a1.addresstype = '1'") }}
WHERE p.local IN :keys
