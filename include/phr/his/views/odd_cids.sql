{# Citizen ids written with anything but digits: an index finds the bare spelling only. #}
SELECT DISTINCT q.cid AS cid
FROM phr_patient q
WHERE q.hcode = :hcode AND {{ not_digits('q.cid') }}
