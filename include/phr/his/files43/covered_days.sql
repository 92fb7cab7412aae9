{# Days the export can tell about: those of which it holds visits. #}
SELECT DISTINCT v.date_serv AS service_day FROM service v WHERE v.date_serv IN :days
