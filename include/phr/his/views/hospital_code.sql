{# The hospitals whose rows these views hold. #}
SELECT DISTINCT h.hcode AS hospital_code FROM phr_hospital h
