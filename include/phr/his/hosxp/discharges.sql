{# How many admissions ended on these days; a day of discharge is a day of the calendar, not of a visit. #}
SELECT {{ d('i.dchdate') }} AS day, COUNT(*) AS discharges
FROM ipt i
WHERE i.dchdate IN :days
GROUP BY {{ d('i.dchdate') }}
