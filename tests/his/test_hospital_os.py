"""Hospital-OS on a real PostgreSQL: what is a visit, what belongs to it, and what its tables really hold."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hospital_os_source import (
    CID,
    DAY,
    FAMILY,
    HN,
    PATIENT,
    VISIT,
    VN,
    add_dose,
    add_family,
    add_order,
    add_patient,
    add_result,
    add_visit,
    hospital,
)
from hosxp_source import Source
from sqlalchemy import text

from phr import faults
from phr.errors import StopHospital
from phr.his import Adapter, make_adapter
from phr.his.base import DayCount
from phr.his.doses import NOBODY
from phr.his.system import system

pytestmark = pytest.mark.postgres
KIND = system("hospital_os")


def read(adapter: Adapter, *refs: str) -> dict[str, list[Any]]:
    with adapter.open() as snapshot:
        return snapshot.source("encounter").documents(list(refs) or [VN])  # type: ignore[return-value]


def counted(adapter: Adapter, *days: date) -> dict[date, DayCount]:
    with adapter.open() as snapshot:
        return snapshot.source("encounter").count(list(days) or [DAY])


def registers(adapter: Adapter, day: date = DAY) -> dict[str, list[Any]]:
    """Registers of a day, after the counts have said the same of them."""
    with adapter.open() as snapshot:
        source = snapshot.source("immunization")
        refs = list(source.touched([day]))
        found = source.documents(refs)
        assert source.count([day])[day].eligible == len(refs)
        assert source.count_rows([day]) == {"immunization": len(found["immunization"])}
        assert source.count_keys(refs) == ({day: len(refs)} if refs else {})
        assert source.touched_keys(refs) == dict.fromkeys(refs, day)
        return found  # type: ignore[return-value]


# -- which visits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, DayCount(eligible=1)),
        ({"f_visit_status_id": "1"}, DayCount(unfinished=1)),
        ({"f_visit_status_id": "2"}, DayCount(unfinished=1)),
        ({"f_visit_status_id": None}, DayCount(unfinished=1)),
        ({"f_visit_status_id": "4"}, DayCount()),  # cancelled
        ({"f_visit_type_id": "S"}, DayCount()),  # a survey at home
        ({"f_visit_type_id": "1"}, DayCount(admitted=1)),
        ({"f_visit_type_id": ""}, DayCount(eligible=1)),
        ({"visit_begin_visit_time": "2569-01-12"}, DayCount(eligible=1)),
        ({"visit_begin_visit_time": "2569-01-12,08:30"}, DayCount(eligible=1)),
        ({"visit_begin_visit_time": "2026-01-12,08:30:00"}, DayCount(eligible=1)),  # typed in the other era
        ({"visit_begin_visit_time": "2569-01-13,00:00:00"}, DayCount()),
        ({"visit_begin_visit_time": "69-01-12,08:30:00"}, DayCount()),
    ],
    ids=repr,
)
def test_each_visit_is_counted_once(
    hos: Source, hos_adapter: Adapter, values: dict[str, Any], expected: DayCount
) -> None:
    add_visit(hos, **values)
    assert counted(hos_adapter) == {DAY: expected}
    with hos_adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        assert list(visits.touched([DAY])) == [VN] * expected.eligible
        assert visits.count_keys([VN]).get(DAY, 0) == expected.eligible


@pytest.mark.parametrize("stored", ["", None, "0000-00-00,00:00:00", "69-01-12,08:30:00", "null"])
def test_visits_without_a_day_are_told(hos: Source, hos_adapter: Adapter, stored: str | None) -> None:
    add_visit(hos, visit_begin_visit_time=stored)
    add_visit(hos, "2", visit_vn="069000124")
    report = hos_adapter.probe()
    assert (report.undated_visits, report.last_visit_day, report.problems) == (1, DAY, [])


def test_the_leap_day_of_either_era(hos: Source, hos_adapter: Adapter) -> None:
    leap = date(2024, 2, 29)
    add_visit(hos, visit_begin_visit_time="2567-02-29,09:00:00")
    assert counted(hos_adapter, leap, date(2024, 3, 1))[leap].eligible == 1
    assert read(hos_adapter)["visit"][0].service_day == "2024-02-29"


def test_a_visit_is_settled_by_the_clock_of_the_server(hos: Source) -> None:
    now = hos.engine.connect().execute(
        text("SELECT CAST(now() AT TIME ZONE 'Asia/Bangkok' - INTERVAL '10 minutes' AS TEXT)")
    )
    stamp = str(now.scalar_one())
    day = date.fromisoformat(stamp[:10])
    add_visit(hos, visit_begin_visit_time=f"{day.year + 543}{stamp[4:10]},{stamp[11:19]}")
    for minutes, kind in ((60, "unsettled"), (5, "eligible")):
        adapter = make_adapter(hospital(settle_minutes=minutes), hos.url)
        assert counted(adapter, day)[day] == DayCount(**{kind: 1})


@pytest.mark.parametrize("number", ["", None, " 0690001", "~1"])
def test_a_visit_without_a_usable_number(hos: Source, hos_adapter: Adapter, number: str | None) -> None:
    add_visit(hos, visit_vn=number)
    with hos_adapter.open() as snapshot:
        assert list(snapshot.source("encounter").touched([DAY])) == [f"~{VISIT}"]
    assert read(hos_adapter, f"~{VISIT}")["visit"][0].notes == "no_vn:visit_ref"


def test_one_visit_number_on_two_patients_stops_the_hospital(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_visit(hos, "cancelled", visit_hn="000000013", t_patient_id="2", f_visit_status_id="4")
    assert len(read(hos_adapter)["visit"]) == 1
    add_visit(hos, "2", visit_hn="000000013", t_patient_id="2")
    with pytest.raises(StopHospital) as caught:
        read(hos_adapter)
    assert caught.value.fault is faults.SOURCE_QUERY
    assert VN not in str(caught.value)


def test_days_are_found_through_the_index(hos: Source, hos_adapter: Adapter) -> None:
    hos.run(
        "INSERT INTO t_visit"
        " (t_visit_id, visit_vn, f_visit_type_id, f_visit_status_id, visit_begin_visit_time)"
        " SELECT n, n, '0', '3', (2560 + n / 2000) || '-01-12,08:00:00' FROM generate_series(1, 20000) n"
    )
    hos.run("ANALYZE t_visit")
    with hos_adapter.open() as snapshot:
        source = snapshot.source("encounter")
        reader = source._reader  # type: ignore[attr-defined]
        clause = reader.statements.get("touched", "window")
        explain = text(f"EXPLAIN {clause.text}").bindparams(
            *(clause._bindparams[name] for name in ("days", "settled_days", "cutoff_days"))
        )
        plan = [row[0] for row in reader.connection.execute(explain, source._window([DAY]))]  # type: ignore[attr-defined]
    assert any("ix_t_visit_visit_begin_visit_time" in line for line in plan), "\n".join(plan)


# -- what belongs to them ------------------------------------------------------------------------------


def test_only_what_is_active_and_shown_is_read(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_patient(hos)
    for n, active in enumerate(("1", "0", "", None)):
        key = f"K{n}"
        hos.insert(
            "t_diag_icd10",
            t_diag_icd10_id=key,
            diag_icd10_vn=VISIT,
            diag_icd10_number="J06.9",
            f_diag_icd10_type_id="1",
            diag_icd10_active=active,
        )
        hos.insert(
            "t_visit_payment",
            t_visit_payment_id=key,
            t_visit_id=VISIT,
            b_contract_plans_id="P",
            visit_payment_priority="0",
            visit_payment_main_hospital="null",
            visit_payment_active=active,
        )
        hos.insert(
            "t_patient_appointment",
            t_patient_appointment_id=key,
            t_visit_id=VISIT,
            patient_appointment_date="2569-02-01",
            patient_appointment_active=active,
        )
    hos.insert(
        "t_patient_appointment",
        t_patient_appointment_id="cancelled",
        t_visit_id=VISIT,
        patient_appointment_status="3",
        patient_appointment_active="1",
    )
    for key, values in {
        "reported": {},
        "executed": {"f_order_status_id": "2"},
        "secret": {"order_secret": "1"},
        "blank": {},
        "deleted": {},
    }.items():
        add_order(hos, key, "2", **values)
        add_result(
            hos,
            key,
            result_lab_value=" " if key == "blank" else "126",
            result_lab_active="0" if key == "deleted" else "1",
        )
    for status in ("0", "1", "2", "3", "5", None):
        add_order(hos, f"D{status}", "1", f_order_status_id=status)
    add_order(hos, "Dsecret", "1", order_secret="1")
    add_order(hos, "supply", "4")
    found = read(hos_adapter)
    assert [row.row_key for row in found["diagnosis"]] == ["K0"]
    assert [(row.sequence, row.main_hospital) for row in found["coverage"]] == [(1, None)]
    assert [row.row_key for row in found["appointment"]] == ["K0"]
    assert [row.order_number for row in found["lab_result"]] == ["reported"]
    assert [row.row_key for row in found["drug_dispense"]] == ["D1", "D2", "D5"]
    with hos_adapter.open() as snapshot:
        rows = snapshot.source("encounter").count_rows([DAY])
    assert rows == {table: len(found[table]) for table in rows}


def test_measurements_and_complaints(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_visit(hos, "2", visit_vn="069000124")
    add_visit(hos, "3", visit_vn="069000125")
    for key, visit, time, pressure in (
        ("1", VISIT, "08:40:00", "180/110"),
        ("2", VISIT, "09:10:00", "128/79"),
        ("3", "3", "09:00:00", "วัดไม่ได้"),
    ):
        hos.insert(
            "t_visit_vital_sign",
            t_visit_vital_sign_id=key,
            t_visit_id=visit,
            record_date="2569-01-12",
            record_time=time,
            visit_vital_sign_blood_presure=pressure,
            visit_vital_sign_weight="61.5",
            visit_vital_sign_temperature="36,8",
            visit_vital_sign_active="1",
        )
    for key, visit, said in (
        ("1", VISIT, "ไข้"),
        ("2", VISIT, "ไอ 😷"),
        ("3", "2", "ปวดหลัง"),
        ("4", VISIT, " "),
    ):
        hos.insert(
            "t_visit_primary_symptom",
            t_visit_primary_symptom_id=key,
            t_visit_id=visit,
            visit_primary_symptom_main_symptom=said,
            record_date_time=f"2569-01-12,09:0{key}:00",
            visit_primary_symptom_active="1",
        )
    found = read(hos_adapter, VN, "069000124", "069000125")
    first, second, third = found["vital_sign"]
    assert (first.row_key, first.bp_systolic, first.bp_diastolic, first.weight_kg) == ("2", 128, 79, 61.5)
    assert (first.temperature_c, first.notes) == (None, "bad_number:temperature_c")
    assert (second.bp_systolic, second.notes) == (None, None)
    assert (third.bp_systolic, third.bp_diastolic) == (None, None)
    assert "bad_number:bp_systolic" in (third.notes or "")
    assert [row.chief_complaint for row in found["visit"]] == ["ไข้, ไอ 😷", "ปวดหลัง", None]


def test_a_set_of_tests_is_one_order(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_order(hos, "cbc", "2")
    for key, value in (("hb", "12.1"), ("wbc", "5,600"), ("ส่วนประกอบ", "ไม่พบเชื้อ")):
        add_result(
            hos,
            "cbc",
            t_result_lab_id=key,
            b_item_lab_result_id=f"9{key}",
            result_lab_name=key,
            result_lab_value=value,
            result_lab_min="1",
            result_lab_max="",
            result_lab_normal_flag="2",
        )
    rows = read(hos_adapter)["lab_result"]
    assert [(r.row_key, r.name, r.value, r.reference_text, r.abnormal) for r in rows] == [
        ("cbc:9hb", "hb", "12.1", "1", None),
        ("cbc:9wbc", "wbc", "5,600", "1", None),
        ("cbc:9ส่วนประกอบ", "ส่วนประกอบ", "ไม่พบเชื้อ", "1", None),
    ]
    assert (rows[0].order_date, rows[0].order_time, rows[0].report_time) == (
        "2026-01-12",
        "09:00:00",
        "10:00:00",
    )


def test_directions_and_codes_of_a_drug(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    hos.insert(
        "b_item_drug_instruction",
        b_item_drug_instruction_id="I",
        item_drug_instruction_number="pc",
        item_drug_instruction_description="รับประทานครั้งละ",
    )
    hos.insert(
        "b_item_drug_frequency",
        b_item_drug_frequency_id="F",
        item_drug_frequency_number="bid",
        item_drug_frequency_description="วันละ 2 ครั้ง",
    )
    hos.insert("b_item_drug_uom", b_item_drug_uom_id="U", item_drug_uom_description="เม็ด")
    hos.insert("b_map_drug_tmt", b_item_id="B1", b_drug_tmt_tpucode="123456")
    hos.insert("b_nhso_map_drug", b_nhso_map_drug_id="1", b_item_id="B1", f_nhso_drug_id="100")
    hos.insert("b_nhso_map_drug", b_nhso_map_drug_id="2", b_item_id="B1", f_nhso_drug_id="200")
    ordinary = {
        "b_item_drug_instruction_id": "I",
        "b_item_drug_frequency_id": "F",
        "b_item_drug_uom_id_use": "U",
        "b_item_drug_uom_id_purch": "U",
        "order_drug_dose": 0.5,
        "order_drug_active": "1",
    }
    for key, special, said in (("1", "0", "ไม่ใช้"), ("2", "1", "ทาบาง ๆ"), ("3", "1", "")):
        add_order(hos, key, "1", order_qty=-3)
        hos.insert(
            "t_order_drug",
            t_order_drug_id=key,
            t_order_id=key,
            order_drug_special_prescription=special,
            order_drug_special_prescription_text=said,
            **ordinary,
        )
    add_order(hos, "4", "1", order_dispense_date_time="")
    first, second, third, fourth = read(hos_adapter)["drug_dispense"]
    assert (first.instruction_th, first.usage_text) == ("รับประทานครั้งละ 0.5 เม็ด วันละ 2 ครั้ง", "pcbid")
    assert (first.quantity, first.unit, first.tmt_code, first.tmt_level) == (-3, "เม็ด", "123456", "TPU")
    assert first.did24 is None  # two codes for one drug are none
    assert (first.dispensed_date, first.dispensed_time) == ("2026-01-12", "10:30:00")
    assert second.instruction_th == "ทาบาง ๆ"
    assert (third.instruction_th, third.notes) == (None, "unresolved:instruction_th")
    assert (fourth.instruction_th, fourth.dispensed_time) == (None, "09:00:00")


def test_no_allergy_is_said_only_in_so_many_words(hos: Source, hos_adapter: Adapter) -> None:
    for n, said in enumerate(("1", "0", "", None)):
        add_visit(hos, f"{n}", visit_vn=f"06900000{n}", visit_deny_allergy=said)
    rows = read(hos_adapter, *(f"06900000{n}" for n in range(4)))["screening"]
    assert [(row.visit_ref, row.topic, row.code) for row in rows] == [("069000000", "allergy", "N")]


def test_late_reports_and_drugs_lead_to_the_day_of_the_visit(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_order(hos, "lab", "2", order_report_date_time="2569-01-20,10:00:00")
    add_order(hos, "drug", "1", order_dispense_date_time="2569-01-21,10:00:00")
    with hos_adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        assert visits.feed_days("labs", [date(2026, 1, 20)]) == [DAY]
        assert visits.feed_days("drugs", [date(2026, 1, 21)]) == [DAY]
        assert visits.feed_days("labs", [date(2026, 1, 21)]) == []


def test_discharges(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos, f_visit_type_id="1", visit_staff_doctor_discharge_date_time="2569-01-15,10:00:00")
    with hos_adapter.open() as snapshot:
        assert snapshot.discharges([DAY, date(2026, 1, 15)]) == {DAY: 0, date(2026, 1, 15): 1}


# -- people --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"birth_date": "1980-05-17", "birth_exact": True, "nationality": "099", "notes": None}),
        ({"patient_birthday_true": "0"}, {"birth_exact": False}),
        ({"patient_birthday": "2523-01-01"}, {"birth_date": "1980-01-01", "birth_exact": False}),
        ({"patient_birthday": ""}, {"birth_date": None, "notes": None}),
        ({"patient_birthday": "0000-00-00"}, {"birth_date": None, "notes": "zero_date:birth_date"}),
        ({"patient_birthday": "23-05-17"}, {"birth_date": None, "notes": "bad_date:birth_date"}),
        ({"patient_birthday": "2523-02-30"}, {"birth_date": None, "notes": "bad_date:birth_date"}),
        ({"patient_birthday": "17/05/2523"}, {"birth_date": None, "notes": "bad_date:birth_date"}),
        ({"patient_birthday": "1980-05-17"}, {"birth_date": "1980-05-17", "notes": None}),
        ({"patient_pid": ""}, {"cid": None}),
        ({"patient_pid": "1-1017-00230-70-8"}, {"cid": CID}),
        ({"patient_pid": "1111111111119"}, {"cid": "1111111111119"}),
        ({"f_patient_nation_id": "48"}, {"nationality": "048", "nationality_name": "เมียนมา"}),
        ({"patient_hn": "000000012   "}, {"hn": HN}),
        (
            {"f_patient_discharge_status_id": "1", "patient_discharge_date_time": "2569-02-01,04:00:00"},
            {"deceased": True, "death_date": "2026-02-01"},
        ),
        (
            {"f_patient_discharge_status_id": "2", "patient_discharge_date_time": "2569-02-01,04:00:00"},
            {"deceased": False, "death_date": None},
        ),
    ],
    ids=repr,
)
def test_a_patient(
    hos: Source, hos_adapter: Adapter, values: dict[str, Any], expected: dict[str, Any]
) -> None:
    hos.insert("f_patient_nation", f_patient_nation_id="48", patient_nation_description="เมียนมา")
    hos.insert("b_map_rp1853_nation", f_patient_nation_id="48", r_rp1853_nation_id="048")
    add_visit(hos)
    add_patient(hos, **values)
    (patient,) = read(hos_adapter)["patient"]
    assert {name: getattr(patient, name) for name in expected} == expected


def test_death_in_any_table(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_patient(hos)
    add_family(hos)
    hos.insert(
        "t_death",
        t_death_id="1",
        t_patient_id=PATIENT,
        t_health_family_id=FAMILY,
        death_date_time="2569-02-03,10:00:00",
        death_active="0",
    )
    assert read(hos_adapter)["patient"][0].deceased is False
    hos.run("UPDATE t_death SET death_active = '1'")
    (patient,) = read(hos_adapter)["patient"]
    assert (patient.deceased, patient.death_date) == (True, "2026-02-03")


def test_every_register_gives_evidence(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos)
    add_patient(hos)
    add_family(hos, patient_birthday="2523-05-18")
    add_patient(hos, "2", patient_hn="000000013", t_health_family_id="")
    add_patient(hos, "3", patient_hn="000000014", patient_active="0")
    rows = read(hos_adapter)["identity_evidence"]
    assert [(row.source, row.local_id, row.birth_date) for row in rows] == [
        ("patient", HN, "1980-05-17"),
        ("patient", "000000013", "1980-05-17"),
        ("person", FAMILY, "1980-05-18"),
    ]


def test_padded_columns(hos: Source, hos_adapter: Adapter) -> None:
    for table, column in (
        ("t_visit", "visit_vn"),
        ("t_visit", "t_patient_id"),
        ("t_patient", "patient_hn"),
        ("t_patient", "patient_pid"),
        ("t_visit", "visit_begin_visit_time"),
    ):
        hos.run(f"ALTER TABLE {table} ALTER {column} TYPE CHAR(40)")
    add_visit(hos)
    add_patient(hos)
    with hos_adapter.open() as snapshot:
        assert list(snapshot.source("encounter").touched([DAY])) == [VN]
    found = read(hos_adapter)
    assert (found["visit"][0].hn, found["patient"][0].hn, found["patient"][0].cid) == (HN, HN, CID)


def test_real_timestamps_instead_of_texts(hos: Source, hos_adapter: Adapter) -> None:
    add_visit(hos, visit_begin_visit_time="2026-01-12 08:30:15")
    hos.run(
        "ALTER TABLE t_visit ALTER visit_begin_visit_time TYPE TIMESTAMP"
        " USING CAST(visit_begin_visit_time AS TIMESTAMP)"
    )
    assert counted(hos_adapter) == {DAY: DayCount(eligible=1)}
    (visit,) = read(hos_adapter)["visit"]
    assert (visit.service_day, visit.start_time) == ("2026-01-12", "08:30:15")


def test_texts_longer_than_any_column(hos: Source, hos_adapter: Adapter) -> None:
    hos.run("ALTER TABLE t_visit ALTER visit_dx TYPE TEXT")
    add_visit(hos, visit_dx="ปวดท้อง 😖 " * 5000)
    assert len(read(hos_adapter)["visit"][0].diagnosis_text) == len("ปวดท้อง 😖 " * 5000) - 1


# -- registers -----------------------------------------------------------------------------------------


def test_a_register_is_the_union_of_every_record(hos: Source, hos_adapter: Adapter) -> None:
    add_family(hos)
    add_patient(hos)
    add_patient(hos, "2", patient_hn="000000013", t_health_family_id="")  # the same citizen, no family
    add_dose(hos, "1", detail_health_epi_detail_lot="L1", detail_health_epi_exp="2570-06-30")
    add_dose(hos, "2", t_patient_id="2", t_health_family_id="", epi_survey_date="2565-03-01")
    add_dose(hos, "3", t_patient_id="", epi_survey_date="2564-03-01")
    add_dose(hos, "4", health_epi_active="0")
    add_dose(hos, "5", detail_health_epi_detail_active="0")
    found = registers(hos_adapter)
    assert {row.person_ref for row in found["register_person"]} == {f"c{CID}"}
    assert sorted(row.hn for row in found["register_person"]) == [HN, "000000013"]
    assert [(row.row_key[-2:], row.given_date, row.hn) for row in found["immunization"]] == [
        ("D1", "2026-01-12", HN),
        ("D2", "2022-03-01", "000000013"),
        ("D3", "2021-03-01", HN),
    ]
    first = found["immunization"][0]
    assert (first.vaccine_code, first.lot_number, first.expire_date) == ("815", "L1", "2027-06-30")


def test_people_without_a_number_and_doses_of_nobody(hos: Source, hos_adapter: Adapter) -> None:
    add_family(hos, "77", patient_pid="", patient_name="กิตติ")
    add_dose(hos, "1", t_patient_id="", t_health_family_id="77")
    add_dose(hos, "2", t_patient_id="gone", t_health_family_id="88")
    add_dose(hos, "3", t_patient_id="", t_health_family_id="")
    add_dose(hos, "4", t_patient_id="", t_health_family_id="", health_epi_hn="000000099")
    found = registers(hos_adapter)
    assert {(row.person_ref, row.hn) for row in found["register_person"]} == {
        ("p77", "~77"),
        ("p88", "~88"),
        (NOBODY, None),
        ("h000000099", "000000099"),
    }
    assert [(row.hn, row.given) for row in found["patient"]] == [("~77", "กิตติ")]
    with hos_adapter.open() as snapshot:
        every = set(snapshot.source("immunization").resolve(lambda _ref: True))
    assert every == {"p77", "p88", NOBODY, "h000000099"}


def test_records_of_two_citizens_that_are_linked_are_marked(hos: Source, hos_adapter: Adapter) -> None:
    add_family(hos, patient_pid="1009900000011")
    add_patient(hos)
    add_dose(hos, "1")
    found = registers(hos_adapter)
    assert {row.notes for row in found["register_person"]} == {"ambiguous:cid"}


# -- the source ----------------------------------------------------------------------------------------


def test_only_required_tables_are_enough(hos: Source, hos_adapter: Adapter) -> None:
    for table in KIND.joined:
        hos.run(f"DROP TABLE {table}")
    for table, columns in KIND.optional.items():
        if table in KIND.required:
            for column in columns:
                hos.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    add_visit(hos)
    add_patient(hos)
    add_order(hos, "1", "1")
    add_order(hos, "2", "2")
    add_result(hos, "2")
    report = hos_adapter.probe()
    assert (report.problems, report.hospital_code) == ([], "99001")
    found = read(hos_adapter)
    assert (len(found["drug_dispense"]), len(found["lab_result"]), len(found["patient"])) == (1, 1, 1)
    with hos_adapter.open() as snapshot:
        assert snapshot.source("immunization").count([DAY]) == {DAY: DayCount()}
        assert list(snapshot.source("immunization").touched([DAY])) == []


def test_a_release_with_people_elsewhere_is_refused(hos: Source, hos_adapter: Adapter) -> None:
    hos.run("ALTER TABLE t_patient DROP COLUMN patient_pid")
    with pytest.raises(StopHospital) as caught, hos_adapter.open():
        pass
    assert (caught.value.fault, caught.value.detail) == (
        faults.SOURCE_COLUMN_MISSING,
        "t_patient.patient_pid",
    )


def test_another_hospital_is_refused(hos: Source) -> None:
    with pytest.raises(StopHospital) as caught, make_adapter(hospital(hcode="99002"), hos.url).open():
        pass
    assert caught.value.fault is faults.SOURCE_WRONG_HOSPITAL
