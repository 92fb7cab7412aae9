{# Records of the register of people, by which a register of doses finds everything of its person. #}
SELECT p.hn AS hn, p.cid AS cid
FROM phr_patient p
WHERE p.hcode = :hcode
{% if scope != 'all' %}
    AND {{ 'p.cid' if scope == 'cids' else 'p.hn' }} IN :keys
{% endif %}
