{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ opt('phr_appointment', 'row_key', 'x') }} AS row_key,
    {{ d(opt('phr_appointment', 'start_date', 'x')) }} AS start_date,
    {{ t(opt('phr_appointment', 'start_time', 'x')) }} AS start_time,
    {{ t(opt('phr_appointment', 'end_time', 'x')) }} AS end_time, NULL AS other_end_time,
    {{ opt('phr_appointment', 'clinic_code', 'x') }} AS clinic_code,
    {{ opt('phr_appointment', 'clinic_name', 'x') }} AS clinic_name, {{ opt('phr_appointment', 'cause', 'x') }} AS cause,
    {{ opt('phr_appointment', 'note', 'x') }} AS note, {{ opt('phr_appointment', 'doctor_name', 'x') }} AS doctor_name,
    {{ d(opt('phr_appointment', 'created_date', 'x')) }} AS entry_date, {{ d('v.service_day') }} AS visit_date
{{ s.rows_of('phr_appointment') }}
{{ s.where('phr_appointment', scope) }}
