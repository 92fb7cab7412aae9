"""What real databases hold: columns of other types, padding, odd years, odd people, odd texts."""

from __future__ import annotations

import pytest
from hosxp_source import CID, DAY, HN, VN, Source, hospital

from phr.his import Adapter, make_adapter
from phr.his.base import DayCount


def read(adapter: Adapter, *refs: str):  # type: ignore[no-untyped-def]
    with adapter.open() as snapshot:
        return snapshot.source("encounter").documents(list(refs) or [VN])


def alter(source: Source, table: str, **types: str) -> None:
    for column, kind in types.items():
        if source.engine.dialect.name == "postgresql":
            source.run(f"ALTER TABLE {table} ALTER {column} TYPE {kind} USING CAST({column} AS {kind})")
        elif source.engine.dialect.name == "mysql":
            source.run(f"ALTER TABLE {table} MODIFY {column} {kind}")  # SQLite's types hold anything


def test_padding_is_no_part_of_a_key(source: Source, adapter: Adapter) -> None:
    alter(source, "ovst", vn="CHAR(13)", hn="CHAR(9)", ovstost="CHAR(4)", an="CHAR(9)", vsttime="CHAR(12)")
    alter(source, "patient", hn="CHAR(12)", cid="CHAR(20)")
    alter(source, "opitemrece", vn="CHAR(15)", icode="CHAR(10)")
    alter(source, "drugitems", did="CHAR(27)")
    source.visit("690112000001", hn="0012", an="")
    source.patient("0012", cid=CID)
    source.insert("drugitems", icode="1000", name="A", did="100000000004203120381162")
    source.insert(
        "opitemrece", hos_guid="{D}", vn="690112000001", icode="1000", qty=1, vstdate=DAY.isoformat()
    )
    with adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        assert list(visits.touched([DAY])) == ["690112000001"]
        assert visits.count([DAY]) == {DAY: DayCount(eligible=1)}
        assert visits.touched_keys(["690112000001"]) == {"690112000001": DAY}
        found = visits.documents(["690112000001"])
    assert (found["visit"][0].hn, found["patient"][0].hn, found["patient"][0].cid) == ("0012", "0012", CID)
    assert found["drug_dispense"][0].did24 == "100000000004203120381162"
    assert found["identity_evidence"][0].local_id == "0012"


@pytest.mark.postgres
def test_flags_dates_and_ids_of_other_types(postgres_source: Source) -> None:
    source, adapter = postgres_source, make_adapter(hospital(), postgres_source.url)
    for table, column in (
        ("lab_order", "confirm"),
        ("lab_head", "confirm_report"),
        ("lab_head", "anonymous"),
    ):
        alter(source, table, **{column: "BOOLEAN"})
    alter(source, "ovst", anonymous_visit="BOOLEAN", vstdate="VARCHAR(30)", vsttime="VARCHAR(30)")
    alter(source, "opitemrece", vstdate="TIMESTAMP", rxtime="VARCHAR(20)")
    alter(source, "patient", birthday="VARCHAR(30)", deathday="TIMESTAMP", sex="INTEGER")
    alter(source, "oapp", oapp_status_id="VARCHAR(5)", nexttime="VARCHAR(10)")
    alter(source, "opdscreen", bps="VARCHAR(20)", pulse="INTEGER")
    alter(source, "ovstdiag", ovst_diag_id="VARCHAR(20)")
    source.visit(vstdate="2569-01-12", vsttime="08:30", anonymous_visit=False)
    source.visit("690112000002", hos_guid="{2}", anonymous_visit=True)
    source.patient(birthday="2523-05-17", deathday="2026-01-31 04:00:00", sex=2)
    source.insert("drugitems", icode="1000", name="A")
    source.insert(
        "opitemrece", hos_guid="{D}", vn=VN, icode="1000", qty=-2, vstdate=f"{DAY} 00:00:00", rxtime="9:05"
    )
    source.insert("lab_head", lab_order_number=1, vn=VN, anonymous=False, confirm_report=True)
    source.insert("lab_head", lab_order_number=2, vn=VN, anonymous=True)
    source.insert("lab_head", lab_order_number=3, vn=VN, confirm_report=False)
    for form in (1, 2, 3):
        source.insert(
            "lab_order", lab_order_number=form, lab_items_code=7, lab_order_result="5", confirm=True
        )
    source.insert("lab_order", lab_order_number=1, lab_items_code=8, lab_order_result="6", confirm=False)
    source.insert("oapp", oapp_id=1, vn=VN, nextdate="2026-02-01", nexttime="09:30", oapp_status_id="1")
    source.insert("oapp", oapp_id=2, vn=VN, nextdate="2026-02-02", oapp_status_id="9")
    source.insert("opdscreen", hos_guid="{S}", vn=VN, bps="128.000", pulse=80)
    source.insert("ovstdiag", ovst_diag_id="A1", vn=VN, icd10="J00")
    with adapter.open() as snapshot:
        assert snapshot.source("encounter").count([DAY]) == {DAY: DayCount(eligible=1, anonymous=1)}
    found = read(adapter)
    visit, patient = found["visit"][0], found["patient"][0]
    assert (visit.service_day, visit.start_time, visit.notes) == (
        "2026-01-12",
        "08:30:00",
        "be_year:service_day",
    )
    assert (patient.birth_date, patient.death_date, patient.sex) == ("1980-05-17", "2026-01-31", "2")
    assert patient.notes == "be_year:birth_date"
    (drug,) = found["drug_dispense"]
    assert (drug.quantity, drug.dispensed_date, drug.dispensed_time) == (-2.0, "2026-01-12", None)
    assert [(row.order_number, row.local_code) for row in found["lab_result"]] == [("1", "7")]
    assert [(row.row_key, row.start_time) for row in found["appointment"]] == [("1", "09:30:00")]
    assert (found["vital_sign"][0].bp_systolic, found["vital_sign"][0].pulse) == (128.0, 80.0)
    assert found["diagnosis"][0].row_key == "A1"


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["INTEGER", "VARCHAR(12)"])
def test_person_ids_are_numbers_or_texts(postgres_source: Source, kind: str) -> None:
    source = postgres_source
    for table in (
        *("person", "person_vaccine_list", "person_vaccine_elsewhere", "person_wbc", "person_epi"),
        *("village_student", "person_anc", "person_death"),
    ):
        alter(source, table, person_id=kind)
    alter(source, "person_vaccine_list", person_vaccine_list_id="BIGINT")
    source.insert("person", person_id="7", cid=CID, sex="2", birthdate="1980-05-17")
    source.insert(
        "person_vaccine_list", person_vaccine_list_id=9, person_id="7", vaccine_date=DAY.isoformat()
    )
    with make_adapter(hospital(), source.url).open() as snapshot:
        registers = snapshot.source("immunization")
        (ref,) = registers.touched([DAY])
        assert registers.count([DAY])[DAY].eligible == 1
        (dose,) = registers.documents([ref])["immunization"]
        assert (dose.row_key, dose.hn) == ("person_vaccine_list:9", "~7")


