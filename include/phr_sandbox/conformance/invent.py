"""Invents the hospital of the kit: from a seed the same patients, visits and doses, every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from phr.canonical import (
    Allergy,
    Appointment,
    ChronicRegistration,
    Coverage,
    Diagnosis,
    DrugDispense,
    Immunization,
    LabResult,
    Patient,
    Visit,
    VitalSign,
)
from phr_sandbox.conformance.model import Model, ModelVisit, State
from phr_sandbox.province.formulary import DRUGS, USAGES, Drug
from phr_sandbox.province.laboratory import GROUPS, ITEMS, LabItem
from phr_sandbox.province.people import PLACEHOLDER_CIDS, Person, make_person
from phr_sandbox.province.vaccines import NAMES, NOT_NATIONAL

PROVIDERS = (
    ("นพ.สมมติ ตัวอย่าง", "ว99001"),
    ("พญ.จำลอง แบบทดสอบ", "ว99002"),
    ("ทพ.สมมุติ สาธิต", "ท99003"),
    ("พว.ตัวอย่าง สมมติ", "9900000004"),
)
#: 43-file CLINIC, name, service point
CLINICS = (
    ("00100", "อายุรกรรม", "ห้องตรวจโรคทั่วไป"),
    ("00200", "ศัลยกรรม", "ห้องตรวจโรคทั่วไป"),
    ("00700", "จักษุ", "ห้องตรวจตา"),
    ("01200", "อุบัติเหตุและฉุกเฉิน", "ห้องฉุกเฉิน"),
)
#: ICD-10-TM, name
DISEASES = (
    ("J069", "Acute upper respiratory infection, unspecified"),
    ("A09", "Infectious gastroenteritis and colitis, unspecified"),
    ("I10", "Essential (primary) hypertension"),
    ("E119", "Type 2 diabetes mellitus without complications"),
    ("E785", "Hyperlipidaemia, unspecified"),
    ("K30", "Functional dyspepsia"),
    ("M545", "Low back pain"),
    ("S610", "Open wound of finger(s) without damage to nail"),
    ("W260", "Contact with knife, sword or dagger"),
)
#: group, INSTYPE, name
PLANS = (
    ("UCS", "0100", "บัตรทอง"),
    ("OFC", "1100", "ข้าราชการ"),
    ("SSS", "4200", "ประกันสังคม"),
    ("LGO", "2100", "องค์กรปกครองส่วนท้องถิ่น"),
)
#: six digits -> sub-district, district, province, postal code; an invented province
PLACES = {
    "990101": ("ในเมืองสมมติ", "เมืองสมมติ", "สมมติบุรี", "99000"),
    "990102": ("ท่าจำลอง", "เมืองสมมติ", "สมมติบุรี", "99000"),
    "990201": ("หนองทดสอบ", "หนองทดสอบ", "สมมติบุรี", "99110"),
}
#: substance, 24-digit code, reaction
ALLERGENS = (
    ("AMOXICILLIN 500 mg", "101450000003082121781506", "ผื่นลมพิษ"),
    ("IBUPROFEN 400 mg", "102100000004493520381199", "หน้าบวม"),
    ("SULFAMETHOXAZOLE", None, "ผื่นแดงทั้งตัว"),
    ("กุ้ง", None, "ปากบวม"),
)
#: ICD-10-TM, name, clinic
CHRONIC = (
    ("E119", "Type 2 diabetes mellitus without complications", "คลินิกเบาหวาน"),
    ("I10", "Essential (primary) hypertension", "คลินิกความดันโลหิตสูง"),
    ("J449", "Chronic obstructive pulmonary disease, unspecified", "คลินิกปอดอุดกั้น"),
)
_COMPLAINTS = ("ไข้ ไอ 2 วัน", "ปวดหลัง 1 สัปดาห์", "มาตามนัด", "เวียนศีรษะ", "มีดบาดนิ้ว")
_TEXT_RESULTS = ("Negative", "Trace", "<0.5", ">=1:80", "12-15/HPF", "5.6 H", "ไม่พบเชื้อ")
_CODES = tuple(code for code in NAMES if code not in NOT_NATIONAL)


def invent(
    *,
    hcode: str = "99001",
    patients: int = 2000,
    days: int = 60,
    last_day: date = date(2026, 1, 31),
    seed: int = 1,
) -> Model:
    """An invented hospital.

    About 2.5 visits for every patient, spread over ``days`` service days that end with ``last_day``.
    """
    dice = random.Random(f"conformance/{seed}/{hcode}")  # noqa: S311 - invented data, reproducible
    first_day = last_day - timedelta(days=days - 1)
    people = [make_person(seed, hcode, index, first_day, may_share=False) for index in range(patients)]
    rows = [_patient(person, dice) for person in people]
    visits: list[ModelVisit] = []
    for person, patient in zip(people, rows, strict=True):
        for day in sorted({dice.randrange(days) for _ in range(dice.choice((0, 1, 2, 2, 3, 5)))}):
            when = first_day + timedelta(days=day)
            if when >= person.birth:
                visits.append(_visit(f"{len(visits) + 100_000_001}", patient, when, dice))
    doses = [
        dose
        for person, patient in zip(people, rows, strict=True)
        for dose in _doses(person, patient, last_day, dice)
    ]
    # last, so that whatever was invented before them stays as it was
    allergies = [found for patient in rows for found in _allergies(patient, last_day, dice)]
    chronic = [found for patient in rows for found in _chronic(patient, last_day, dice)]
    return Model(hcode, first_day, last_day, rows, visits, doses, allergies, chronic)


def _patient(person: Person, dice: random.Random) -> Patient:
    place = PLACES[dice.choice(tuple(PLACES))]
    code = next(code for code, found in PLACES.items() if found == place)
    share = dice.random()
    cid: str | None = person.cid
    nationality, nationality_name = "099", "ไทย"
    if share < 0.03:
        cid = None
    elif share < 0.05:
        cid = dice.choice(PLACEHOLDER_CIDS[:3])
    elif share < 0.07:  # a foreigner with an id the hospital gave
        cid, nationality, nationality_name = f"0{99001}{person.index:07d}", "048", "เมียนมา"
    elif share < 0.08 and person.index:  # the same citizen under a second number
        cid = make_person(1, "99001", person.index - 1, date(2026, 1, 1), may_share=False).cid
    died = dice.random() < 0.01
    return Patient(
        hn=person.hn,
        cid=cid,
        prefix=person.prefix,
        given=person.given,
        middle=None,
        family=person.family,
        sex=person.sex,
        birth_date=person.birth.isoformat(),
        birth_exact=(person.birth.month, person.birth.day) != (1, 1),
        nationality=nationality,
        nationality_name=nationality_name,
        marital=person.marital,
        house_no=person.house_no,
        moo=person.moo,
        road=dice.choice((None, None, "ถนนสมมติ")),
        address_code=code,
        subdistrict=place[0],
        district=place[1],
        province=place[2],
        postal_code=place[3],
        mobile_phone=person.phone if dice.random() < 0.8 else None,
        home_phone=None,
        deceased=died,
        death_date="2026-02-01" if died else None,
        notes=None,
    )


def _visit(ref: str, patient: Patient, day: date, dice: random.Random) -> ModelVisit:
    iso = day.isoformat()
    minute = dice.randrange(7 * 60, 16 * 60)
    start, end = (f"{m // 60:02d}:{m % 60:02d}:00" for m in (minute, minute + dice.randrange(20, 180)))
    doctor, license_no = dice.choice(PROVIDERS)
    clinic, clinic_name, department = dice.choice(CLINICS)
    state: State = dice.choices(("eligible", "admitted", "unfinished", "anonymous"), (94, 2, 3, 1))[0]
    visit = Visit(
        visit_ref=ref,
        hn=patient.hn,
        service_day=iso,
        start_time=start,
        end_time=end,
        clinic_code=clinic,
        clinic_name=clinic_name,
        department_name=department,
        arrival_type=dice.choice("1123"),
        outcome_type=None if state == "unfinished" else "2" if state == "admitted" else dice.choice("1139"),
        doctor_name=doctor,
        doctor_license=license_no,
        chief_complaint=dice.choice(_COMPLAINTS),
        present_illness=None,
        diagnosis_text=None,
        notes=None,
    )
    found = ModelVisit(visit, state, _vitals(ref, dice) if dice.random() < 0.9 else None)
    for n, (code, name) in enumerate(dice.sample(DISEASES, dice.choice((0, 1, 1, 2)))):
        kind = "5" if code[0] == "W" else "1" if n == 0 else "4"
        found.diagnoses.append(Diagnosis(ref, "", code, name, kind, iso, None, doctor, license_no, None))
    group, instype, plan = dice.choice(PLANS)
    found.coverages.append(
        Coverage(ref, "", 1, group, instype, plan, None, "99001", "99001", None, None, None, None, None)
    )
    if dice.random() < 0.15:
        then = (day + timedelta(days=dice.choice((7, 14, 28, 60)))).isoformat()
        found.appointments.append(
            Appointment(ref, "", then, None, None, None, clinic_name, "ติดตามอาการ", None, doctor, iso, None)
        )
    for item in dice.sample(list(ITEMS.values()), dice.choice((0, 0, 0, 3, 6))):
        found.lab_results.append(_lab(ref, iso, item, dice))
    for drug in dice.sample(list(DRUGS.values()), dice.choice((0, 1, 2, 3, 4))):
        found.drug_dispenses.append(_drug(ref, iso, drug, dice))
    return found


def _vitals(ref: str, dice: random.Random) -> VitalSign:
    return VitalSign(
        visit_ref=ref,
        row_key="",
        weight_kg=round(dice.uniform(3, 110), 1),
        height_cm=float(dice.randrange(50, 190)),
        temperature_c=round(dice.uniform(36, 40), 1),
        bp_systolic=float(dice.randrange(90, 190)),
        bp_diastolic=float(dice.randrange(50, 110)),
        pulse=float(dice.randrange(55, 130)),
        respiration=float(dice.randrange(14, 30)),
        waist_cm=float(dice.randrange(50, 120)),
        spo2=None,
        notes=None,
    )


def _lab(ref: str, iso: str, item: LabItem, dice: random.Random) -> LabResult:
    if item.texts or dice.random() < 0.05:
        value = dice.choice(item.texts or _TEXT_RESULTS)
    else:
        value = f"{dice.uniform(item.low * 0.7, item.high * 1.3):.{item.decimals}f}"
    return LabResult(
        visit_ref=ref,
        row_key="",
        order_number="",
        local_code=str(item.code),
        name=item.name,
        value=value,
        unit=item.unit or None,
        reference_text=item.normal or None,
        abnormal=None,
        loinc=item.loinc,
        tmlt=item.tmlt,
        labtest=item.provis,
        group_name=dict(GROUPS)[item.group],
        order_date=iso,
        order_time=None,
        report_date=iso,
        report_time=None,
        notes=None,
    )


def _drug(ref: str, iso: str, drug: Drug, dice: random.Random) -> DrugDispense:
    usage = next(row for row in USAGES if row[0] == drug.usage)
    tmt, level = next(
        ((code, of) for code, of in ((drug.sks, "SKS"), (drug.tpu, "TPU"), (drug.gpu, "GPU")) if code),
        (None, None),
    )
    return DrugDispense(
        visit_ref=ref,
        row_key="",
        local_code=drug.icode,
        name=f"{drug.name} {drug.strength}",
        tmt_code=tmt,
        tmt_level=level,
        did24=drug.did,
        quantity=float(drug.qty if dice.random() > 0.01 else -drug.qty),
        unit=drug.units,
        unit_price=float(drug.price),
        usage_text=usage[1],
        instruction_th=" ".join(line for line in usage[2:] if line),
        dispensed_date=iso,
        dispensed_time=None,
        notes=None,
    )


def _doses(person: Person, patient: Patient, last_day: date, dice: random.Random) -> Iterator[Immunization]:
    count = dice.choice((0, 1, 2, 4)) if (last_day - person.birth).days < 15 * 365 else dice.choice((0, 0, 1))
    alive = (last_day - person.birth).days
    for code in dice.sample(_CODES, count):
        day = (person.birth + timedelta(days=dice.randrange(alive + 1))).isoformat()
        doctor, license_no = dice.choice(PROVIDERS)
        yield Immunization(
            person_ref="",
            row_key="",
            hn=patient.hn,
            vaccine_code=code,
            vaccine_name=NAMES[code],
            dose_number=None,
            quantity=None,
            lot_number=f"SMT{dice.randrange(1000):03d}",
            expire_date=(last_day + timedelta(days=dice.randrange(30, 900))).isoformat(),
            given_date=day,
            given_time=None,
            visit_ref=None,
            place=None,
            elsewhere=False,
            manufacturer=None,
            performer_name=doctor,
            performer_license=license_no,
            notes=None,
        )


def _allergies(patient: Patient, last_day: date, dice: random.Random) -> Iterator[Allergy]:
    count = dice.choice((0, 0, 0, 1, 2))
    for substance, did24, reaction in dice.sample(ALLERGENS, count):
        doctor, license_no = dice.choice(PROVIDERS)
        yield Allergy(
            person_ref="",
            row_key="",
            hn=patient.hn,
            substance=substance,
            local_code=None,
            did24=did24,
            reaction=reaction if dice.random() < 0.8 else None,
            severity=dice.choice("12345678"),
            certainty=dice.choice("12345"),
            informant=dice.choice("1234"),
            recorded_date=(last_day - timedelta(days=dice.randrange(3000))).isoformat(),
            recorder_name=doctor,
            recorder_license=license_no,
            notes=None,
        )


def _chronic(patient: Patient, last_day: date, dice: random.Random) -> Iterator[ChronicRegistration]:
    for code, name, clinic in dice.sample(CHRONIC, dice.choice((0, 0, 1, 2))):
        begun = last_day - timedelta(days=dice.randrange(100, 3000))
        over = dice.random() < 0.2
        yield ChronicRegistration(
            person_ref="",
            row_key="",
            hn=patient.hn,
            code=code,
            name=name,
            clinic_name=clinic,
            registered_date=begun.isoformat(),
            discharge_date=(begun + timedelta(days=90)).isoformat() if over else None,
            status=dice.choice(("01", "10")) if over else "03",
            withheld=False,
            notes=None,
        )
