{# Records of the patient register, by which a register finds everything of its person. #}
{% import 'scopes.jinja' as s %}
SELECT p.patient_hn AS hn, p.patient_pid AS cid
FROM t_patient p
WHERE {{ s.live('p.patient_active') }}
{% if scope != 'all' %}
    AND {{ 'p.patient_pid' if scope == 'cids' else 'p.patient_hn' }} IN :keys
{% endif %}
