SELECT p.local AS local_id, p.cid AS cid, p.sex AS sex, p.birth AS birth_date
FROM person p
WHERE p.cid IN :keys
