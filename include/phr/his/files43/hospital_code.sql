{# Every file that is read says whose it is. #}
SELECT hospcode AS hospital_code FROM person
UNION SELECT hospcode FROM service
UNION SELECT hospcode FROM diagnosis_opd
UNION SELECT hospcode FROM drug_opd
UNION SELECT hospcode FROM labfu
UNION SELECT hospcode FROM appointment
{% for name in ('epi', 'drugallergy', 'chronic') if has(name) %}
UNION SELECT hospcode FROM {{ name }}
{% endfor %}
