SELECT {{ concat('a.provcode', 'a.distcode', 'a.subdistcode') }} AS code, a.subdistname AS name, NULL AS full_name,
    NULL AS postal_code
FROM csubdistrict a
WHERE {{ concat('a.provcode', 'a.distcode', 'a.subdistcode') }} IN :keys
UNION ALL
SELECT {{ concat('a.provcode', 'a.distcode', "'00'") }}, a.distname, NULL, NULL
FROM cdistrict a
WHERE {{ concat('a.provcode', 'a.distcode', "'00'") }} IN :keys
UNION ALL
SELECT {{ concat('a.provcode', "'00'", "'00'") }}, a.provname, NULL, NULL
FROM cprovince a
WHERE {{ concat('a.provcode', "'00'", "'00'") }} IN :keys
