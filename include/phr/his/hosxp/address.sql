SELECT a.addressid AS code, a.name AS name, {{ opt('thaiaddress', 'full_name', 'a') }} AS full_name,
    {{ opt('thaiaddress', 'pocode', 'a') }} AS postal_code
FROM thaiaddress a
WHERE a.addressid IN :keys
