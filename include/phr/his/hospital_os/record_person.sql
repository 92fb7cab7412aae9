{# Records of the community register, each with the patient that is linked to it. #}
{% import 'scopes.jinja' as s %}
SELECT pe.t_health_family_id AS person_id, pe.patient_pid AS cid, p.patient_hn AS linked_hn, p.patient_hn AS hn,
    p.patient_pid AS patient_cid
FROM t_health_family pe
LEFT JOIN t_patient p ON p.t_health_family_id = pe.t_health_family_id AND {{ s.live('p.patient_active') }}
WHERE {{ s.live('pe.health_family_active') }}
{% if scope != 'all' %}
    AND {{ {'cids': 'pe.patient_pid', 'hns': 'p.patient_hn'}.get(scope, 'pe.t_health_family_id') }} IN :keys
{% endif %}
