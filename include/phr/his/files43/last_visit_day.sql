SELECT MAX(v.date_serv) AS last_day FROM service v WHERE v.date_serv <= :today
