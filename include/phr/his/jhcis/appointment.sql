{# Appointments, and the days the next vaccines are due (one of a day, however many vaccines). #}
{% import 'scopes.jinja' as s %}
{% set types = {'1': 'รับยา', '2': 'ฟังผล', '3': 'ทำแผล', '4': 'เจาะเลือด', '5': 'ตรวจน้ำตาลในเลือด', '6': 'วัดความดันโลหิต',
    '7': 'แพทย์แผนไทย', '9': 'ทันตกรรม'} %}
SELECT {{ s.ref() }} AS visit_ref, NULL AS row_key, NULL AS start_date, NULL AS start_time, NULL AS end_time,
    NULL AS other_end_time, NULL AS clinic_code, NULL AS clinic_name, NULL AS cause, NULL AS note,
    NULL AS doctor_name, NULL AS entry_date, NULL AS visit_date
FROM visit v
WHERE 1 = 0
{% if has('visitdiagappoint') %}
UNION ALL
SELECT {{ in_order }} {{ s.ref() }}, {{ concat('x.visitno', "':'", d('x.appodate'), "':'", 'x.appotype') }},
    {{ d('x.appodate') }}, {{ opt('visitdiagappoint', 'appotime', 'x') }}, NULL, NULL, NULL, NULL,
    CASE TRIM(x.appotype) {% for code, name in types.items() %}WHEN '{{ code }}' THEN '{{ name }}' {% endfor %}END,
    {{ opt('visitdiagappoint', 'comment', 'x') }}, NULL, NULL, {{ d('v.visitdate') }}
FROM visit v
JOIN visitdiagappoint x ON {{ s.of_visit('x') }}
WHERE {{ s.visits(scope) }}
{% endif %}
{% if has('visitepiappoint') %}
UNION ALL
SELECT {{ in_order }} {{ s.ref() }}, {{ concat('v.visitno', "':'", d('x.dateappoint'), "'-vaccine'") }},
    {{ d('x.dateappoint') }}, NULL, NULL, NULL, NULL, NULL, 'รับวัคซีน', NULL, NULL, NULL, {{ d('v.visitdate') }}
FROM visit v
JOIN visitepiappoint x ON {{ s.of_visit('x') }}
WHERE {{ s.visits(scope) }} AND x.dateappoint > '1000-01-01'
GROUP BY v.visitno, v.visitdate, x.dateappoint
{% endif %}
