"""Invented rows for the tests of the checks: one clean unit, and helpers to spoil it."""

from __future__ import annotations

from datetime import date
from typing import Any

from phr.canonical import (
    TABLES,
    Allergy,
    Appointment,
    CanonicalRow,
    ChronicRegistration,
    Coverage,
    Diagnosis,
    DrugDispense,
    IdentityEvidence,
    Immunization,
    LabResult,
    Patient,
    RegisterPerson,
    Screening,
    Visit,
    VitalSign,
)
from phr.quality.cid import check_digit

TODAY = date(2026, 11, 1)
FACILITY = "99001"
Unit = dict[str, list[CanonicalRow]]


def make_cid(number: int, first: str = "1") -> str:
    """A synthetic citizen id with a valid check digit."""
    twelve = f"{first}{number:011d}"
    return twelve + str(check_digit(twelve))


CID = make_cid(99001)
PERSON = f"c{CID}"
#: as a HIS makes one up: 0, facility code, running number; its check digit is wrong
TEMPORARY_ID = f"0{FACILITY}0000006"


def blank(table: str, **values: Any) -> Any:
    """A row with every column None but the given ones."""
    row_type = TABLES[table]
    return row_type(**(dict.fromkeys(row_type._fields) | values))


def clean_unit() -> Unit:
    """One hospital with one patient, one visit, one register, one row of everything; passes every rule."""
    child = {"visit_ref": "VN1", "row_key": "K1"}
    patient: Patient = blank(
        "patient",
        hn="000000001",
        cid=CID,
        given="ทดสอบ",
        family="สมมติ",
        sex="1",
        birth_date="1990-05-17",
        birth_exact=True,
        nationality="099",
        deceased=False,
    )
    visit: Visit = blank("visit", visit_ref="VN1", hn="000000001", service_day="2026-10-31", arrival_type="1")
    evidence: IdentityEvidence = blank(
        "identity_evidence", cid=CID, source="patient", local_id="000000001", sex="1", birth_date="1990-05-17"
    )
    vital: VitalSign = blank(
        "vital_sign",
        **child,
        weight_kg=60.0,
        height_cm=165.0,
        temperature_c=36.8,
        bp_systolic=120.0,
        bp_diastolic=80.0,
        pulse=80.0,
        respiration=18.0,
        waist_cm=80.0,
        spo2=98.0,
    )
    screening: Screening = blank("screening", **child, topic="smoking", answer="1", code="1")
    diagnosis: Diagnosis = blank(
        "diagnosis", **child, code="J00", diagnosis_type="1", recorded_date="2026-10-31"
    )
    coverage: Coverage = blank(
        "coverage",
        **child,
        main_hospital="99001",
        sub_hospital="99003",
        begin_date="2020-01-01",
        expire_date="2030-12-31",
    )
    appointment: Appointment = blank(
        "appointment", **child, start_date="2026-12-01", created_date="2026-10-31"
    )
    lab: LabResult = blank(
        "lab_result",
        **child,
        order_number="1",
        name="Hb",
        value="12.5",
        order_date="2026-10-31",
        report_date="2026-11-01",
    )
    drug: DrugDispense = blank(
        "drug_dispense", **child, name="Paracetamol 500 mg", quantity=10.0, dispensed_date="2026-10-31"
    )
    person: RegisterPerson = blank(
        "register_person", person_ref=PERSON, hn="000000001", newest_day="2026-10-31"
    )
    dose: Immunization = blank(
        "immunization",
        person_ref=PERSON,
        row_key="ovst_vaccine:1",
        hn="000000001",
        vaccine_code="815",
        expire_date="2027-03-31",
        given_date="2026-10-31",
        elsewhere=False,
    )
    allergy: Allergy = blank(
        "allergy",
        person_ref=PERSON,
        row_key="opd_allergy:1",
        hn="000000001",
        substance="Penicillin",
        recorded_date="2026-10-31",
    )
    chronic: ChronicRegistration = blank(
        "chronic_register",
        person_ref=PERSON,
        row_key="clinicmember:1",
        hn="000000001",
        code="E119",
        registered_date="2026-10-01",
        discharge_date="2026-10-01",
        withheld=False,
    )
    return {
        "visit": [visit],
        "patient": [patient],
        "identity_evidence": [evidence],
        "vital_sign": [vital],
        "screening": [screening],
        "diagnosis": [diagnosis],
        "coverage": [coverage],
        "appointment": [appointment],
        "lab_result": [lab],
        "drug_dispense": [drug],
        "register_person": [person],
        "immunization": [dose],
        "allergy": [allergy],
        "chronic_register": [chronic],
    }


def spoil(unit: Unit, table: str, **changes: Any) -> Unit:
    """The unit with the first row of a table changed."""
    unit[table][0] = unit[table][0]._replace(**changes)
    return unit
