{# Enough names to see whether Thai arrives readable; they never leave the adapter. #}
SELECT p.patient_firstname AS given, p.patient_lastname AS family FROM t_patient p WHERE p.patient_firstname <> '' LIMIT 100
