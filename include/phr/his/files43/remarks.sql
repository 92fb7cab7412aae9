{# What was met while the files were read; numbers only. #}
SELECT file, what, lines FROM export_line ORDER BY file, what
