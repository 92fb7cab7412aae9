{# Files of doses with lines that could not be read: the registers are not whole then. #}
SELECT file FROM export_line WHERE what = 'broken' AND UPPER(file) LIKE '%EPI%' ORDER BY file
