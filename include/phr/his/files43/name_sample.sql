{# Enough names to see whether Thai arrives readable; they never leave the adapter. #}
SELECT p.name AS given, p.lname AS family FROM person p WHERE p.name <> '' LIMIT 100
