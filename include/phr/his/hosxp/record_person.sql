{# Records of the community register, each with the patient it is linked to. #}
SELECT pe.person_id AS person_id, pe.cid AS cid, pe.patient_hn AS linked_hn, p.hn AS hn, p.cid AS patient_cid
FROM person pe
LEFT JOIN patient p ON p.hn = pe.patient_hn AND p.hn <> ''
{% if scope != 'all' %}
WHERE {{ {'cids': 'pe.cid', 'hns': 'pe.patient_hn'}.get(scope, 'pe.person_id') }} IN :keys
{% endif %}
