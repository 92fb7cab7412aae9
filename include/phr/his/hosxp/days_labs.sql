{# Service days of visits with a result ordered or reported on these days: a late report moves report_date only,
   so both are asked, each by its own index. #}
SELECT {{ d('o.vstdate') }} AS service_day
FROM lab_head h JOIN ovst o ON o.vn = h.vn
WHERE h.order_date IN :days AND h.vn <> ''
UNION
SELECT {{ d('o.vstdate') }} AS service_day
FROM lab_head h JOIN ovst o ON o.vn = h.vn
WHERE h.report_date IN :days AND h.vn <> ''
