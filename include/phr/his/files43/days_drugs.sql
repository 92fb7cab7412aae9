{# Service days of visits with a line of these days, or with one that was changed on them. #}
SELECT v.date_serv AS service_day
FROM drug_opd x JOIN service v ON v.pid = x.pid AND v.seq = x.seq
WHERE x.date_serv IN :days
UNION
SELECT v.date_serv AS service_day
FROM drug_opd x JOIN service v ON v.pid = x.pid AND v.seq = x.seq
WHERE {{ concat('SUBSTR(x.d_update, 1, 4)', "'-'", 'SUBSTR(x.d_update, 5, 2)', "'-'", 'SUBSTR(x.d_update, 7, 2)') }} IN :days
