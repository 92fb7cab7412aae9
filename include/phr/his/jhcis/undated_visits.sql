SELECT COUNT(*) AS visits FROM visit v
WHERE v.pcucode = :hcode AND (v.visitdate IS NULL OR v.visitdate < '1000-01-01')
