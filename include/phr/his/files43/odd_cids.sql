{# Citizen ids written with anything but digits: an index finds the bare spelling only. #}
SELECT DISTINCT q.cid AS cid
FROM person q
WHERE q.cid <> '' AND {{ not_digits('q.cid') }}
