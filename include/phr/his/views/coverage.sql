{% import 'scopes.jinja' as s %}
SELECT {{ s.ref() }} AS visit_ref, {{ opt('phr_coverage', 'row_key', 'x') }} AS pttype,
    {{ opt('phr_coverage', 'sequence', 'x') }} AS sequence, 0 AS is_visit_pttype,
    {{ opt('phr_coverage', 'group_code', 'x') }} AS group_code, {{ opt('phr_coverage', 'instype', 'x') }} AS instype,
    NULL AS mapped_instype, {{ opt('phr_coverage', 'plan_name', 'x') }} AS plan_name,
    {{ opt('phr_coverage', 'subgroup', 'x') }} AS subgroup,
    {{ opt('phr_coverage', 'main_hospital', 'x') }} AS main_hospital,
    {{ opt('phr_coverage', 'sub_hospital', 'x') }} AS sub_hospital,
    {{ d(opt('phr_coverage', 'begin_date', 'x')) }} AS begin_date,
    {{ d(opt('phr_coverage', 'expire_date', 'x')) }} AS expire_date,
    {{ opt('phr_coverage', 'auth_code', 'x') }} AS auth_code, {{ opt('phr_coverage', 'claim_code', 'x') }} AS claim_code
{{ s.rows_of('phr_coverage') }}
{{ s.where('phr_coverage', scope) }}
