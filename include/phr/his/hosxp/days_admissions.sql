{# Service days of visits whose admission ended on these days. #}
SELECT {{ d('o.vstdate') }} AS service_day
FROM ipt i JOIN ovst o ON o.vn = i.vn
WHERE i.dchdate IN :days AND i.vn <> ''
