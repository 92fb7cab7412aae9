SELECT COUNT(*) AS visits FROM ovst o WHERE o.vstdate IS NULL OR o.vstdate < '1000-01-01'
