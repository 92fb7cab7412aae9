{# Files of a register with lines that could not be read: the registers are not whole then. #}
SELECT file FROM export_line WHERE what = 'broken' AND kind = UPPER(:table) ORDER BY file
