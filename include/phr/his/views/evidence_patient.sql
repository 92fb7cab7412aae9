SELECT p.hn AS local_id, p.cid AS cid, p.sex AS sex, {{ d('p.birth_date') }} AS birth_date
FROM phr_patient p
WHERE p.hcode = :hcode AND p.cid IN :keys
