{# Service days of visits with a result ordered or reported on these days. #}
{% import 'scopes.jinja' as s %}
SELECT {{ s.day() }} AS service_day
FROM t_order o JOIN t_visit v ON v.t_visit_id = o.t_visit_id
WHERE {{ txt('o.f_item_group_id') }} = '2' AND {{ s.real() }} AND {{ s.on('o.order_verify_date_time') }}
UNION
SELECT {{ s.day() }} AS service_day
FROM t_order o JOIN t_visit v ON v.t_visit_id = o.t_visit_id
WHERE {{ txt('o.f_item_group_id') }} = '2' AND {{ s.real() }} AND {{ s.on('o.order_report_date_time') }}
