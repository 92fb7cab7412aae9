{# Of the questions only "no allergy" is kept: 1 says that the patient denies one. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, v.t_visit_id AS row_key, 'allergy' AS topic, 'N' AS answer
FROM t_visit v
WHERE {{ s.visits(scope) }} AND {{ txt(opt('t_visit', 'visit_deny_allergy', 'v')) }} = '1'
