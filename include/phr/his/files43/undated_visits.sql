SELECT COUNT(*) AS visits FROM service v
WHERE v.date_serv IS NULL OR v.date_serv NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' OR v.date_serv < '1000-01-01'
