{# Service days of visits with a line of these days, or with one that was changed on them. #}
{% import 'scopes.jinja' as s %}
SELECT v.date_serv AS service_day
FROM drug_opd x JOIN service v ON v.pid = x.pid AND v.seq = x.seq
WHERE x.date_serv IN :days
UNION
SELECT v.date_serv AS service_day
FROM drug_opd x JOIN service v ON v.pid = x.pid AND v.seq = x.seq
WHERE {{ s.updated() }} IN :days
