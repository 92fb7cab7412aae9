{# Records of the register of people, by which a register of doses finds everything of its person. #}
SELECT p.pid AS hn, p.idcard AS cid
FROM person p
WHERE p.pcucodeperson = :hcode
{% if scope != 'all' %}
    AND {{ 'p.idcard' if scope == 'cids' else 'p.pid' }} IN :keys
{% endif %}
