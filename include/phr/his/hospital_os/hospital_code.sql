SELECT DISTINCT b_visit_office_id AS hospital_code FROM b_site
