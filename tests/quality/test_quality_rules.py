"""Every rule: the clean unit passes, one mistake fails exactly the rule it should."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from quality_rows import CID, FACILITY, TEMPORARY_ID, TODAY, Unit, blank, clean_unit, make_cid, spoil

from phr.canonical import TABLES
from phr.canonical.tables import CHILD_TABLES
from phr.errors import Bug
from phr.quality import RULES, Checker
from phr.quality.engine import build_suite
from phr.quality.rules import EXPECTATIONS, RULES_FOLDER, load_rules
from phr.settings import UnmappedCodes

Mistake = Callable[[Unit], Any]


def change(table: str, **changes: Any) -> Mistake:
    return lambda unit: spoil(unit, table, **changes)


def twice(table: str, **changes: Any) -> Mistake:
    """The first row of the table a second time, with changes."""
    return lambda unit: unit[table].append(unit[table][0]._replace(**changes))


def both(table: str, **changes: Any) -> Mistake:
    """Two such rows: an empty key is missing, not a duplicate."""

    def mistake(unit: Unit) -> None:
        spoil(unit, table, **changes)
        unit[table] *= 2

    return mistake


def evidence(**values: Any) -> Mistake:
    row = {"cid": CID, "source": "person", "local_id": "77", "sex": "1", "birth_date": "1990-05-17"} | values
    return lambda unit: unit["identity_evidence"].append(blank("identity_evidence", **row))


#: rule -> mistakes that fail this rule and no other
MISTAKES: dict[str, list[Mistake]] = {
    "patient.cid_blank": [change("patient", cid=None), change("patient", cid="")],
    "patient.cid_format": [change("patient", cid=CID[:12]), change("patient", cid="A" + CID[1:])],
    "patient.cid_checksum": [change("patient", cid=CID[:12] + str((int(CID[12]) + 1) % 10))],
    "patient.cid_placeholder": [
        change("patient", cid="1111111111119"),
        change("patient", cid="3333333333333"),
    ],
    "patient.cid_temporary": [change("patient", cid=TEMPORARY_ID)],
    "patient.cid_foreigner": [
        change("patient", cid=None, nationality="048"),
        change("patient", cid="123", nationality="057"),
    ],
    "patient.cid_not_thai_registered": [change("patient", cid=make_cid(7, first=d)) for d in "067"],
    "patient.identity_birth_date": [
        evidence(birth_date="1991-05-17"),
        evidence(birth_date=None, notes="bad_date:birth_date"),
    ],
    "patient.identity_sex": [evidence(sex="2")],
    "patient.birth_missing": [
        change("patient", birth_date=None),
        change("patient", birth_date=None, notes="zero_date:birth_date"),
    ],
    "patient.birth_too_early": [
        lambda unit: (
            spoil(unit, "patient", birth_date="1889-12-31"),
            spoil(unit, "identity_evidence", birth_date="1889-12-31"),
        )
    ],
    "patient.name_missing": [change("patient", given=None, family=None)],
    "patient.sex_missing": [change("patient", sex=None)],
    "patient.death_unreadable": [change("patient", death_date=None, notes="bad_date:death_date")],
    "patient.death_future": [change("patient", death_date="2026-11-02")],
    "identity_evidence.cid_missing": [evidence(cid=None), both("identity_evidence", cid=None)],
    "identity_evidence.local_id_missing": [evidence(local_id=None)],
    "identity_evidence.source_missing": [evidence(source=None)],
    "identity_evidence.source_unknown": [evidence(source="register")],
    "visit.hn_missing": [change("visit", hn=None)],
    "visit.patient_unknown": [change("visit", hn="000000009")],
    "visit.day_missing": [
        change("visit", service_day=None),
        change("visit", service_day=None, notes="zero_date:service_day"),
    ],
    "visit.day_unreadable": [
        change("visit", service_day=None, notes="bad_date:service_day"),
        change("visit", service_day="2026-02-30"),
    ],
    "visit.time_unreadable": [
        change("visit", start_time=None, notes="bad_time:start_time"),
        change("visit", start_time=None, notes="be_year:service_day bad_time:start_time"),
    ],
    "visit.line_broken": [
        change("visit", start_time=None, notes="broken_line:visit"),
        change("visit", notes="be_year:service_day broken_line:visit"),
    ],
    "visit.after_death": [
        lambda unit: (
            spoil(unit, "patient", deceased=True, death_date="2026-10-30"),
            spoil(unit, "immunization", given_date="2026-10-30"),
        )
    ],
    "immunization.after_death": [
        lambda unit: (
            spoil(unit, "patient", deceased=True, death_date="2026-10-30"),
            spoil(unit, "visit", service_day="2026-10-30"),
        ),
        # known to one of two records of the person
        lambda unit: (
            unit["patient"].append(unit["patient"][0]._replace(hn="2", death_date="2026-10-30")),
            unit["register_person"].append(unit["register_person"][0]._replace(hn="2")),
        ),
    ],
    "vital_sign.pressure_order": [
        change("vital_sign", bp_systolic=80.0, bp_diastolic=80.0),
        change("vital_sign", bp_systolic=80.0, bp_diastolic=120.0),
    ],
    "screening.answer_unmapped": [change("screening", code=None, notes="unmapped:code")],
    "screening.one_per_topic": [twice("screening", row_key="K2")],
    "diagnosis.code_missing": [change("diagnosis", code=None)],
    "diagnosis.type_unknown": [change("diagnosis", diagnosis_type="8")],
    "diagnosis.date_unreadable": [change("diagnosis", recorded_date=None, notes="bad_date:recorded_date")],
    "diagnosis.date_future": [change("diagnosis", recorded_date="2026-11-02")],
    "coverage.begin_unreadable": [change("coverage", begin_date=None, notes="bad_date:begin_date")],
    "coverage.expire_unreadable": [change("coverage", expire_date="2030-02-30")],
    "coverage.dates_order": [change("coverage", expire_date="2019-12-31")],
    "coverage.main_hospital_code": [
        change("coverage", main_hospital="9900"),
        change("coverage", main_hospital="9900A"),
    ],
    "coverage.sub_hospital_code": [change("coverage", sub_hospital="990033")],
    "appointment.date_missing": [
        change("appointment", start_date=None),
        change("appointment", start_date=None, notes="zero_date:start_date"),
    ],
    "appointment.date_unreadable": [change("appointment", start_date=None, notes="bad_date:start_date")],
    "appointment.before_visit": [change("appointment", start_date="2026-10-30")],
    "appointment.created_unreadable": [
        change("appointment", created_date=None, notes="bad_date:created_date")
    ],
    "appointment.created_future": [change("appointment", created_date="2026-11-02")],
    "lab_result.code_unmapped": [
        change("lab_result"),
        change("lab_result", local_code="L1", labtest="0531002"),
        change("lab_result", loinc="", tmlt=""),
    ],
    "drug_dispense.code_unmapped": [
        change("drug_dispense", local_code="1000001"),
        change("drug_dispense", did24="1" * 24),
    ],
    "coverage.code_unmapped": [
        change("coverage"),
        change("coverage", instype="0000", plan_name="สิทธิที่ไม่มีในรายการ"),
    ],
    "lab_result.value_missing": [change("lab_result", value=None)],
    "lab_result.name_missing": [change("lab_result", name=None)],
    "lab_result.date_missing": [change("lab_result", order_date=None, report_date=None)],
    "lab_result.order_unreadable": [change("lab_result", order_date=None, notes="bad_date:order_date")],
    "lab_result.order_future": [change("lab_result", order_date="2026-11-02", report_date=None)],
    "lab_result.report_unreadable": [change("lab_result", report_date=None, notes="bad_date:report_date")],
    "lab_result.report_future": [change("lab_result", report_date="2026-11-02")],
    "lab_result.dates_order": [change("lab_result", report_date="2026-10-30")],
    "drug_dispense.name_missing": [change("drug_dispense", name=None)],
    "drug_dispense.quantity_missing": [change("drug_dispense", quantity=None)],
    "drug_dispense.quantity_not_positive": [
        change("drug_dispense", quantity=0.0),
        change("drug_dispense", quantity=-10.0),
    ],
    "drug_dispense.date_missing": [
        change("drug_dispense", dispensed_date=None),
        change("drug_dispense", dispensed_date=None, notes="zero_date:dispensed_date"),
    ],
    "drug_dispense.date_unreadable": [
        change("drug_dispense", dispensed_date=None, notes="bad_date:dispensed_date")
    ],
    "drug_dispense.date_future": [change("drug_dispense", dispensed_date="2026-11-02")],
}
MISTAKES |= {
    "register_person.ambiguous_cid": [
        change("register_person", notes="ambiguous:cid"),
        change("register_person", notes="be_year:x ambiguous:cid"),
    ],
    "visit.discharge_before": [change("visit", discharge_date="2026-10-30")],
    "register_person.unique": [twice("register_person")],
    "immunization.person_unknown": [
        change("immunization", person_ref="h000000009"),
        change("immunization", person_ref=None),
    ],
    "allergy.person_unknown": [change("allergy", person_ref="c9999999999999")],
    "allergy.key_missing": [change("allergy", row_key=None), change("allergy", row_key=" ")],
    "allergy.key_unique": [twice("allergy"), twice("allergy", substance="Aspirin")],
    "allergy.substance_missing": [change("allergy", substance=None)],
    "allergy.denied": [
        change("allergy", substance="ปฏิเสธการแพ้ยา"),
        change("allergy", substance="NKDA"),
        change("allergy", substance=" No drug allergy "),
        change("allergy", substance="-"),
    ],
    "allergy.date_future": [change("allergy", recorded_date="2026-11-02")],
    "chronic_register.person_unknown": [change("chronic_register", person_ref="c9999999999999")],
    "chronic_register.key_missing": [change("chronic_register", row_key=None)],
    "chronic_register.key_unique": [twice("chronic_register"), twice("chronic_register", code="I10")],
    "chronic_register.code_missing": [change("chronic_register", code=None)],
    "chronic_register.date_future": [
        change("chronic_register", registered_date="2026-11-02", discharge_date=None)
    ],
    "chronic_register.discharge_before": [change("chronic_register", discharge_date="2026-09-30")],
    "immunization.key_missing": [
        change("immunization", row_key=None),
        both("immunization", row_key=None),
    ],
    "immunization.key_unique": [twice("immunization"), twice("immunization", given_date="2026-10-30")],
    "immunization.code_missing": [change("immunization", vaccine_code=None)],
    "immunization.code_unknown": [
        change("immunization", vaccine_code="816"),
        change("immunization", vaccine_code="10"),
        change("immunization", vaccine_code="d21"),
    ],
    "immunization.date_missing": [
        change("immunization", given_date=None),
        change("immunization", given_date=None, notes="zero_date:given_date"),
    ],
    "immunization.date_unreadable": [
        change("immunization", given_date=None, notes="bad_date:given_date"),
        change("immunization", given_date="2026-02-30"),
    ],
    "immunization.date_future": [change("immunization", given_date="2026-11-02")],
    "immunization.before_birth": [change("immunization", given_date="1990-05-16")],
    "immunization.expire_unreadable": [
        change("immunization", expire_date=None, notes="bad_date:expire_date"),
        change("immunization", expire_date="2027-02-30"),
    ],
}
for _table in CHILD_TABLES:
    MISTAKES[f"{_table}.visit_unknown"] = [
        change(_table, visit_ref="VN9"),
        change(_table, visit_ref=None),
    ]
    MISTAKES[f"{_table}.key_missing"] = [change(_table, row_key=None)]
    if _table not in ("vital_sign", "screening"):  # one row a visit, one answer a topic
        MISTAKES[f"{_table}.key_missing"].append(both(_table, row_key=None))

#: smallest and largest accepted value
RANGES = {
    "weight": ("weight_kg", 0.3, 400.0),
    "height": ("height_cm", 20.0, 250.0),
    "temperature": ("temperature_c", 30.0, 45.0),
    "systolic": ("bp_systolic", 40.0, 300.0),
    "diastolic": ("bp_diastolic", 20.0, 200.0),
    "pulse": ("pulse", 20.0, 300.0),
    "respiration": ("respiration", 4.0, 120.0),
    "waist": ("waist_cm", 20.0, 250.0),
    "spo2": ("spo2", 30.0, 100.0),
}
for _name, (_column, _low, _high) in RANGES.items():
    # the other pressure is left out, so that only the range is judged
    _alone = {"bp_systolic": None, "bp_diastolic": None} if _column.startswith("bp_") else {}
    MISTAKES[f"vital_sign.{_name}_range"] = [
        change("vital_sign", **(_alone | {_column: _low - 0.001})),
        change("vital_sign", **(_alone | {_column: _high + 0.001})),
        change("vital_sign", **(_alone | {_column: "12O"})),
    ]

#: mistakes that cannot be made alone: rules of the whole mistake
ENTAILED: dict[str, tuple[Mistake, set[str]]] = {
    "patient.hn_missing": (
        change("patient", hn=None),
        {"patient.hn_missing", "visit.patient_unknown", "register_person.patient_unknown"},
    ),
    "patient.hn_unique": (twice("patient"), {"patient.hn_unique"}),
    "patient.birth_unreadable": (
        change("patient", birth_date=None, notes="bad_date:birth_date"),
        {"patient.birth_unreadable", "patient.identity_birth_date"},
    ),
    "patient.birth_future": (
        change("patient", birth_date="2026-11-02"),
        {
            "patient.birth_future",
            "patient.identity_birth_date",
            "visit.before_birth",
            "immunization.before_birth",
        },
    ),
    "patient.sex_invalid": (
        change("patient", sex="9"),
        {"patient.sex_invalid", "patient.identity_sex"},
    ),
    "patient.death_before_birth": (
        change("patient", death_date="1990-05-16"),
        {"patient.death_before_birth", "visit.after_death", "immunization.after_death"},
    ),
    "identity_evidence.unique": (twice("identity_evidence"), {"identity_evidence.unique"}),
    "visit.ref_missing": (
        change("visit", visit_ref=None),
        {"visit.ref_missing"} | {f"{table}.visit_unknown" for table in CHILD_TABLES},
    ),
    "visit.ref_missing, two": (
        both("visit", visit_ref=None),
        {"visit.ref_missing"} | {f"{table}.visit_unknown" for table in CHILD_TABLES},
    ),
    "patient.hn_missing, two": (
        both("patient", hn=None),
        {"patient.hn_missing", "visit.patient_unknown", "register_person.patient_unknown"},
    ),
    "vital_sign.key_missing, two": (
        both("vital_sign", row_key=None),
        {"vital_sign.key_missing", "vital_sign.one_per_visit"},
    ),
    "vital_sign.visit_unknown, two": (
        both("vital_sign", visit_ref=None, row_key=None),
        {"vital_sign.visit_unknown", "vital_sign.key_missing"},
    ),
    "visit.ref_blank": (
        change("visit", visit_ref="~{GUID}"),
        {"visit.ref_blank"} | {f"{table}.visit_unknown" for table in CHILD_TABLES},
    ),
    "visit.ref_unique": (twice("visit"), {"visit.ref_unique"}),
    "visit.day_future": (
        change("visit", service_day="2026-11-02"),
        {"visit.day_future"},
    ),
    "visit.before_birth": (
        change("patient", birth_date="2026-11-01"),
        {"visit.before_birth", "patient.identity_birth_date", "immunization.before_birth"},
    ),
    "register_person.ref_missing": (
        change("register_person", person_ref=None),
        {
            "register_person.ref_missing",
            "immunization.person_unknown",
            "allergy.person_unknown",
            "chronic_register.person_unknown",
        },
    ),
    "register_person.person_missing": (
        lambda unit: (
            spoil(unit, "register_person", person_ref="h", hn=None),
            spoil(unit, "immunization", person_ref="h", hn=None),
            spoil(unit, "allergy", person_ref="h", hn=None),
            spoil(unit, "chronic_register", person_ref="h", hn=None),
        ),
        {"register_person.person_missing"},
    ),
    "register_person.patient_unknown": (
        change("register_person", hn="000000009"),
        {"register_person.patient_unknown"},
    ),
    "screening.key_missing, two": (
        both("screening", row_key=None),
        {"screening.key_missing", "screening.one_per_topic"},
    ),
    "vital_sign.one_per_visit": (twice("vital_sign", row_key="K2"), {"vital_sign.one_per_visit"}),
    "vital_sign.key_unique": (
        twice("vital_sign"),
        {"vital_sign.key_unique", "vital_sign.one_per_visit"},
    ),
    "screening.key_unique": (
        twice("screening"),
        {"screening.key_unique", "screening.one_per_topic"},
    ),
} | {
    f"{table}.key_unique": (twice(table), {f"{table}.key_unique"})
    for table in CHILD_TABLES
    if table not in ("vital_sign", "screening")
}


#: unusual, but nothing is wrong
HARMLESS: dict[str, Mistake] = {
    "lowest vital signs": change("vital_sign", **{column: low for column, low, _ in RANGES.values()}),
    "highest vital signs": change("vital_sign", **{column: high for column, _, high in RANGES.values()}),
    "no vital signs": change("vital_sign", **{column: None for column, *_ in RANGES.values()}),
    "family name only": change("patient", given=None),
    "given name only": change("patient", family=None),
    "nationality unknown": change("patient", nationality=None),
    "foreigner with a valid id": change("patient", nationality="048"),
    "dead, date unknown": change("patient", deceased=True),
    "died on the day of the visit": change("patient", deceased=True, death_date="2026-10-31"),
    "mended dates of a patient": change("patient", notes="be_year:birth_date zero_date:death_date"),
    "a woman": lambda unit: (spoil(unit, "patient", sex="2"), spoil(unit, "identity_evidence", sex="2")),
    "evidence agrees": evidence(),
    "evidence of two registers": evidence(local_id="000000001"),
    "evidence of two numbers": evidence(source="patient"),
    "evidence of two ids": evidence(cid=make_cid(8), source="patient", local_id="000000001"),
    "evidence says nothing": evidence(sex=None, birth_date=None),
    "unknown arrival type": change("visit", arrival_type="9"),
    "visit of today": change("visit", service_day="2026-11-01"),
    "Buddhist year of a visit": change("visit", notes="be_year:service_day"),
    "answer of a hospital without a list": change("screening", code=None),
    "answers to two questions": twice("screening", row_key="K2", topic="drinking"),
    "code that cannot be read": change("diagnosis", code="not a code"),
    "diagnosis without type": change("diagnosis", diagnosis_type=None),
    "diagnosis with a zero date": change("diagnosis", recorded_date=None, notes="zero_date:recorded_date"),
    "no contracted facility": change("coverage", main_hospital=None, sub_hospital=None),
    "coverage without begin": change("coverage", begin_date=None),
    "coverage with a zero end": change("coverage", expire_date=None, notes="zero_date:expire_date"),
    "coverage of one day": change("coverage", expire_date="2020-01-01"),
    "appointment in a year": change("appointment", start_date="2027-11-01"),
    "appointment on the day": change("appointment", start_date="2026-10-31", created_date=None),
    "text result": change("lab_result", value="pending"),
    "result with a local code": change("lab_result", name=None, local_code="L1"),
    "result with LOINC": change("lab_result", name=None, loinc="718-7"),
    "result with TMLT": change("lab_result", name=None, tmlt="320070"),
    "result with LABTEST": change("lab_result", name=None, labtest="0531002"),
    "result without order date": change("lab_result", order_date=None),
    "result with a zero report date": change("lab_result", report_date=None, notes="zero_date:report_date"),
    "result on the day of the order": change("lab_result", report_date="2026-10-31"),
    "a trace of a drug": change("drug_dispense", quantity=0.001),
    "drug of today": change("drug_dispense", dispensed_date="2026-11-01"),
    "dose of today": change("immunization", given_date="2026-11-01"),
    "dose on the day of birth": change("immunization", given_date="1990-05-17"),
    "dose of a Buddhist year": change("immunization", notes="be_year:given_date"),
    "dose with a six-letter code": change("immunization", vaccine_code="HPVC21"),
    "dose without lot and expiry": change("immunization", lot_number=None, expire_date=None),
    "dose with a zero expiry": change("immunization", expire_date=None, notes="zero_date:expire_date"),
    "dose after the expiry": change("immunization", expire_date="2026-01-31"),
    "dose given elsewhere": change("immunization", elsewhere=True, place="10666"),
    "allergy without a day": change("allergy", recorded_date=None, notes="bad_date:recorded_date"),
    "allergy to a food": change("allergy", substance="กุ้ง", local_code=None),
    "allergy that is no denial": change("allergy", substance="ไม่ทราบชื่อยา (ยาแก้ปวด)"),
    "allergy with a severity of no list": change("allergy", severity=None, notes="unmapped:severity"),
    "disease without a day": change("chronic_register", registered_date=None),
    "disease of no shape": change("chronic_register", code="E1X9?"),
    "discharged on the day of the visit": change("visit", discharge_date="2026-10-31"),
    "a register of two records": lambda unit: (
        unit["patient"].append(unit["patient"][0]._replace(hn="000000002")),
        unit["register_person"].append(unit["register_person"][0]._replace(hn="000000002")),
    ),
    "a register without a dose given here": change("register_person", newest_day=None),
}


HARMLESS |= {f"diagnosis type {kind}": change("diagnosis", diagnosis_type=kind) for kind in "1234567"}
HARMLESS |= {f"id beginning with {d}": change("patient", cid=make_cid(7, first=d)) for d in "0123456789"}
HARMLESS |= {
    f"thai_registered: {d}": change("patient", cid=make_cid(7, first=d), nationality="048") for d in "1234589"
}
#: kept back without code, and each has one
ALL_KEPT = UnmappedCodes(drugs="quarantine", labs="quarantine", coverages="quarantine")
CODED = "kept without code: "
HARMLESS |= {
    f"{CODED}{name}": lambda unit, lab=lab, coverage=coverage: (
        spoil(unit, "lab_result", **lab),
        spoil(unit, "drug_dispense", tmt_code="100001", tmt_level="GPU"),
        spoil(unit, "coverage", **coverage),
    )
    for name, lab, coverage in (
        ("LOINC and group", {"loinc": "718-7"}, {"group_code": "UCS"}),
        ("TMLT and INSTYPE", {"tmlt": "320070"}, {"instype": "1100"}),
    )
}
#: hospitals with this policy; all others accept any valid id
THAI_REGISTERED = ("thai_registered: ", "patient.cid_not_thai_registered#")


def _situations() -> dict[str, Mistake]:
    made = {f"{rule}#{i}": mistake for rule, several in MISTAKES.items() for i, mistake in enumerate(several)}
    made |= {rule: mistake for rule, (mistake, _) in ENTAILED.items()}
    return made | HARMLESS | {"clean": lambda unit: None}


@pytest.fixture(scope="module")
def failed() -> dict[str, set[str]]:
    """Rules failed in every situation: each is a hospital of one work unit, so one check serves them all."""
    units = {name: clean_unit() for name in _situations()}
    for name, mistake in _situations().items():
        mistake(units[name])
    thai = {name: "thai_registered" for name in units if name.startswith(THAI_REGISTERED)}
    kept = {name: ALL_KEPT for name in units if name.startswith(CODED)}
    for code_map, table in (("drugs", "drug_dispense"), ("labs", "lab_result"), ("coverages", "coverage")):
        only = UnmappedCodes(**{code_map: "quarantine"})
        kept |= {name: only for name in units if name.startswith(f"{table}.code_unmapped")}
    checker = Checker(
        today=TODAY,
        facility_codes=frozenset({FACILITY}),
        identity_policies=thai,  # type: ignore[arg-type]
        unmapped_codes=kept,
    )
    bad = checker.check(units)
    return {name: {b.rule for b in bad if b.hospital == name} for name in units}


def test_every_rule_has_a_mistake_and_every_mistake_a_rule() -> None:
    """A rule taken out of the YAML, or added without a test, fails here."""
    assert set(MISTAKES) | {name.partition(",")[0] for name in ENTAILED} == set(RULES)
    assert not set(MISTAKES) & set(ENTAILED)


def test_the_clean_unit_passes(failed: dict[str, set[str]]) -> None:
    assert failed["clean"] == set()


@pytest.mark.parametrize(
    ("rule", "situation"),
    [(rule, f"{rule}#{i}") for rule, several in MISTAKES.items() for i in range(len(several))],
)
def test_a_mistake_fails_its_rule_alone(failed: dict[str, set[str]], rule: str, situation: str) -> None:
    assert failed[situation] == {rule}


@pytest.mark.parametrize("rule", ENTAILED)
def test_a_mistake_fails_all_its_rules(failed: dict[str, set[str]], rule: str) -> None:
    expected = ENTAILED[rule][1]
    assert rule.partition(",")[0] in expected
    assert failed[rule] == expected


@pytest.mark.parametrize("situation", HARMLESS)
def test_what_is_unusual_but_possible_passes(failed: dict[str, set[str]], situation: str) -> None:
    assert failed[situation] == set()


def test_duplicates_fail_all_their_rows() -> None:
    unit = clean_unit()
    unit["diagnosis"] *= 3
    unit["diagnosis"].append(unit["diagnosis"][0]._replace(row_key="K2"))
    assert [b.row for b in Checker(today=TODAY).check({FACILITY: unit})] == [0, 1, 2]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_staff_can_read_what_to_do(rule: Any) -> None:
    assert rule.table in TABLES
    assert rule.field in TABLES[rule.table]._fields
    for thai in (rule.title_th, rule.fix_th):
        assert any("\u0e01" <= letter <= "\u0e5b" for letter in thai)
    for english in (rule.title_en, rule.fix_en):
        assert english.strip()
        assert english.isascii() or "°" in english


def test_scope_follows_the_table() -> None:
    document = {"patient", "visit", "register_person"}
    # a dose after death says that two people may be mixed up
    alone = {"immunization.after_death"}
    found = {rule.rule_id for rule in RULES.values() if rule.scope == "document"}
    assert {rule for rule in found if RULES[rule].table not in document} == alone
    assert all(rule.scope == "document" for rule in RULES.values() if rule.table in document)


def test_suites_carry_severity_and_rule_id() -> None:
    for table in TABLES:
        suite = build_suite(table)
        assert [e.meta["rule"] for e in suite.expectations] == [s.rule_id for s in EXPECTATIONS[table]]
        severities = {e.meta["rule"]: getattr(e.severity, "value", e.severity) for e in suite.expectations}
        for rule_id, severity in severities.items():
            assert severity == ("critical" if RULES[rule_id].scope == "document" else "warning")


@pytest.mark.parametrize("damage", ["missing file", "unknown key", "unknown field", "twice", "no fix"])
def test_a_damaged_rule_file_stops_everything(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES_FOLDER, folder)
    path = folder / "diagnosis.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if damage == "missing file":
        path.unlink()
    else:
        match damage:
            case "unknown key":
                data["rules"][0]["severety"] = "low"
            case "unknown field":
                data["rules"][0]["field"] = "icd11"
            case "twice":
                data["rules"].append(data["rules"][0])
            case "no fix":
                data["rules"][0]["fix"]["th"] = ""
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(Bug, match=r"PHR-901.*diagnosis"):
        load_rules(folder)