def test_years_nobody_means(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.patient(birthday="0069-01-12", deathday="2999-01-31")
    source.insert("ovstdiag", ovst_diag_id=1, vn=VN, icd10="J00", vstdate="0026-01-12")
    found = read(adapter)
    assert (found["patient"][0].birth_date, found["patient"][0].notes) == (
        None,
        "bad_date:birth_date bad_date:death_date",
    )
    assert found["diagnosis"][0].notes == "bad_date:recorded_date"


@pytest.mark.postgres
@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 BC", "12569-01-12"])
def test_days_only_postgresql_knows(postgres_source: Source, day: str) -> None:
    postgres_source.visit()
    postgres_source.patient(birthday=day)
    (patient,) = read(make_adapter(hospital(), postgres_source.url))["patient"]
    assert (patient.birth_date, patient.notes) == (None, "bad_date:birth_date")


@pytest.mark.parametrize(
    ("stored", "cid"),
    [
        ("", None),
        (" ", None),
        (None, None),
        ("1111111111119", "1111111111119"),
        ("0990010000012", "0990010000012"),
    ],
)
def test_people_without_a_usable_id(
    source: Source, adapter: Adapter, stored: str | None, cid: str | None
) -> None:
    source.visit()
    source.patient(cid=stored)
    found = read(adapter)
    assert found["patient"][0].cid == cid
    assert [row.cid for row in found["identity_evidence"]] == ([cid] if cid else [])


def test_one_citizen_under_two_numbers_and_a_foreigner(source: Source, adapter: Adapter) -> None:
    source.visit(hn="000000012")
    source.visit("690112090000", hn="000000013")
    source.patient("000000012", birthday="1980-05-17")
    source.patient("000000013", birthday="1980-05-18", nationality="48")
    source.insert("nationality", nationality="48", name="เมียนมา", nhso_code="048")
    found = read(adapter, VN, "690112090000")
    assert [(p.hn, p.cid) for p in found["patient"]] == [("000000012", CID), ("000000013", CID)]
    assert found["patient"][1].nationality == "048"
    assert {(row.local_id, row.birth_date) for row in found["identity_evidence"]} == {
        ("000000012", "1980-05-17"),
        ("000000013", "1980-05-18"),
    }


@pytest.mark.parametrize("result", ["Negative", "<0.5", "5.6 H", "1,234", ">=1:80", "-", "ไม่พบเชื้อ", "0.50"])
def test_a_result_is_a_text(source: Source, adapter: Adapter, result: str) -> None:
    source.visit()
    source.insert("lab_head", lab_order_number=1, vn=VN)
    source.insert("lab_order", lab_order_number=1, lab_items_code=7, lab_order_result=result, confirm="Y")
    assert read(adapter)["lab_result"][0].value == result


def test_texts_longer_than_any_column_and_letters_of_four_bytes(source: Source, adapter: Adapter) -> None:
    if source.engine.dialect.name == "mysql":
        source.run("ALTER TABLE opdscreen CONVERT TO CHARACTER SET utf8mb4")
    alter(source, "opdscreen", cc="TEXT")
    complaint = "ไข้ 😷 " * 4000
    source.visit()
    source.insert("opdscreen", hos_guid="{S}", vn=VN, cc=complaint)
    assert read(adapter)["visit"][0].chief_complaint == complaint.strip()


def test_a_negative_quantity_is_a_return(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.insert("drugitems", icode="1000", name="A")
    for key, quantity in (("{A}", -30), ("{B}", 0)):
        source.insert("opitemrece", hos_guid=key, vn=VN, icode="1000", qty=quantity, vstdate=DAY.isoformat())
    assert [row.quantity for row in read(adapter)["drug_dispense"]] == [-30.0, 0.0]


def test_numbers_with_leading_zeros_are_themselves(source: Source, adapter: Adapter) -> None:
    source.visit("000000000001", hn="000000001")
    source.patient("000000001")
    source.patient("1", cid="")
    found = read(adapter, "000000000001", "1")
    assert [row.visit_ref for row in found["visit"]] == ["000000000001"]
    assert [row.hn for row in found["patient"]] == ["000000001"]
    assert HN not in {row.hn for row in found["patient"]}
