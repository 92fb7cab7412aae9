"""Every column of a dose from each of the seven places, and what a day, a code and a time of one are."""

from __future__ import annotations

from typing import Any

import pytest
from hosxp_source import CID, DAY, HN, VN, Source
from vaccine_source import in_list, in_register, in_visit, keys, person, read, vaccines

from phr.his import Adapter
from phr.his.doses import given_day, vaccine_code

REF = f"c{CID}"


def fill(source: Source) -> None:
    """One person with a dose everywhere."""
    vaccines(source)
    source.patient()
    person(source, 7, cid=CID, patient_hn=HN)
    source.insert("doctor", code="0012", name="พยาบาลสมมติ", licenseno="พ.990001")
    source.visit()
    in_visit(
        source,
        1,
        VN,
        vaccine_plan_no=2,
        dose_qty=0.1,
        vaccine_lot_no=" A1 ",
        expire_date="2569-12-31",
        doctor_code="0012",
        immunization_datetime="2026-01-12 09:10:11",
    )
    lot: dict[str, Any] = {"vaccine_lotno": "B2", "vaccine_expire_date": "2026-06-30", "doctor_code": "0012"}
    in_register(source, "wbc", 2, 7, "2024-04-01", vn="670401081500", service_time="08:20:00", **lot)
    in_register(source, "epi", 3, 7, "2568-04-01", vn="680401081500", vaccine_time="08:25:00", **lot)
    in_register(source, "school", 4, 7, "2025-07-01", **lot)
    lot["anc_doctor_code"] = lot.pop("doctor_code")
    in_register(source, "anc", 5, 7, "2025-08-01", vaccine=2, anc_service_time="10:00:00", **lot)
    in_list(source, 6, 7, "2024-02-03", vn="670203080000")
    in_list(source, 7, 7, "2024-03-04", 4, elsewhere=True, vaccine_lotno="C3", vaccine_hospcode="99002")
    in_list(source, 8, 7, "2024-03-05", 3, elsewhere=True, hospcode="99003", vaccine_hospcode=" ")


NOTHING: dict[str, Any] = {
    "person_ref": REF,
    "hn": HN,
    "vaccine_code": "010",
    "vaccine_name": "บีซีจี",
    "dose_number": None,
    "quantity": None,
    "lot_number": None,
    "expire_date": None,
    "given_time": None,
    "visit_ref": None,
    "place": None,
    "elsewhere": False,
    "manufacturer": None,
    "performer_name": None,
    "performer_license": None,
    "notes": None,
}
NURSE = {"performer_name": "พยาบาลสมมติ", "performer_license": "พ.990001"}
LOT = {"lot_number": "B2", "expire_date": "2026-06-30"}
EXPECTED: dict[str, dict[str, Any]] = {
    "ovst_vaccine:1": {
        "dose_number": 2,
        "quantity": 0.1,
        "lot_number": "A1",
        "expire_date": "2026-12-31",
        "given_date": "2026-01-12",
        "given_time": "09:10:11",
        "visit_ref": VN,
        "notes": "be_year:expire_date",
        **NURSE,
    },
    "person_wbc_vaccine_detail:2": {
        "given_date": "2024-04-01",
        "given_time": "08:20:00",
        "visit_ref": "670401081500",
        **LOT,
        **NURSE,
    },
    "person_epi_vaccine_list:3": {
        "given_date": "2025-04-01",
        "given_time": "08:25:00",
        "visit_ref": "680401081500",
        "notes": "be_year:given_date",
        **LOT,
        **NURSE,
    },
    "village_student_vaccine_list:4": {"given_date": "2025-07-01", **LOT, **NURSE},
    "person_anc_service_detail:5": {
        "vaccine_code": "815",
        "vaccine_name": "ไข้หวัดใหญ่",
        "given_date": "2025-08-01",
        "given_time": "10:00:00",
        **LOT,
        **NURSE,
    },
    "person_vaccine_list:6": {"given_date": "2024-02-03", "visit_ref": "670203080000"},
    "person_vaccine_elsewhere:7": {
        "vaccine_code": "816",
        "vaccine_name": "เด็ก",
        "given_date": "2024-03-04",
        "lot_number": "C3",
        "place": "99002",
        "elsewhere": True,
    },
    "person_vaccine_elsewhere:8": {
        "vaccine_code": None,
        "vaccine_name": "อื่น",
        "given_date": "2024-03-05",
        "place": "99003",
        "elsewhere": True,
    },
}


def test_every_column_of_every_place(source: Source, adapter: Adapter) -> None:
    fill(source)
    # the trap of section 1.4: a key of person_epi with the number of a vaccine means nothing
    source.run("UPDATE person_epi SET person_epi_id = 4 WHERE person_epi_id = 3")
    source.run("UPDATE person_epi_vaccine SET person_epi_id = 4 WHERE person_epi_id = 3")
    found = read(adapter, REF)
    assert list(found) == ["register_person", "patient", "identity_evidence", "immunization"]
    rows = {row.row_key: row._asdict() for row in found["immunization"]}
    assert rows == {key: {**NOTHING, "row_key": key, **columns} for key, columns in EXPECTED.items()}
    assert [row.row_key for row in found["immunization"]] == sorted(EXPECTED)
    assert [tuple(row) for row in found["register_person"]] == [(REF, HN, "2026-01-12", None)]
    assert [(row.hn, row.cid, row.given) for row in found["patient"]] == [(HN, CID, "สมศรี")]
    assert {(row.source, row.local_id) for row in found["identity_evidence"]} == {
        ("patient", HN),
        ("person", "7"),
    }


