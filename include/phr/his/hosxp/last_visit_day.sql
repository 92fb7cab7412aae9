SELECT {{ d('MAX(o.vstdate)') }} AS last_day FROM ovst o WHERE o.vstdate <= :today
