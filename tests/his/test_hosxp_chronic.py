"""Whose register a chronic disease of HOSxP is in, and which clinics keep one (rule R6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hosxp_source import CID, DAY, HN, Source
from vaccine_source import agreeing

from phr.his import Adapter

REF = f"c{CID}"
SECOND_HN = "000000345"


@pytest.fixture
def clinics(source: Source) -> Source:
    """001 by code, 002 by sys_var, 003 marked only, 004 kept back, 009 no register of a disease."""
    source.patient()
    source.patient(SECOND_HN)
    for clinic, name, values in (
        ("001", "คลินิกเบาหวาน", {"chronic": "Y", "icd10": "E11.9"}),
        ("002", "คลินิกความดัน", {}),
        ("003", "คลินิกโรคเรื้อรังอื่น", {"chronic": "Y"}),
        ("004", "คลินิกที่ไม่ส่ง", {"chronic": "Y", "icd10": "E10", "phr_skip": "Y"}),
        ("009", "ฝากครรภ์", {}),
    ):
        source.insert("clinic", clinic=clinic, name=name, **values)
    source.insert("sys_var", sys_name="ht_clinic_code", sys_value="002")
    source.insert("sys_var", sys_name="lab_link_code", sys_value="009")
    source.insert("icd101", code="E11.9", name="Type 2 diabetes mellitus", tname="เบาหวานชนิดที่ 2")
    source.insert("clinic_member_status", clinic_member_status_id=3, provis_typedis="3")
    return source


def member(source: Source, number: int, clinic: str, hn: str = HN, **values: Any) -> None:
    row = {"clinicmember_id": number, "hn": hn, "clinic": clinic, "regdate": DAY.isoformat()}
    source.insert("clinicmember", **(row | values))


def read(adapter: Adapter, *days: date) -> tuple[list[str], dict[str, list[Any]]]:
    with adapter.open() as snapshot:
        return agreeing(snapshot.source("chronic"), list(days), table="chronic_register", feed="chronic")


def test_a_register_is_what_the_chronic_clinics_keep(clinics: Source, adapter: Adapter) -> None:
    member(clinics, 12, "001", clinic_member_status_id=3, dchdate=clinics.zero_day)
    member(clinics, 13, "002", SECOND_HN, regdate="2021-05-04", dchdate="2024-12-31")
    member(clinics, 14, "003")
    member(clinics, 15, "004", regdate=(DAY + timedelta(days=1)).isoformat())
    member(clinics, 16, "009")
    refs, rows = read(adapter, DAY)
    assert refs == [REF]
    found = {row.row_key: row for row in rows["chronic_register"]}
    assert sorted(found) == [f"clinicmember:{n}" for n in (12, 13, 14, 15)]
    assert found["clinicmember:12"]._asdict() == {
        "person_ref": REF,
        "row_key": "clinicmember:12",
        "hn": HN,
        "code": "E119",
        "name": "Type 2 diabetes mellitus",
        "clinic_name": "คลินิกเบาหวาน",
        "registered_date": DAY.isoformat(),
        "discharge_date": None,
        "status": "03",
        "withheld": False,
        "notes": "zero_date:discharge_date",
    }
    hypertension = found["clinicmember:13"]
    assert (hypertension.code, hypertension.hn, hypertension.discharge_date) == (
        "I10",
        SECOND_HN,
        "2024-12-31",
    )
    assert found["clinicmember:14"].code is None
    # what is kept back moves the register to no day, and is told with it
    assert found["clinicmember:15"].withheld
    assert {row.newest_day for row in rows["register_person"]} == {DAY.isoformat()}


def test_a_discharge_or_change_leads_to_the_day_of_the_register(clinics: Source, adapter: Adapter) -> None:
    member(clinics, 12, "001", regdate="2020-01-02", dchdate=DAY.isoformat())
    member(
        clinics,
        13,
        "002",
        SECOND_HN,
        regdate="2021-01-02",
        lastupdate=f"{DAY + timedelta(days=2)} 08:00:00",
    )
    with adapter.open() as snapshot:
        registers = snapshot.source("chronic")
        assert registers.feed_days("chronic", [DAY]) == [date(2021, 1, 2)]
        assert registers.feed_days("chronic", [DAY + timedelta(days=2)]) == [date(2021, 1, 2)]
        assert registers.feed_days("chronic", [DAY + timedelta(days=1)]) == []


def test_only_what_is_kept_back_makes_no_register(clinics: Source, adapter: Adapter) -> None:
    member(clinics, 15, "004")
    with adapter.open() as snapshot:
        assert list(snapshot.source("chronic").touched([DAY])) == []


def test_sites_without_the_tables_have_none(clinics: Source, adapter: Adapter) -> None:
    member(clinics, 12, "001")
    for table in ("sys_var", "clinic_member_status", "icd101"):
        clinics.run(f"DROP TABLE {table}")
    refs, rows = read(adapter, DAY)
    assert (refs, [row.code for row in rows["chronic_register"]]) == ([REF], ["E119"])
    clinics.run("DROP TABLE clinicmember")
    from hosxp_source import hospital

    from phr.his import make_adapter

    assert read(make_adapter(hospital(), clinics.url), DAY)[0] == []
