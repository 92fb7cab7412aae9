{# Doses this health centre gave. #}
{% import 'doses.jinja' as w %}
SELECT {{ w.columns(false) }}
WHERE 1 = 0
{% for part in w.parts(scope).split(',') %}
UNION ALL
SELECT {{ w.columns(false) }}
WHERE {{ w.within(part) }} AND NOT {{ w.elsewhere() }}
{% endfor %}
