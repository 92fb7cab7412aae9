{# Enough names to see whether Thai arrives readable; they never leave the adapter. #}
SELECT p.fname AS given, p.lname AS family FROM patient p WHERE p.fname <> '' LIMIT 100
