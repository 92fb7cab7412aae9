{# One row per answered question. An id of 0 is no answer; of the allergy question only an explicit "no" is one,
   because nothing national says what any other letter means. #}
{% import 'scopes.jinja' as s %}
{% for topic, column in (('smoking', 'smoking_type_id'), ('drinking', 'drinking_type_id')) %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.hos_guid AS row_key, '{{ topic }}' AS topic,
    {{ concat("''", opt('opdscreen', column, 'x')) }} AS answer
FROM ovst o
JOIN opdscreen x ON x.vn = o.vn AND x.vn <> ''
WHERE {{ s.visits(scope) }} AND {{ opt('opdscreen', column, 'x') }} > 0
UNION ALL
{% endfor %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, x.hos_guid AS row_key, 'allergy' AS topic, 'N' AS answer
FROM ovst o
JOIN opdscreen x ON x.vn = o.vn AND x.vn <> ''
WHERE {{ s.visits(scope) }} AND UPPER(TRIM({{ opt('opdscreen', 'found_allergy', 'x') }})) = 'N'
