{# Records of the register of people, by which a register of doses finds everything of its person. #}
SELECT p.local AS hn, p.cid AS cid
FROM person p
{% if scope != 'all' %}
WHERE {{ 'p.cid' if scope == 'cids' else 'p.local' }} IN :keys
{% endif %}
