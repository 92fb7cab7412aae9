SELECT p.pid AS local_id, p.idcard AS cid, p.sex AS sex, {{ d('p.birth') }} AS birth_date
FROM person p
WHERE p.pcucodeperson = :hcode AND p.idcard IN :keys
