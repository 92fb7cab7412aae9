"""Whose register an allergy of HOSxP is in, under which day it stands, and that the counts agree (R6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hosxp_source import CID, DAY, HN, Source, hospital
from vaccine_source import agreeing, person

from phr.errors import StopHospital
from phr.his import Adapter, make_adapter

REF = f"c{CID}"
SECOND_HN = "000000345"
FIRST = date(2020, 1, 1)


def noted(source: Source, agent: str, hn: str = HN, **values: Any) -> None:
    source.insert("opd_allergy", **({"hn": hn, "agent": agent, "report_date": DAY.isoformat()} | values))


def read(adapter: Adapter, *days: date) -> tuple[list[str], dict[str, list[Any]]]:
    with adapter.open() as snapshot:
        return agreeing(snapshot.source("allergy"), list(days), table="allergy", feed="allergies")


def standing(adapter: Adapter, day: date) -> list[str]:
    with adapter.open() as snapshot:
        return list(snapshot.source("allergy").touched([day]))


def of_category(source: Source) -> Adapter:
    """The adapter of a hospital that has the category from 2020 on."""
    return make_adapter(hospital(categories={"allergies": FIRST.isoformat()}), source.url)


def test_a_register_holds_what_is_noted_under_every_record(source: Source, adapter: Adapter) -> None:
    source.patient()
    source.patient(SECOND_HN)
    source.patient("000000999", cid="1009900000011")
    source.insert("drugitems", icode="1000031", name="AMOXICILLIN", did="101450000003082121781506")
    source.insert("doctor", code="D1", name="ภก.สมมติ ทดสอบ", licenseno="ภ.990001")
    noted(
        source,
        "AMOXICILLIN 500 mg",
        opd_allergy_id=31,
        icode="1000031",
        symptom="ผื่น ลมพิษ",
        seriousness_id=4,
        allergy_relation_id=1,
        opd_allergy_source_id=9,
        doctor_code="D1",
    )
    noted(source, "กุ้ง", SECOND_HN, report_date=None, entry_datetime="2024-03-01 09:00:00", reporter="ญาติ")
    noted(source, "ยาของคนอื่น", "000000999")
    refs, rows = read(adapter, DAY)
    assert set(refs) == {REF, "c1009900000011"}
    mine = {row.row_key: row for row in rows["allergy"] if row.person_ref == REF}
    assert set(mine) == {"opd_allergy:31", f"opd_allergy:{SECOND_HN}:กุ้ง"}
    amoxicillin = mine["opd_allergy:31"]
    assert amoxicillin._asdict() == {
        "person_ref": REF,
        "row_key": "opd_allergy:31",
        "hn": HN,
        "substance": "AMOXICILLIN 500 mg",
        "local_code": "1000031",
        "did24": "101450000003082121781506",
        "reaction": "ผื่น ลมพิษ",
        "severity": "4",
        "certainty": "1",
        "informant": None,
        "recorded_date": DAY.isoformat(),
        "recorder_name": "ภก.สมมติ ทดสอบ",
        "recorder_license": "ภ.990001",
        "notes": "unmapped:informant",
    }
    shrimp = mine[f"opd_allergy:{SECOND_HN}:กุ้ง"]
    assert (shrimp.hn, shrimp.recorded_date, shrimp.recorder_name) == (SECOND_HN, "2024-03-01", "ญาติ")
    # it stands under its newest day only
    assert standing(adapter, date(2024, 3, 1)) == []
    assert {row.hn for row in rows["register_person"] if row.person_ref == REF} == {HN, SECOND_HN}


def test_what_has_no_day_stands_under_the_first_day_of_the_category(source: Source) -> None:
    source.patient()
    noted(source, "ยาไม่ทราบชื่อ", report_date=None)
    noted(source, "สารทึบรังสี", report_date=source.zero_day)
    refs, rows = read(of_category(source), FIRST)
    assert (refs, len(rows["allergy"])) == ([REF], 2)
    assert {row.newest_day for row in rows["register_person"]} == {FIRST.isoformat()}
    assert [row.recorded_date for row in rows["allergy"]] == [None, None]
    noted(source, "กุ้ง")  # a day makes the whole register stand under it
    adapter = of_category(source)
    assert standing(adapter, FIRST) == []
    assert len(read(adapter, DAY)[1]["allergy"]) == 3


def test_a_change_leads_to_the_day_the_register_stands_under(source: Source, adapter: Adapter) -> None:
    source.patient()
    noted(source, "กุ้ง", report_date="2021-05-04", update_datetime=f"{DAY} 10:00:00")
    with adapter.open() as snapshot:
        registers = snapshot.source("allergy")
        assert registers.feed_days("allergies", [DAY]) == [date(2021, 5, 4)]
        assert registers.feed_days("allergies", [DAY + timedelta(days=1)]) == []


def test_a_link_to_another_id_is_noted(source: Source, adapter: Adapter) -> None:
    source.patient()
    person(source, 7, cid="1009900000011", patient_hn=HN)
    noted(source, "กุ้ง")
    _refs, rows = read(adapter, DAY)
    assert {row.notes for row in rows["register_person"]} == {"ambiguous:cid"}


def test_rows_of_nobody_and_of_strangers_are_counted(source: Source, adapter: Adapter) -> None:
    source.patient()
    noted(source, "กุ้ง", "")
    noted(source, "ปู", "000000777")
    refs, rows = read(adapter, DAY)
    assert set(refs) == {"h", "h000000777"}
    assert {row.hn for row in rows["register_person"]} == {None, "000000777"}
    with adapter.open() as snapshot:
        assert set(snapshot.source("allergy").resolve(lambda _key: True)) == {"h", REF, "h000000777"}


def test_a_site_without_the_table_has_no_allergies(source: Source, adapter: Adapter) -> None:
    source.patient()
    source.run("DROP TABLE opd_allergy")
    assert read(adapter, DAY)[0] == []


@pytest.mark.parametrize("his", ["hospital_os", "views"])
def test_a_his_without_the_selects_has_no_such_source(his: str) -> None:
    from phr.his.snapshot import SqlSnapshot
    from phr.his.system import system

    snapshot = SqlSnapshot(hospital(his=his), system(his), None, None, None)  # type: ignore[arg-type]
    with pytest.raises(StopHospital, match=r"PHR-212.*allergy"):
        snapshot.source("allergy")
