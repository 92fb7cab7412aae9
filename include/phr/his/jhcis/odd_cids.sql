{# Citizen ids written with anything but digits: an index finds the bare spelling only. #}
SELECT DISTINCT q.idcard AS cid
FROM person q
WHERE q.pcucodeperson = :hcode AND q.idcard <> '' AND {{ not_digits('q.idcard') }}
