"""The 43-file folder: every column, several exports of one hospital, what may stand in a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from files43_source import CID, DAY, HCODE, Folder

from phr import faults
from phr.canonical import CanonicalRow
from phr.errors import StopHospital
from phr.his import Adapter, make_adapter
from phr.quality import Checker
from phr.settings import Hospital
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.kit import check
from phr_sandbox.conformance.loaders import files43 as loader

MODEL = invent(patients=40)


def documents(adapter: Adapter, *refs: str, kind: str = "encounter") -> dict[str, list[CanonicalRow]]:
    with adapter.open() as snapshot:
        return snapshot.source(kind).documents(list(refs) or ["700"])


def shown(rows: list[CanonicalRow], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(row, name) for name in names) for row in rows]


def put_aside(rows: dict[str, list[CanonicalRow]], today: date = DAY) -> set[tuple[str, str]]:
    return {(bad.table, bad.rule) for bad in Checker(today=today).check({HCODE: rows})}


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp874"])
@pytest.mark.parametrize(("zipped", "name"), [(False, ""), (True, ""), (True, "visits")])
@pytest.mark.parametrize("case", ["upper", "lower"])
def test_the_same_rows_in_every_charset_zipped_or_not(
    tmp_path: Path, charset: str, zipped: bool, name: str, case: str
) -> None:
    path = loader.write(f"files43://{tmp_path}", MODEL, charset=charset, zipped=zipped, name=name, case=case)
    url = f"files43://{path}" if zipped and not name else f"files43://{tmp_path}"
    hospital = Hospital(hcode=HCODE, name_th="รพ.สมมติ", his="files43", **loader.SETTINGS)
    outcome = check(make_adapter(hospital, url), MODEL, loader)
    assert outcome.differences == []
    assert outcome.compared["visit"] > 60
    for table in ("immunization", "allergy", "chronic_register"):
        assert outcome.compared[table] > 10


def test_every_field_that_is_read(folder43: Folder) -> None:
    folder43.person(MSTATUS="2", MOBILE="0810000000", DISCHARGE="1", DDISCHARGE="20260115")
    folder43.add("ADDRESS", ADDRESSTYPE="1", HOUSENO="1", CHANGWAT="99", AMPUR="01", TAMBON="01")
    address = {"HOUSENO": "12/3", "SOIMAIN": "ซอย 5", "ROAD": "ถนนสุข", "VILLAGE": "4"}
    folder43.add("ADDRESS", ADDRESSTYPE="2", CHANGWAT="99", AMPUR="01", TAMBON="02", **address)
    folder43.add("PROVIDER", PROVIDER="07", NAME="จำลอง", LNAME="ทดสอบ", REGISTERNO="ว99002")
    folder43.visit(MAIN=HCODE, HSUB="99002", BTEMP="37.5", SBP="128", DBP="79", PR="80", RR="18", TYPEIN="3")
    folder43.add("DIAGNOSIS_OPD", DIAGTYPE="1", DIAGCODE="j06.9", CLINIC="01200", PROVIDER="07")
    folder43.add("DIAGNOSIS_OPD", DIAGTYPE="4", DIAGCODE="I10", CLINIC="00100")
    drug = {"AMOUNT": "10", "UNIT": "เม็ด", "DRUGPRICE": "0.50"}
    folder43.add("DRUG_OPD", DIDSTD="100000000004203120381162", DNAME="PARACETAMOL", **drug)
    folder43.add("DRUG_OPD", DIDSTD="123456", DNAME="AMOXICILLIN", AMOUNT="-20", UNIT="013")
    folder43.add("LABFU", LABTEST="0531002", LABRESULT="126.00")
    folder43.add("LABFU", LABTEST="0746298", LABRESULT="ไม่พบเชื้อ")
    folder43.add("LABFU", LABTEST="0583001", LABRESULT="")
    folder43.add("APPOINTMENT", APDATE="20260212", APTYPE="179", CLINIC="00100", PROVIDER="07")
    folder43.write()
    rows = documents(folder43.adapter())
    assert shown(
        rows["visit"], "hn", "service_day", "start_time", "clinic_code", "arrival_type", "outcome_type"
    ) == [("HN1", "2026-01-12", "08:30:15", "01200", "3", "1")]
    assert shown(rows["visit"], "chief_complaint", "notes") == [("ไอ 2 วัน", None)]
    assert shown(rows["patient"], "hn", "cid", "prefix", "given", "marital", "mobile_phone") == [
        ("HN1", CID, "นาง", "สมศรี", "2", "0810000000")
    ]
    assert shown(rows["patient"], "house_no", "moo", "road", "address_code", "deceased", "death_date") == [
        ("12/3", "4", "ซอย 5 ถนนสุข", "990102", True, "2026-01-15")
    ]
    assert shown(
        rows["vital_sign"], "temperature_c", "bp_systolic", "bp_diastolic", "pulse", "respiration"
    ) == [(37.5, 128, 79, 80, 18)]
    assert shown(rows["diagnosis"], "code", "diagnosis_type", "doctor_name", "doctor_license") == [
        ("I10", "4", None, None),
        ("J069", "1", "จำลอง ทดสอบ", "ว99002"),
    ]
    assert shown(rows["coverage"], "instype", "main_hospital", "sub_hospital") == [("0100", HCODE, "99002")]
    assert shown(
        rows["drug_dispense"], "local_code", "did24", "tmt_code", "quantity", "unit", "unit_price"
    ) == [
        ("100000000004203120381162", "100000000004203120381162", None, 10, "เม็ด", 0.5),
        ("123456", None, None, -20, None, None),
    ]
    assert shown(rows["lab_result"], "labtest", "name", "value") == [
        ("0531002", "Glucose, serum/plasma", "126.00"),
        ("0746298", rows["lab_result"][1].name, "ไม่พบเชื้อ"),  # type: ignore[union-attr]
    ]
    assert shown(rows["appointment"], "start_date", "clinic_code", "doctor_name", "created_date") == [
        ("2026-02-12", "00100", "จำลอง ทดสอบ", "2026-01-12")
    ]
    with folder43.adapter().open() as snapshot:
        source = snapshot.source("encounter")
        assert source.count_rows([DAY]) == {t: len(rows[t]) for t in source.count_rows([DAY])}
        assert source.feed_days("labs", [date(2026, 1, 13)]) == [DAY]  # D_UPDATE: a late result
        assert source.feed_days("drugs", [date(2026, 1, 14)]) == []
        assert snapshot.discharges([DAY]) is None


def test_admitted_and_blank_outcomes_are_counted_as_such(folder43: Folder) -> None:
    folder43.person()
    for seq, outcome in (("1", "1"), ("2", "2"), ("3", ""), ("4", "9")):
        folder43.visit(seq, TYPEOUT=outcome)
    folder43.write()
    with folder43.adapter().open() as snapshot:
        count = snapshot.source("encounter").count([DAY])[DAY]
        assert (count.eligible, count.admitted, count.unfinished) == (2, 1, 1)
        assert list(snapshot.source("encounter").touched([DAY])) == ["1", "4"]


# -- several exports ---------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a"), ("b.zip", "a.zip"), ("a.zip", "b")])
def test_the_later_update_wins_whatever_the_names(folder43: Folder, names: tuple[str, str]) -> None:
    folder43.person(NAME="เดิม")
    folder43.visit(CHIEFCOMP="เดิม")
    folder43.add("DIAGNOSIS_OPD", DIAGTYPE="1", DIAGCODE="J00")
    folder43.add("DIAGNOSIS_OPD", DIAGTYPE="4", DIAGCODE="I10")
    folder43.add("LABFU", LABTEST="0531002", LABRESULT="100")
    folder43.visit("701", CHIEFCOMP="ไม่เปลี่ยน")
    folder43.add("LABFU", SEQ="701", LABTEST="0531002", LABRESULT="90")
    folder43.write(names[0])
    folder43.clear()
    later = {"D_UPDATE": "20260114080000"}
    folder43.person(NAME="ใหม่", **later)
    folder43.visit(CHIEFCOMP="ใหม่", **later)
    folder43.add("DIAGNOSIS_OPD", DIAGTYPE="1", DIAGCODE="J06", **later)
    folder43.add("LABFU", SEQ="701", LABTEST="0531002", LABRESULT="95", **later)  # its visit did not change
    folder43.write(names[1])
    rows = documents(folder43.adapter(), "700", "701")
    assert shown(rows["patient"], "given") == [("ใหม่",)]
    assert shown(rows["visit"], "visit_ref", "chief_complaint") == [("700", "ใหม่"), ("701", "ไม่เปลี่ยน")]
    # what belongs to a visit comes from the export that holds its newest version: I10 was removed
    assert shown(rows["diagnosis"], "code") == [("J06",)]
    assert shown(rows["lab_result"], "visit_ref", "value") == [("701", "95")]
    with folder43.adapter().open() as snapshot:
        assert snapshot.source("encounter").count([DAY])[DAY].total == 2


def test_exports_of_one_folder_are_told_apart_by_the_end_of_their_names(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("700")
    folder43.write()
    for path in folder43.root.iterdir():
        path.rename(path.with_name(f"F43_{HCODE}_{path.stem}_20260113.TXT"))
    folder43.clear()
    folder43.person()
    folder43.visit("701", DATE_SERV="20260113", D_UPDATE="20260114080000")
    folder43.write()
    for path in folder43.root.glob("*.txt"):
        path.rename(path.with_name(f"{path.stem.lower()}_20260114.txt"))
    (folder43.root / "COMMUNITY_SERVICE.txt").write_text("HOSPCODE|X\n")  # another file of the 43
    (folder43.root / "readme.txt").write_text("not one of them")
    with folder43.adapter().open() as snapshot:
        source = snapshot.source("encounter")
        assert list(source.touched([DAY, date(2026, 1, 13)])) == ["700", "701"]


def test_rows_of_one_key_in_one_export_are_all_kept(folder43: Folder) -> None:
    folder43.person()
    folder43.visit()
    for amount in ("10", "20"):
        folder43.add("DRUG_OPD", DIDSTD="D1", DNAME="PARACETAMOL", AMOUNT=amount)
    folder43.add("DRUG_OPD", DIDSTD="D1", DNAME="PARACETAMOL", AMOUNT="20")  # letter by letter the same
    folder43.write()
    drugs = documents(folder43.adapter())["drug_dispense"]
    assert shown(drugs, "quantity", "row_key") == [(10, "700:D1"), (20, "700:D1#2")]
    assert ("DRUG_OPD.txt", "repeated", 1) in folder43.adapter().probe().remarks


# -- days and registers ------------------------------------------------------------------------------


def test_days_without_visits_are_days_nothing_is_known_of(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("1", DATE_SERV="20260112")
    folder43.visit("2", DATE_SERV="25690114")
    folder43.write()
    days = [date(2026, 1, n) for n in range(10, 20)]
    with folder43.adapter().open() as snapshot:
        assert snapshot.source("encounter").tells(days) == [DAY, date(2026, 1, 14)]


def test_registers_are_read_only_when_the_hospital_says_that_epi_is_whole(folder43: Folder) -> None:
    folder43.person()
    folder43.visit()
    folder43.add("EPI", VACCINETYPE="41", DATE_SERV="20250601", SEQ="")
    folder43.add("EPI", VACCINETYPE="042", SEQ="")
    folder43.add("EPI", VACCINETYPE="043", VACCINEPLACE="10676", DATE_SERV="20240101", SEQ="")
    folder43.add("EPI", VACCINETYPE="010", PID="9", SEQ="9")
    folder43.write()
    with folder43.adapter().open() as snapshot, pytest.raises(StopHospital) as caught:
        snapshot.source("immunization")
    assert caught.value.fault is faults.EXPORT_NOT_FULL
    full = folder43.adapter(epi_export_full=True)
    with full.open() as snapshot:
        source = snapshot.source("immunization")
        assert source.tells([date(2020, 1, 1), DAY]) == [date(2020, 1, 1), DAY]
        refs = list(source.touched([DAY]))
        assert refs == [f"c{CID}", "hPID9"]
        assert source.count([DAY])[DAY].eligible == 2
        assert source.count_rows([DAY]) == {"immunization": 4}
        rows = source.documents(refs)
    assert shown(rows["immunization"], "vaccine_code", "given_date", "elsewhere", "place", "visit_ref") == [
        ("043", "2024-01-01", True, "10676", None),
        ("041", "2025-06-01", False, None, None),
        ("042", "2026-01-12", False, None, "700"),  # the one visit of the day
        ("010", "2026-01-12", False, None, "9"),
    ]
    assert ("register_person", "register_person.patient_unknown") in put_aside(rows)


# -- identities --------------------------------------------------------------------------------------


def test_hospital_numbers_name_one_person_each(folder43: Folder) -> None:
    folder43.person("1", HN="55")
    folder43.person("2", HN="77", CID="1101700230716")
    folder43.person("3", HN="77", CID="1101700230724")  # one HN on two persons: no name of either
    folder43.person("55", HN="", CID="1101700230732")  # a PID that is the HN of another
    for pid in ("1", "2", "3", "55", "8"):
        folder43.visit(f"70{pid}", PID=pid)
    folder43.write()
    rows = documents(folder43.adapter(), *(f"70{pid}" for pid in ("1", "2", "3", "55", "8")))
    assert shown(rows["visit"], "hn") == [("55",), ("2",), ("3",), ("PID55",), ("PID8",)]
    assert sorted(shown(rows["patient"], "hn", "cid")) == [
        ("2", "1101700230716"),
        ("3", "1101700230724"),
        ("55", CID),
        ("PID55", "1101700230732"),
    ]
    assert {rule for table, rule in put_aside(rows) if table == "visit"} == {"visit.patient_unknown"}


def test_a_visit_number_of_two_persons_or_none_is_put_aside_and_counted(folder43: Folder) -> None:
    folder43.person("1")
    folder43.person("2", CID="1101700230716")
    folder43.visit("700", PID="1")
    folder43.visit("700", PID="2")
    folder43.visit("", PID="1", TIME_SERV="0930")
    folder43.visit("701", PID="1")
    folder43.write()
    with folder43.adapter().open() as snapshot:
        source = snapshot.source("encounter")
        refs = list(source.touched([DAY]))
        assert source.count([DAY])[DAY].eligible == len(refs) == len(set(refs)) == 4
        rows = source.documents(refs)
    assert len(rows["visit"]) == 4
    assert sum(bad.rule == "visit.ref_blank" for bad in Checker(today=DAY).check({HCODE: rows})) == 3


# -- lines -------------------------------------------------------------------------------------------


def test_quoted_and_continued_lines_are_read_and_counted(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("1", CHIEFCOMP="ไอ\r\nมีเสมหะ\nไข้")
    folder43.visit("2", CHIEFCOMP='ปวด "มาก"')
    text = folder43.text("SERVICE") + "|".join(f'"{field}"' for field in _service("3", "ปวด|ท้อง")) + "\r\n"
    folder43.write(
        SERVICE=text, PERSON="\r\n".join(f"{line}|" for line in folder43.text("PERSON").split("\r\n"))
    )
    adapter = folder43.adapter()
    assert adapter.probe().remarks == (("SERVICE.txt", "continued", 1), ("SERVICE.txt", "quoted", 1))
    rows = documents(adapter, "1", "2", "3")
    assert shown(rows["visit"], "chief_complaint") == [
        ("ไอ\nมีเสมหะ\nไข้",),
        ('ปวด "มาก"',),
        ("ปวด|ท้อง",),
    ]
    assert len(rows["patient"]) == 1
    assert put_aside(rows) == set()


def _service(seq: str, complaint: str) -> list[str]:
    row = {"HOSPCODE": HCODE, "PID": "1", "SEQ": seq, "DATE_SERV": "20260112", "TIME_SERV": "083015"}
    row |= {"TYPEOUT": "1", "TYPEIN": "1", "CHIEFCOMP": complaint, "D_UPDATE": "20260113080000"}
    return [row.get(column, "") for column in loader.FILES["SERVICE"].split()]


def test_a_visit_with_a_broken_line_is_put_aside_and_never_vanishes(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("1")
    folder43.visit("3")
    folder43.add("DIAGNOSIS_OPD", SEQ="1", DIAGTYPE="1", DIAGCODE="J00")
    folder43.add("DIAGNOSIS_OPD", SEQ="3", DIAGTYPE="1", DIAGCODE="J00")
    broken = "|".join(_service("2", "ปวด|ท้อง")) + "\r\n"
    folder43.write(
        SERVICE=folder43.text("SERVICE") + broken,
        DIAGNOSIS_OPD=folder43.text("DIAGNOSIS_OPD") + f"{HCODE}|1|1|20260112|4|I1",  # cut short
    )
    adapter = folder43.adapter()
    assert set(adapter.probe().remarks) == {("SERVICE.txt", "broken", 1), ("DIAGNOSIS_OPD.txt", "broken", 1)}
    with adapter.open() as snapshot:
        source = snapshot.source("encounter")
        refs = list(source.touched([DAY]))
        assert refs == ["1", "2", "3"]
        assert source.count([DAY])[DAY].eligible == 3
        rows = source.documents(refs)
    bad = [b for b in Checker(today=DAY).check({HCODE: rows}) if b.rule == "visit.line_broken"]
    assert sorted(b.ref or "" for b in bad) == ["1", "2"]
    assert [row.notes for row in rows["visit"]] == ["broken_line:visit", "broken_line:visit", None]


def test_a_later_export_mends_a_broken_line(folder43: Folder) -> None:
    folder43.person()
    folder43.visit()
    folder43.write("a", LABFU=folder43.text("LABFU") + f"{HCODE}|1|700|20260112|05")
    assert put_aside(documents(folder43.adapter())) == {("visit", "visit.line_broken")}
    folder43.clear()
    folder43.person()
    folder43.visit(D_UPDATE="20260114080000")
    folder43.add("LABFU", LABTEST="0531002", LABRESULT="126")
    folder43.write("b")
    rows = documents(folder43.adapter())
    assert put_aside(rows) == set()
    assert shown(rows["lab_result"], "value") == [("126",)]


def test_visits_of_nobody_with_one_number_are_told_apart(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("700", PID="")
    folder43.visit("700", PID="", TIME_SERV="0930")
    folder43.write()
    with folder43.adapter().open() as snapshot:
        source = snapshot.source("encounter")
        refs = list(source.touched([DAY]))
        assert refs == ["~700:1", "~700:2"]
        rows = source.documents(refs)
    assert {rule for _table, rule in put_aside(rows)} >= {"visit.hn_missing", "visit.ref_blank"}


def test_lines_that_belong_to_nobody_stop_the_hospital(folder43: Folder) -> None:
    folder43.person()
    folder43.visit()
    folder43.write(DRUG_OPD=folder43.text("DRUG_OPD") + "ยาที่หลงมา|1|2|3\r\n")
    with pytest.raises(StopHospital) as caught, folder43.adapter().open():
        pass
    assert caught.value.fault is faults.EXPORT_LINES
    assert caught.value.detail == "DRUG_OPD: 1 lines do not say whose they are"


def test_an_export_without_header_is_read_by_the_standard(folder43: Folder) -> None:
    folder43.person()
    folder43.visit()
    folder43.add("LABFU", LABTEST="0531002", LABRESULT="126")
    bodies = {kind: folder43.text(kind).split("\r\n", 1)[1] for kind in ("PERSON", "SERVICE", "LABFU")}
    folder43.write(**bodies)
    rows = documents(folder43.adapter())
    assert shown(rows["patient"], "given") == [("สมศรี",)]
    assert shown(rows["lab_result"], "value") == [("126",)]


def test_what_belongs_to_no_visit_is_counted(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("1")
    folder43.visit("2")
    folder43.add("LABFU", SEQ="", LABTEST="0531002", LABRESULT="126")  # of which of the two visits?
    folder43.add("LABFU", SEQ="9", LABTEST="0531002", LABRESULT="126")
    folder43.add("DRUG_OPD", SEQ="1", DIDSTD="D1", DNAME="X", AMOUNT="1")
    folder43.write()
    assert folder43.adapter().probe().remarks == (("LABFU", "without a visit", 2),)
    assert documents(folder43.adapter(), "1", "2")["lab_result"] == []


def test_nothing_is_kept_that_is_not_needed_and_nothing_written(folder43: Folder, tmp_path: Path) -> None:
    folder43.person(FATHER="1101700230716")
    folder43.visit()
    folder43.write()
    before = sorted(path.name for path in tmp_path.rglob("*"))
    adapter = folder43.adapter()
    report = adapter.probe()
    assert (report.problems, report.writable, report.hospital_code) == ([], False, HCODE)
    assert "father" not in report.found["person"]
    assert report.last_visit_day == DAY
    with adapter.open() as snapshot:
        connection = snapshot._reader.connection  # type: ignore[attr-defined]
        with pytest.raises(Exception, match="readonly"):
            connection.exec_driver_sql("DELETE FROM person")
        assert connection.exec_driver_sql("PRAGMA database_list").all() == [(0, "main", "")]
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar_one() == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_snapshot_is_the_files_as_they_were_when_it_was_opened(folder43: Folder) -> None:
    folder43.person()
    folder43.visit("1")
    folder43.write()
    adapter = folder43.adapter()
    with adapter.open() as snapshot:
        folder43.visit("2")
        folder43.write()
        assert snapshot.source("encounter").count([DAY])[DAY].total == 1
        assert snapshot.taken_at <= datetime.now(UTC)
    with adapter.open() as snapshot:
        assert snapshot.source("encounter").count([DAY])[DAY].total == 2


def test_two_exports_of_the_same_model_are_one_hospital(tmp_path: Path) -> None:
    half = replace(MODEL, visits=MODEL.visits[:30])
    loader.write(f"files43://{tmp_path}", half, name="one", charset="cp874", updated="20260101080000")
    loader.write(f"files43://{tmp_path}", MODEL, name="two", zipped=True)
    hospital = Hospital(hcode=HCODE, name_th="รพ.สมมติ", his="files43", **loader.SETTINGS)
    assert check(make_adapter(hospital, f"files43://{tmp_path}"), MODEL, loader).differences == []
