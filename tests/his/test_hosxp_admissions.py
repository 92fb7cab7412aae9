"""Visits that ended in an admission: out of scope unless the hospital sends them, and then only when over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hosxp_source import DAY, HN, VN, Source, hospital

from phr.errors import StopHospital
from phr.his import Adapter, DayCount, make_adapter

AN = "690000001"
OUT = DAY + timedelta(days=3)


def sending(source: Source, **values: Any) -> Adapter:
    categories = {"visits": "2025-10-01", "admissions": "2025-10-01"}
    return make_adapter(hospital(categories=categories, **values), source.url)


def admitted(source: Source, **values: Any) -> None:
    source.patient()
    source.visit(an=AN, ovstost="04")
    row = {"an": AN, "vn": VN, "hn": HN, "regdate": DAY.isoformat(), "dchdate": OUT.isoformat()}
    source.insert("ipt", **(row | {"dchtime": "10:30:00"} | values))


def seen(adapter: Adapter, day: date = DAY) -> tuple[list[str], DayCount]:
    with adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        refs = list(visits.touched([day]))
        assert list(visits.touched_keys([VN])) == refs
        count = visits.count([day])[day]
        assert visits.count_keys([VN]) == ({day: 1} if refs else {})
        assert visits.count_rows([day]) == visits.count_key_rows([VN])
        return refs, count


def test_without_the_category_an_admission_stays_out(source: Source, adapter: Adapter) -> None:
    admitted(source)
    assert seen(adapter) == ([], DayCount(admitted=1))
    with adapter.open() as snapshot, pytest.raises(StopHospital, match=r"PHR-212.*admissions"):
        snapshot.source("encounter").feed_days("admissions", [OUT])


def test_one_that_is_over_is_a_visit_with_its_admission(source: Source) -> None:
    admitted(source)
    for key, code, kind in ((1, "J189", "1"), (2, "E119", "2"), (3, "9604", "4")):
        source.insert("iptdiag", ipt_diag_id=key, an=AN, icd10=code, diagtype=kind)
    source.insert("ovstdiag", ovst_diag_id=1, vn=VN, icd10="R509", diagtype="1")
    for kind in "12":
        source.insert("diagtype", diagtype=kind, nhso_code=kind)
    source.insert("lab_items", lab_items_code=7, lab_items_name="Hb", lab_items_unit="g/dL")
    for number, visit, department in ((70, VN, "OPD"), (71, AN, "IPD")):
        source.insert(
            "lab_head", lab_order_number=number, vn=visit, department=department, confirm_report="Y"
        )
        source.insert(
            "lab_order", lab_order_number=number, lab_items_code=7, lab_order_result="12", confirm="Y"
        )
    source.insert("drugitems", icode="1000001", name="AMOXICILLIN")
    for guid, values in (("{A}", {"vn": VN}), ("{B}", {"vn": None, "an": AN}), ("{C}", {"vn": VN, "an": AN})):
        source.insert("opitemrece", hos_guid=guid, icode="1000001", qty=1, vstdate=DAY.isoformat(), **values)
    adapter = sending(source)
    assert seen(adapter) == ([VN], DayCount(eligible=1, inpatient=1))
    with adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        assert visits.feed_days("admissions", [OUT]) == [DAY]
        assert visits.feed_days("admissions", [DAY]) == []
        rows: dict[str, list[Any]] = visits.documents([VN])
        counted = visits.count_rows([DAY])
    (visit,) = rows["visit"]
    assert (visit.admission_ref, visit.discharge_date, visit.discharge_time) == (
        AN,
        OUT.isoformat(),
        "10:30:00",
    )
    found = {(row.row_key, row.code, row.diagnosis_type, row.of_admission) for row in rows["diagnosis"]}
    assert found == {("1", "R509", "1", False), ("ipt:1", "J189", "1", True), ("ipt:2", "E119", "2", True)}
    assert [row.order_number for row in rows["lab_result"]] == ["70", "71"]
    drugs = {row.row_key: row.of_admission for row in rows["drug_dispense"]}
    assert drugs == {"{A}": False, "{B}": True, "{C}": True}
    assert {table: len(rows[table]) for table in counted} == counted


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"dchdate": None}, id="still in"),
        pytest.param({"dchdate": "zero"}, id="still in, as a zero date"),
        pytest.param({"dchdate": (DAY + timedelta(days=3000)).isoformat()}, id="planned"),
    ],
)
def test_one_that_is_not_over_stays_out(source: Source, values: dict[str, Any]) -> None:
    admitted(source, **{k: source.zero_day if v == "zero" else v for k, v in values.items()})
    assert seen(sending(source)) == ([], DayCount(admitted=1))


def test_two_admissions_of_one_visit_are_left_to_a_person(source: Source) -> None:
    admitted(source)
    source.insert("ipt", an="690000002", vn=VN, hn=HN, dchdate=OUT.isoformat())
    assert seen(sending(source)) == ([], DayCount(admitted=1))


def test_a_number_without_an_admission_stays_out(source: Source) -> None:
    source.patient()
    source.visit(an=AN, ovstost="04")
    assert seen(sending(source)) == ([], DayCount(admitted=1))


def test_a_discharge_typed_in_the_other_era_is_read(source: Source) -> None:
    admitted(source, dchdate=f"{OUT.year + 543}-{OUT:%m-%d}")
    adapter = sending(source)
    assert seen(adapter) == ([VN], DayCount(eligible=1, inpatient=1))
    with adapter.open() as snapshot:
        rows: dict[str, list[Any]] = snapshot.source("encounter").documents([VN])
    assert (rows["visit"][0].discharge_date, rows["visit"][0].notes) == (
        OUT.isoformat(),
        "be_year:discharge_date",
    )


def test_ordinary_visits_are_as_before(source: Source) -> None:
    source.patient()
    source.visit()
    assert seen(sending(source)) == ([VN], DayCount(eligible=1))


def test_a_site_without_the_tables_sends_its_visits_and_no_admissions(source: Source) -> None:
    admitted(source)
    source.run("DROP TABLE iptdiag")
    adapter = sending(source)
    assert seen(adapter) == ([], DayCount(admitted=1))
    with adapter.open() as snapshot, pytest.raises(StopHospital, match="PHR-212"):
        snapshot.source("encounter").feed_days("admissions", [OUT])
