{# Members of the clinics that keep a register of a chronic disease. #}
{% import 'chronic.jinja' as w %}
SELECT {{ in_order }} x.clinicmember_id AS row_id, {{ w.whose() }}, {{ w.days() }}, {{ w.code() }} AS code,
    {{ opt('icd101', 'tname', 'i') }} AS name_th, {{ opt('icd101', 'name', 'i') }} AS name_en, c.name AS clinic_name,
    {{ d(opt('clinicmember', 'dchdate', 'x')) }} AS discharge_day,
    {{ opt('clinic_member_status', 'provis_typedis', 'm') }} AS status, {{ w.withheld() }} AS withheld
FROM {{ w.tables() }}
{{ left('icd101', 'i', 'i.code = ' ~ w.code()) }}
{{ left('clinic_member_status', 'm', 'm.clinic_member_status_id = '
    ~ opt('clinicmember', 'clinic_member_status_id', 'x')) }}
WHERE {{ w.of(scope) }}
