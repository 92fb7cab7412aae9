{# Of the allergy question only an explicit "no" is an answer, as everywhere; other topics than the three have no place. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ opt('phr_screening', 'row_key', 'x') }} AS row_key,
    {{ opt('phr_screening', 'topic', 'x') }} AS topic, {{ opt('phr_screening', 'answer', 'x') }} AS answer
{{ s.rows_of('phr_screening') }}
{{ s.where('phr_screening', scope) }}
{% if has('phr_screening') %}
    AND ((x.topic IN ('smoking', 'drinking') AND {{ s.filled('x.answer') }})
        OR (x.topic = 'allergy' AND UPPER(LTRIM(RTRIM(x.answer))) = 'N'))
{% endif %}
