{# Citizen ids written with anything but digits: an index finds the bare spelling only. Read from the index alone. #}
{% set table = 'person' if scope == 'person' else 'patient' %}
SELECT DISTINCT q.cid AS cid
FROM {{ table }} q
WHERE q.cid <> '' AND {{ not_digits('q.cid') }}
