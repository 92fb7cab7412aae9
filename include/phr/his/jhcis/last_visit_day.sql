SELECT {{ d('MAX(v.visitdate)') }} AS last_day FROM visit v WHERE v.pcucode = :hcode AND v.visitdate <= :today
