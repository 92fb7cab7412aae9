{# Enough names to see whether Thai arrives readable; they never leave the adapter. #}
SELECT p.given AS given, p.family AS family FROM phr_patient p
WHERE p.hcode = :hcode AND p.given IS NOT NULL AND ROWNUM <= 100
