{# Citizen ids written with anything but digits: a key finds the bare spelling only. #}
{% set table = 't_health_family' if scope == 'person' else 't_patient' %}
SELECT DISTINCT q.patient_pid AS cid
FROM {{ table }} q
WHERE q.patient_pid <> '' AND {{ not_digits('q.patient_pid') }}
