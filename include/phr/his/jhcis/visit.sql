{# A visit has no clinic of its own: it is that of the principal diagnosis. How it began and ended is known only of
   referrals. #}
{% import 'scopes.jinja' as s %}
SELECT {{ in_order }} {{ s.ref() }} AS visit_ref, {{ s.hn('v') }} AS hn, {{ d('v.visitdate') }} AS service_day,
    {{ t('v.timestart') }} AS start_time, {{ t('v.timeend') }} AS last_time,
    (SELECT MIN({{ opt('visitdiag', 'clinic', 'x') }}) FROM visitdiag x
        WHERE {{ s.of_visit('x') }} AND x.dxtype IN ('01', '1')) AS clinic_code,
    NULL AS clinic_name, NULL AS department_name,
    CASE WHEN TRIM(COALESCE(v.receivefromhos, '')) NOT IN ('', :hcode) THEN '3' END AS arrival_code,
    CASE WHEN TRIM(COALESCE(v.refertohos, '')) NOT IN ('', :hcode) THEN '3' END AS outcome_code,
    {{ s.staff_name() }} AS doctor_name, {{ s.staff_license() }} AS doctor_license,
    {{ opt('visit', 'diagnote', 'v') }} AS diagnosis_text
FROM visit v
{{ s.join_staff('v.username') }}
WHERE {{ s.visits(scope) }}
