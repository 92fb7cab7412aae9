{# Enough names to see whether Thai arrives readable; they never leave the adapter. #}
SELECT p.fname AS given, p.lname AS family FROM person p WHERE p.pcucodeperson = :hcode AND p.fname <> '' LIMIT 100
