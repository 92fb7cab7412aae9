{# The health centres of the database: its office, and sub-units that only their visits name. An id that begins with
   four zeros is a placeholder. #}
SELECT o.offid AS hospital_code FROM office o WHERE SUBSTR(o.offid, 1, 4) <> {{ concat("'00'", "'00'") }}
UNION
SELECT v.pcucode FROM visit v GROUP BY v.pcucode
