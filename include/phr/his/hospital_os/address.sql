{# Provinces, districts and sub-districts in one list, each under its own six digits. #}
SELECT a.f_address_id AS code, a.address_description AS name, NULL AS full_name, NULL AS postal_code
FROM f_address a
WHERE a.f_address_id IN :keys
