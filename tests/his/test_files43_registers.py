"""Registers of a 43-file folder: only of files that are said to be whole, and never a part of one (R6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from files43_source import CID, DAY, HCODE, Folder
from vaccine_source import agreeing

from phr import faults
from phr.errors import Fault, StopHospital
from phr.his import Adapter
from phr.quality import Checker

REF = f"c{CID}"
FIRST = date(2010, 1, 1)
#: kind of register -> (file, its setting)
FILES = {
    "immunization": ("EPI", "epi_export_full"),
    "allergy": ("DRUGALLERGY", "drugallergy_export_full"),
    "chronic": ("CHRONIC", "chronic_export_full"),
}
#: kind of register -> (canonical table, feed)
TABLES = {"allergy": ("allergy", "allergies"), "chronic": ("chronic_register", "chronic")}
LATER = "20260114080000"


def whole(folder: Folder) -> Adapter:
    """The adapter of a hospital that says all it can say, and has both categories from 2010 on."""
    categories = dict.fromkeys(("allergies", "chronic"), FIRST.isoformat())
    return folder.adapter(categories=categories, **{setting: True for _file, setting in FILES.values()})


def read(folder: Folder, kind: str, *days: date) -> tuple[list[str], dict[str, list[Any]]]:
    table, feed = TABLES[kind]
    with whole(folder).open() as snapshot:
        return agreeing(snapshot.source(kind), list(days), table=table, feed=feed)


def refused(adapter: Adapter, kind: str, fault: Fault) -> str:
    with adapter.open() as snapshot, pytest.raises(StopHospital) as caught:
        snapshot.source(kind)
    assert caught.value.fault is fault
    assert caught.value.hospital == HCODE
    assert CID not in caught.value.message()
    return caught.value.detail


def put_aside(rows: dict[str, list[Any]]) -> set[tuple[str, str]]:
    return {(bad.table, bad.rule) for bad in Checker(today=DAY).check({HCODE: rows})}


@pytest.fixture
def folder(folder43: Folder) -> Folder:
    """One person with a visit; nothing written yet."""
    folder43.person()
    folder43.visit()
    return folder43


def noted(folder: Folder, *names: str, **values: Any) -> None:
    for name in names:
        folder.add("DRUGALLERGY", **({"DRUGALLERGY": "", "DNAME": name} | values))


# -- said to be whole, and whole ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_each_file_has_to_be_said_to_be_whole(folder: Folder, kind: str) -> None:
    file, setting = FILES[kind]
    folder.add(file)
    folder.write()
    others = {name: True for _file, name in FILES.values() if name != setting}
    assert refused(folder.adapter(**others), kind, faults.EXPORT_NOT_FULL) == setting
    with folder.adapter(**{setting: True}).open() as snapshot:
        assert snapshot.source(kind).tells([date(2020, 1, 1)]) == [date(2020, 1, 1)]


@pytest.mark.parametrize("kind", FILES)
def test_without_the_file_there_is_no_empty_register(folder: Folder, kind: str) -> None:
    file, _setting = FILES[kind]
    folder.write(**{file: None})
    assert refused(whole(folder), kind, faults.EXPORT_FILE_MISSING) == f"{file}.txt"


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("immunization", "VACCINETYPE"),
        ("allergy", "DNAME"),
        ("allergy", "DATERECORD"),
        ("allergy", "PID"),
        ("chronic", "CHRONIC"),
        ("chronic", "DATE_DIAG"),
        ("chronic", "D_UPDATE"),
    ],
)
def test_a_missing_column_is_named_even_when_another_export_has_it(
    folder: Folder, kind: str, column: str
) -> None:
    file, _setting = FILES[kind]
    folder.add(file)
    folder.write("a")
    folder.write("b", **{file: folder.text(file).replace(f"|{column}|", "|RENAMED|", 1)})
    assert refused(whole(folder), kind, faults.SOURCE_COLUMN_MISSING) == f"{file}.{column}".lower()
    for other in set(FILES) - {kind}:
        with whole(folder).open() as snapshot:
            snapshot.source(other)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"{HCODE}|1|20260112|", ""),
        (f"{HCODE}|", ""),
        ("ยาที่หลงมา|1|2", "EPI DRUGALLERGY CHRONIC"),  # a folder's name is no file's
        (f"{HCODE}|1|" + "x|" * 30, "a.zip"),
    ],
)
def test_a_broken_line_keeps_the_registers_of_its_file_back_and_nothing_else(
    folder: Folder, kind: str, line: str, name: str
) -> None:
    file, _setting = FILES[kind]
    for every, _ in FILES.values():
        folder.add(every)
    folder.write(name, **{file: folder.text(file) + line + "\r\n"})
    label = f"{name}/{file}.txt".removeprefix("/")
    assert refused(whole(folder), kind, faults.EXPORT_NOT_FULL) == f"{label}: broken lines"
    with whole(folder).open() as snapshot:
        for other in set(FILES) - {kind}:
            snapshot.source(other)
        rows: Any = snapshot.source("encounter").documents(["700"])
    assert [visit.notes for visit in rows["visit"]] == [None]
    assert (label, "broken", 1) in whole(folder).probe().remarks


def test_a_broken_line_of_a_visit_keeps_no_register_back(folder: Folder) -> None:
    noted(folder, "AMOXICILLIN")
    folder.write("DRUGALLERGY", LABFU=folder.text("LABFU") + f"{HCODE}|1|700|20260112|05")
    assert len(read(folder, "allergy", DAY)[1]["allergy"]) == 1


@pytest.mark.parametrize("kind", TABLES)
def test_another_hospitals_rows_stop_everything(folder: Folder, kind: str) -> None:
    folder.add(FILES[kind][0], HOSPCODE="99002")
    folder.write()
    with pytest.raises(StopHospital) as caught, whole(folder).open():
        pass
    assert caught.value.fault is faults.SOURCE_WRONG_HOSPITAL


# -- rows --------------------------------------------------------------------------------------------


def test_every_field_of_an_allergy(folder: Folder) -> None:
    folder.add("PROVIDER", PROVIDER="07", NAME="จำลอง", LNAME="ทดสอบ", REGISTERNO="ภ99002")
    folder.add("DRUGALLERGY", PROVIDER="07", SYMPTOM="05")
    noted(folder, "กุ้ง", DATERECORD="", SYMPTOM="ปากบวม", TYPEDX="", ALEVEL="", INFORMANT="")
    folder.write()
    refs, rows = read(folder, "allergy", DAY)
    assert refs == [REF]
    amoxicillin, shrimp = rows["allergy"]
    assert amoxicillin._asdict() == {
        "person_ref": REF,
        "row_key": "drugallergy:1:101450000003082121781506",
        "hn": "HN1",
        "substance": "AMOXICILLIN",
        "local_code": "101450000003082121781506",
        "did24": "101450000003082121781506",
        "reaction": None,  # SYMPTOM 05: its list is not public
        "severity": "4",
        "certainty": "1",
        "informant": "4",
        "recorded_date": "2026-01-12",
        "recorder_name": "จำลอง ทดสอบ",
        "recorder_license": "ภ99002",
        "notes": None,
    }
    assert (shrimp.row_key, shrimp.substance, shrimp.reaction) == ("drugallergy:1:กุ้ง", "กุ้ง", "ปากบวม")
    assert (shrimp.local_code, shrimp.did24, shrimp.severity, shrimp.recorded_date) == (None,) * 4
    assert put_aside(rows) == set()


def test_every_field_of_a_chronic_disease(folder: Folder) -> None:
    folder.add("CHRONIC", CHRONIC="e11.9")
    folder.add("CHRONIC", CHRONIC="I10", DATE_DIAG="20200102", DATE_DISCH="20240506", TYPEDISCH="1")
    folder.write()
    refs, rows = read(folder, "chronic", DAY)
    assert refs == [REF]
    diabetes, hypertension = sorted(rows["chronic_register"], key=lambda row: row.code)
    assert diabetes._asdict() == {
        "person_ref": REF,
        "row_key": "chronic:1:e11.9",
        "hn": "HN1",
        "code": "E119",
        "name": None,
        "clinic_name": None,
        "registered_date": "2026-01-12",
        "discharge_date": None,
        "status": "03",
        "withheld": False,
        "notes": None,
    }
    assert (hypertension.registered_date, hypertension.discharge_date) == ("2020-01-02", "2024-05-06")
    assert hypertension.status == "01"  # a spreadsheet took the zero
    assert put_aside(rows) == set()


def test_columns_that_may_be_missing(folder: Folder) -> None:
    for file in ("DRUGALLERGY", "CHRONIC"):
        folder.add(file)
    texts = {file: folder.text(file) for file in ("DRUGALLERGY", "CHRONIC")}
    for column in ("TYPEDX", "ALEVEL", "SYMPTOM", "INFORMANT", "PROVIDER", "DATE_DISCH", "TYPEDISCH"):
        texts = {file: text.replace(f"|{column}|", f"|X{column}|", 1) for file, text in texts.items()}
    folder.write(**texts)
    (row,) = read(folder, "allergy", DAY)[1]["allergy"]
    assert (row.substance, row.certainty, row.severity, row.informant) == ("AMOXICILLIN", None, None, None)
    (entry,) = read(folder, "chronic", DAY)[1]["chronic_register"]
    assert (entry.code, entry.status) == ("E119", None)
    assert "drugallergy.alevel" in whole(folder).probe().missing_optional


def test_unknown_codes_are_noted_and_never_guessed_at(folder: Folder) -> None:
    folder.add("DRUGALLERGY", TYPEDX="6", ALEVEL="9", INFORMANT="x")
    noted(folder, "กุ้ง", TYPEDX="0", ALEVEL="03", INFORMANT="4")
    folder.add("CHRONIC", TYPEDISCH="12")
    folder.write()
    _refs, rows = read(folder, "allergy", DAY)
    bad, good = rows["allergy"]
    assert (bad.certainty, bad.severity, bad.informant) == (None, None, None)
    assert set(bad.notes.split()) == {f"unmapped:{name}" for name in ("certainty", "severity", "informant")}
    assert (good.certainty, good.severity, good.informant, good.notes) == (None, "3", "4", None)
    assert put_aside(rows) == set()  # the allergy goes without these facts
    (entry,) = read(folder, "chronic", DAY)[1]["chronic_register"]
    assert (entry.status, entry.notes) == (None, "unmapped:status")


@pytest.mark.parametrize(
    ("kind", "file", "column", "day"),
    [
        ("allergy", "DRUGALLERGY", "DATERECORD", "recorded_date"),
        ("chronic", "CHRONIC", "DATE_DIAG", "registered_date"),
    ],
)
@pytest.mark.parametrize(
    ("written", "read_as", "stands_under", "note"),
    [
        ("25690112", "2026-01-12", DAY, "be_year"),
        ("20260231", None, FIRST, "bad_date"),
        ("12/01/2569", None, FIRST, "bad_date"),
        ("00000000", None, FIRST, "zero_date"),
        ("", None, FIRST, None),
        ("99991231", None, FIRST, "bad_date"),
    ],
)
def test_days_as_they_are_written(
    folder: Folder,
    kind: str,
    file: str,
    column: str,
    day: str,
    written: str,
    read_as: str | None,
    stands_under: date,
    note: str | None,
) -> None:
    folder.add(file, **{column: written})
    folder.write()
    refs, rows = read(folder, kind, DAY, FIRST)
    assert refs == [REF]
    (row,) = rows[TABLES[kind][0]]
    assert (getattr(row, day), row.notes) == (read_as, note and f"{note}:{day}")
    assert [person.newest_day for person in rows["register_person"]] == [stands_under.isoformat()]


@pytest.mark.parametrize("kind", TABLES)
def test_a_change_leads_to_the_day_of_the_register(folder: Folder, kind: str) -> None:
    day = {"allergy": "DATERECORD", "chronic": "DATE_DIAG"}[kind]
    folder.add(FILES[kind][0], **{day: "20210504"})
    folder.write()
    feed = TABLES[kind][1]
    with whole(folder).open() as snapshot:
        source = snapshot.source(kind)
        assert source.feed_days(feed, [date(2026, 1, 13)]) == [date(2021, 5, 4)]  # D_UPDATE
        assert source.feed_days(feed, [date(2026, 1, 14)]) == []


# -- several rows of one thing -----------------------------------------------------------------------


def test_one_allergy_on_several_lines(folder: Folder) -> None:
    folder.add("DRUGALLERGY")
    folder.add("DRUGALLERGY")  # letter by letter the same
    folder.add("DRUGALLERGY", DATERECORD="20200102", ALEVEL="1")
    folder.write()
    _refs, rows = read(folder, "allergy", DAY)
    key = "drugallergy:1:101450000003082121781506"
    found = {row.row_key: (row.recorded_date, row.severity) for row in rows["allergy"]}
    assert found == {key: ("2020-01-02", "1"), f"{key}#2": ("2026-01-12", "4")}
    # in any order of the lines
    folder.rows["DRUGALLERGY"].reverse()
    folder.write()
    again = read(folder, "allergy", DAY)[1]["allergy"]
    assert {row.row_key: (row.recorded_date, row.severity) for row in again} == found
    assert put_aside(rows) == set()


def test_drugs_without_a_code_are_told_apart_by_name(folder: Folder) -> None:
    noted(folder, "กุ้ง", "ปู")
    noted(folder, "ยาสมุนไพร", DRUGALLERGY="0" * 24)
    folder.write("a")
    folder.clear()
    folder.person()
    folder.visit(D_UPDATE=LATER)
    noted(folder, "กุ้ง", ALEVEL="1", D_UPDATE=LATER)
    noted(folder, "ปู")
    folder.write("b")
    rows = read(folder, "allergy", DAY)[1]["allergy"]
    assert {row.row_key: (row.severity, row.local_code) for row in rows} == {
        "drugallergy:1:กุ้ง": ("1", None),
        "drugallergy:1:ปู": ("4", None),
        "drugallergy:1:ยาสมุนไพร": ("4", None),
    }


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_the_later_update_wins(folder: Folder, names: tuple[str, str]) -> None:
    folder.add("DRUGALLERGY", TYPEDX="5")
    folder.add("CHRONIC", DATE_DIAG="20250101")
    folder.add("CHRONIC", CHRONIC="I10", DATE_DISCH="20250601", TYPEDISCH="10")
    folder.write(names[0])
    folder.clear()
    folder.person(D_UPDATE=LATER)
    folder.visit(D_UPDATE=LATER)
    folder.add("DRUGALLERGY", TYPEDX="1", D_UPDATE=LATER)
    folder.add("CHRONIC", DATE_DIAG="20240101", D_UPDATE=LATER)  # the day was corrected
    folder.add("CHRONIC", DATE_DIAG="20260101", D_UPDATE=LATER)  # and it came back
    folder.add("CHRONIC", CHRONIC="I10", D_UPDATE="20260101080000")
    folder.write(names[1])
    (allergy,) = read(folder, "allergy", DAY)[1]["allergy"]
    assert allergy.certainty == "1"
    entries = read(folder, "chronic", DAY)[1]["chronic_register"]
    assert {row.row_key: (row.registered_date, row.discharge_date) for row in entries} == {
        "chronic:1:E119": ("2024-01-01", None),
        "chronic:1:E119#2": ("2026-01-01", None),
        "chronic:1:I10": ("2026-01-12", "2025-06-01"),
    }
    assert allergy.row_key == "drugallergy:1:101450000003082121781506"


def test_an_older_export_that_knows_more_takes_nothing_away(folder: Folder) -> None:
    noted(folder, "กุ้ง", "ปู")
    folder.write("a")
    folder.clear()
    folder.person(D_UPDATE=LATER)
    folder.visit(D_UPDATE=LATER)
    noted(folder, "ปู", D_UPDATE=LATER)
    folder.write("b")
    rows = read(folder, "allergy", DAY)[1]["allergy"]
    assert sorted(row.substance for row in rows) == ["กุ้ง", "ปู"]


# -- whose -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TABLES)
def test_people_that_person_does_not_know(folder: Folder, kind: str) -> None:
    file = FILES[kind][0]
    folder.add(file)
    folder.add(file, PID="9")
    folder.add(file, PID="")
    folder.write()
    refs, rows = read(folder, kind, DAY)
    assert set(refs) == {REF, "hPID9", "h"}
    assert put_aside(rows) >= {
        ("register_person", "register_person.patient_unknown"),
        ("register_person", "register_person.person_missing"),
    }
    with whole(folder).open() as snapshot:
        assert set(snapshot.source(kind).resolve(lambda _ref: True)) == {REF, "hPID9", "h"}


@pytest.mark.parametrize("kind", TABLES)
def test_a_register_is_the_union_over_every_record_of_a_person(folder: Folder, kind: str) -> None:
    folder.person("2")  # the same citizen id
    file = FILES[kind][0]
    folder.add(file)
    folder.add(file, PID="2")
    folder.write()
    refs, rows = read(folder, kind, DAY)
    assert refs == [REF]
    assert [row.hn for row in rows[TABLES[kind][0]]] == ["HN1", "HN2"]


@pytest.mark.parametrize(
    ("kind", "values", "rule"),
    [
        ("allergy", {"DRUGALLERGY": "", "DNAME": ""}, "allergy.substance_missing"),
        ("allergy", {"DNAME": "ปฏิเสธการแพ้ยา"}, "allergy.denied"),
        ("allergy", {"DATERECORD": "20270101"}, "allergy.date_future"),
        ("chronic", {"CHRONIC": ""}, "chronic_register.code_missing"),
        ("chronic", {"DATE_DISCH": "20250101"}, "chronic_register.discharge_before"),
    ],
)
def test_rows_that_cannot_be_right_are_listed(
    folder: Folder, kind: str, values: dict[str, str], rule: str
) -> None:
    folder.add(FILES[kind][0], **values)
    folder.write("a")
    folder.write("b.zip")
    with whole(folder).open() as snapshot:
        rows = snapshot.source(kind).documents([REF])
    assert {found for _table, found in put_aside(rows)} == {rule}


def test_a_drug_without_a_name_is_told_by_its_code(folder: Folder) -> None:
    folder.add("DRUGALLERGY", DRUGALLERGY="D1", DNAME="")
    folder.write()
    (row,) = read(folder, "allergy", DAY)[1]["allergy"]
    assert (row.substance, row.local_code, row.did24) == ("D1", "D1", None)


# -- files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp874"])
@pytest.mark.parametrize("name", ["", "a.zip"])
@pytest.mark.parametrize("headless", [False, True])
def test_every_charset_zipped_or_not_with_or_without_header(
    folder: Folder, charset: str, name: str, headless: bool
) -> None:
    noted(folder, "กุ้ง")
    folder.add("CHRONIC")
    contents = {file: folder.text(file) for file in ("DRUGALLERGY", "CHRONIC")}
    if headless:
        contents = {file: text.partition("\r\n")[2] for file, text in contents.items()}
    folder.write(name, charset, **{file: text.encode(charset) for file, text in contents.items()})
    assert [row.substance for row in read(folder, "allergy", DAY)[1]["allergy"]] == ["กุ้ง"]
    assert [row.code for row in read(folder, "chronic", DAY)[1]["chronic_register"]] == ["E119"]


def test_a_header_alone_is_a_register_of_nobody(folder: Folder) -> None:
    folder.write()
    for kind in TABLES:
        assert read(folder, kind, DAY, DAY + timedelta(days=1))[0] == []
