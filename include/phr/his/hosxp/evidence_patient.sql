SELECT p.hn AS local_id, p.cid AS cid, p.sex AS sex, {{ d('p.birthday') }} AS birth_date
FROM patient p
WHERE p.cid IN :keys
