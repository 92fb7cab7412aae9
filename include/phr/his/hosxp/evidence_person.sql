SELECT pe.person_id AS local_id, pe.cid AS cid, pe.patient_hn AS hn, pe.sex AS sex,
    {{ d('pe.birthdate') }} AS birth_date, {{ opt('person', 'death', 'pe') }} AS death,
    {{ d(opt('person', 'death_date', 'pe')) }} AS death_date,
    {{ opt('person_death', 'person_id', 'pd') }} AS death_row,
    {{ d(opt('person_death', 'death_date', 'pd')) }} AS other_death_date
FROM person pe
{{ left('person_death', 'pd', 'pd.person_id = pe.person_id') }}
WHERE {{ 'pe.patient_hn' if scope == 'hns' else 'pe.cid' }} IN :keys
