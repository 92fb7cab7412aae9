{# The admission a visit ended in; asked only where admissions that are over are sent. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, i.an AS admission_ref,
    {{ d('i.dchdate') }} AS discharge_date, {{ t(opt('ipt', 'dchtime', 'i')) }} AS discharge_time
FROM ovst o
{{ s.join_admission() }}
WHERE {{ s.visits(scope) }}
