{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.oapp_id AS row_key, {{ d('x.nextdate') }} AS start_date,
    {{ t('x.nexttime') }} AS start_time, {{ t(opt('oapp', 'endtime', 'x')) }} AS end_time,
    {{ t(opt('oapp', 'nexttime_end', 'x')) }} AS other_end_time,
    x.clinic AS clinic_code, c.name AS clinic_name, x.app_cause AS cause, x.note AS note,
    dr.name AS doctor_name, {{ d(opt('oapp', 'entry_date', 'x')) }} AS entry_date,
    {{ d(opt('oapp', 'vstdate', 'x')) }} AS visit_date
FROM ovst o
JOIN oapp x ON x.vn = o.vn AND x.vn <> ''
LEFT JOIN clinic c ON c.clinic = x.clinic
LEFT JOIN doctor dr ON dr.code = x.doctor
WHERE {{ s.visits(scope) }} AND COALESCE({{ txt(opt('oapp', 'oapp_status_id', 'x')) }}, '1') = '1'
