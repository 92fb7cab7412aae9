{# Lines of the visit that are drugs (in drugitems); lines with an AN belong to an admission, and are asked for by it. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.hos_guid AS row_key, x.icode AS local_code, m.name AS name,
    {{ opt('drugitems', 'strength', 'm') }} AS strength,
    {{ opt('drugitems', 'sks_drug_code', 'm') }} AS sks_code,
    {{ opt('drugitems', 'tmt_tp_code', 'm') }} AS tpu_code,
    {{ opt('drugitems', 'tmt_gp_code', 'm') }} AS gpu_code, m.did AS did24, x.qty AS quantity,
    m.units AS unit, x.unitprice AS unit_price, {{ opt('opitemrece', 'sp_use', 'x') }} AS sp_use,
    {{ opt('sp_use', 'name1', 'sp') }} AS special1, {{ opt('sp_use', 'name2', 'sp') }} AS special2,
    {{ opt('sp_use', 'name3', 'sp') }} AS special3, {{ opt('drugusage', 'shortlist', 'u') }} AS usage_short,
    {{ opt('drugusage', 'code', 'u') }} AS usage_code, u.name1 AS usage1, u.name2 AS usage2,
    u.name3 AS usage3, {{ d(opt('opitemrece', 'rxdate', 'x')) }} AS rx_date,
    {{ t(opt('opitemrece', 'rxtime', 'x')) }} AS rx_time, {{ d('x.vstdate') }} AS visit_date,
    {{ t(opt('opitemrece', 'vsttime', 'x')) }} AS visit_time
FROM ovst o
{% if s.of_admission(scope) %}
{{ s.join_admission() }}
JOIN opitemrece x ON x.an = i.an AND x.an <> ''
{% else %}
JOIN opitemrece x ON x.vn = o.vn AND x.vn <> ''
{% endif %}
JOIN drugitems m ON m.icode = x.icode
LEFT JOIN drugusage u ON u.drugusage = x.drugusage
{{ left('sp_use', 'sp', 'sp.sp_use = ' ~ opt('opitemrece', 'sp_use', 'x')) }}
WHERE {{ s.visits(scope) }}
{% if not s.of_admission(scope) %}
    AND TRIM(COALESCE(x.an, '')) = ''
{% endif %}
