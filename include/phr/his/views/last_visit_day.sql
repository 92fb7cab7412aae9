SELECT {{ d('MAX(v.service_day)') }} AS last_day FROM phr_visit v WHERE v.hcode = :hcode AND v.service_day <= :today