def test_tables_without_anything_optional(source: Source, adapter: Adapter) -> None:
    """An older release: no column that is not needed, no list of vaccines."""
    fill(source)
    from phr.his.system import system

    catalogue = system("hosxp")
    for table in catalogue.joined:
        if "vaccine" in table or table.startswith(("person", "village", "anc")):
            for column in catalogue.optional.get(table, ()):
                source.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    # services without a code cannot be told from vaccines, so the antenatal clinic has none then
    for master in ("person_vaccine", "wbc_vaccine", "epi_vaccine", "student_vaccine", "anc_service"):
        source.run(f"DROP TABLE {master}")
    found = read(adapter, REF)
    assert set(keys(found["immunization"])[REF]) == set(EXPECTED) - {"person_anc_service_detail:5"}
    for row in found["immunization"]:
        known = {"ovst_vaccine:1": ("2026-01-12", "08:30:15", VN)}.get(row.row_key)
        day = EXPECTED[row.row_key]["given_date"]
        assert (row.given_date, row.given_time, row.visit_ref) == (known or (day, None, None))
        assert (row.vaccine_code, row.vaccine_name, row.lot_number, row.place) == (None,) * 4


def test_services_that_are_no_vaccines_and_anonymous_visits_are_in_no_register(
    source: Source, adapter: Adapter
) -> None:
    vaccines(source)
    source.patient()
    person(source, 7, cid=CID)
    in_register(source, "anc", 1, 7, "2025-08-01", vaccine=2)
    in_register(source, "anc", 2, 7, "2025-08-01", vaccine=3)  # its code is a dash
    in_register(source, "anc", 3, 7, "2025-08-01", vaccine=99)  # not in the list
    source.visit()
    in_visit(source, 1, VN)
    source.visit("690112090000", anonymous_visit="Y")
    in_visit(source, 2, "690112090000")
    in_visit(source, 3, "690112999999")  # the visit was deleted: neither day nor person
    in_visit(source, 4, "")
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        found = registers.documents([REF])
        assert keys(found["immunization"]) == {REF: ["ovst_vaccine:1", "person_anc_service_detail:1"]}
        assert registers.count_rows([DAY]) == registers.count_key_rows([REF]) == {"immunization": 2}
        assert list(registers.touched([DAY])) == [REF]
        assert list(registers.resolve(lambda ref: True)) == [REF]


@pytest.mark.parametrize(
    ("own", "visit", "day", "notes"),
    [
        ("2026-01-11", "2026-01-12", "2026-01-11", []),
        ("2569-01-11", "2026-01-12", "2026-01-11", ["be_year:given_date"]),
        (None, "2026-01-12", "2026-01-12", []),
        ("0000-00-00", "2026-01-12", "2026-01-12", ["zero_date:given_date"]),
        ("1899-12-30", "2569-01-12", "2026-01-12", ["zero_date:given_date", "be_year:given_date"]),
        # an impossible day is somebody's mistake, not a missing one
        ("2026-02-30", "2026-01-12", None, ["bad_date:given_date"]),
        ("3100-01-01", "2026-01-12", None, ["bad_date:given_date"]),
        (None, None, None, []),
        (None, "0000-00-00", None, ["zero_date:given_date"]),
    ],
)
def test_the_day_of_a_dose(own: Any, visit: Any, day: str | None, notes: list[str]) -> None:
    found: list[str] = []
    assert given_day(own, visit, found) == day
    assert found == notes


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("10", "010"),
        ("010", "010"),
        (10, "010"),
        (" 815 ", "815"),
        ("d21", "D21"),
        ("HPVC21", "HPVC21"),
        ("816", "816"),
        ("", None),
        ("-", None),
        (" -- ", None),
        (None, None),
        ("๑๐", "๑๐"),
    ],
)
def test_a_vaccine_code(raw: Any, code: str | None) -> None:
    assert vaccine_code(raw) == code


def test_the_own_day_of_a_dose_comes_before_the_visit(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    source.patient()
    source.visit()
    moments = {
        1: "2025-12-01 08:00:00",
        2: None,
        3: f"{source.zero_day} 00:00:00",
        4: "2568-12-02 08:00:00",
    }
    for key, moment in moments.items():
        in_visit(source, key, VN, key, immunization_datetime=moment)
    found = {row.row_key[-1]: row for row in read(adapter, REF)["immunization"]}
    assert {key: (row.given_date, row.given_time) for key, row in found.items()} == {
        "1": ("2025-12-01", "08:00:00"),
        "2": ("2026-01-12", "08:30:15"),
        "3": ("2026-01-12", "08:30:15"),
        "4": ("2025-12-02", "08:00:00"),
    }
    assert {row.visit_ref for row in found.values()} == {VN}
