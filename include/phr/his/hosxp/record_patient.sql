{# Records of the patient register, by which a register finds everything of its person. #}
SELECT p.hn AS hn, p.cid AS cid
FROM patient p
{% if scope != 'all' %}
WHERE {{ 'p.cid' if scope == 'cids' else 'p.hn' }} IN :keys
{% endif %}
