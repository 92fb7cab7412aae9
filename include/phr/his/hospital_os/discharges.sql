{# How many admissions ended on these days, by the doctor's discharge. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.day_of('v.visit_staff_doctor_discharge_date_time') }} AS day, COUNT(*) AS discharges
FROM t_visit v
WHERE {{ s.admitted() }} AND {{ s.real() }} AND {{ s.on('v.visit_staff_doctor_discharge_date_time') }}
GROUP BY {{ s.day_of('v.visit_staff_doctor_discharge_date_time') }}
