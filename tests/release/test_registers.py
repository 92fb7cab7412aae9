"""Registers: sent as basic safety or general data, held whole when one entry gives a topic away."""

from __future__ import annotations

import pytest
from visit_rows import CONFIG

from phr.canonical import Allergy, ChronicRegistration
from phr.release import Policy, decide_allergies, decide_chronic

POLICY = Policy.load(CONFIG)
DAY, ADULT, YOUNG = "2026-01-12", "1980-05-17", "2010-05-17"


def allergy(substance: str | None, reaction: str | None = None) -> Allergy:
    blank = dict.fromkeys(Allergy._fields)
    return Allergy(**{**blank, "substance": substance, "reaction": reaction})  # type: ignore[arg-type]


def disease(code: str | None, name: str | None = None, clinic: str | None = None) -> ChronicRegistration:
    blank = dict.fromkeys(ChronicRegistration._fields)
    return ChronicRegistration(**{**blank, "code": code, "name": name, "clinic_name": clinic})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "action", "data_class"),
    [
        ([], "send", "C1"),
        ([allergy("AMOXICILLIN", "ผื่น"), allergy("กุ้ง"), allergy(None)], "send", "C1"),
        ([allergy("AMOXICILLIN"), allergy("EFAVIRENZ")], "hold", "C3"),
        ([allergy("ยาไม่ทราบชื่อ", "ผื่นหลังเริ่มยาต้าน HIV")], "hold", "C3"),
    ],
)
def test_allergies(rows: list[Allergy], action: str, data_class: str) -> None:
    decision = decide_allergies(POLICY, rows, ADULT, DAY)
    assert (decision.action, decision.data_class) == (action, data_class)


@pytest.mark.parametrize(
    ("rows", "action", "data_class"),
    [
        ([disease("E119", "Type 2 diabetes mellitus", "คลินิกเบาหวาน")], "send", "C2"),
        ([disease("E119"), disease("B24")], "hold", "C3"),
        ([disease("E119"), disease(None)], "hold", "C3"),
        ([disease("E119"), disease("โรค")], "hold", "C3"),
        ([disease("E119", clinic="คลินิกเอดส์")], "hold", "C3"),
    ],
)
def test_chronic_diseases(rows: list[ChronicRegistration], action: str, data_class: str) -> None:
    decision = decide_chronic(POLICY, rows, ADULT, DAY)
    assert (decision.action, decision.data_class) == (action, data_class)


def test_the_young_are_judged_by_the_day_of_the_register() -> None:
    rows = [disease("Z358")]
    assert decide_chronic(POLICY, rows, YOUNG, DAY).action == "never"
    assert decide_chronic(POLICY, rows, ADULT, DAY).action != "never"
    assert decide_chronic(POLICY, rows, None, DAY).action == "never"
