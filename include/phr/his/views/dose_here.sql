{# Doses this hospital gave. #}
{% import 'doses.jinja' as w %}
SELECT {{ w.columns(false) }}
WHERE {{ w.within(scope) }} AND NOT {{ w.elsewhere() }}
