{# Doses another facility gave and this one noted. #}
{% import 'doses.jinja' as w %}
SELECT {{ w.columns(true) }}
WHERE 1 = 0
{% for part in w.parts(scope).split(',') %}
UNION ALL
SELECT {{ w.columns(true) }}
WHERE {{ w.within(part) }} AND {{ w.elsewhere() }}
{% endfor %}
