{# Doses another facility gave and this one noted. #}
{% import 'doses.jinja' as w %}
SELECT {{ w.columns(true) }}
WHERE {{ w.within(scope) }} AND {{ w.elsewhere() }}
