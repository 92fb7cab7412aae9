"""JHCIS: every column, the pairs that name rows, two health centres in one database, its account."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from jhcis_source import CID, DAY, HCODE, Jhcis, centre, jhcis_on_mariadb
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from phr import faults
from phr.errors import StopHospital
from phr.his import Adapter, make_adapter
from phr.his.base import DayCount
from phr.his.grants import PASSWORD_MARK, read_only_account
from phr.his.system import system
from phr.settings import Hospital
from phr_sandbox.conformance.databases import DATABASES
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.kit import check, days_of
from phr_sandbox.conformance.loaders import jhcis as loader

CATALOGUE = system("jhcis")


def documents(adapter: Adapter, *refs: str, kind: str = "encounter") -> dict[str, list[dict[str, Any]]]:
    with adapter.open() as snapshot:
        found = snapshot.source(kind).documents(list(refs) or ["700"])
    return {table: [row._asdict() for row in rows] for table, rows in found.items()}


def shown(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_every_table_of_a_visit(jhcis: Jhcis, jhcis_adapter: Adapter) -> None:
    jhcis.insert("ctitle", titlecode="003", titlename="นาง")
    jhcis.insert("cprovince", provcode="99", provname="สมมติบุรี")
    jhcis.insert("cdistrict", provcode="99", distcode="01", distname="เมืองสมมติ")
    jhcis.insert("csubdistrict", provcode="99", distcode="01", subdistcode="02", subdistname="ท่าจำลอง")
    jhcis.person(
        prename="003", provcodemoi="99", distcodemoi="01", subdistcodemoi="02", mumoi="4", marystatus="2"
    )
    jhcis.insert("user", username="nid", prename="พว.", fname="นิด", lname="สมมติ", noofoccupation="9900000004")
    jhcis.insert("cright", rightcode="01", rightname="บัตรทอง", mapright="0100")
    jhcis.visited(
        timeend="09:10:00",
        pressure="128/79",
        pulse=80,
        weight=61.5,
        symptoms=" ไอ 2 วัน ",
        diagnote="หวัด",
        rightcode="01",
        username="nid",
        receivefromhos="10676",
        refertohos=HCODE,
    )
    jhcis.child("visitdiag", diagcode="J06.9", dxtype="01", clinic="00100", doctordiag="nid")
    jhcis.child("visitdiag", diagcode="I10", dxtype="04", clinic="00200")
    jhcis.insert("cdisease", diseasecode="J06.9", diseasename="Acute URI", diseasenamethai="หวัด")
    jhcis.child("visitdiagappoint", appodate="2026-02-12", appotype="4", comment="งดน้ำงดอาหาร")
    jhcis.child("visitepiappoint", vaccinecode="DHB1", dateappoint="2026-03-12")
    jhcis.child("visitepiappoint", vaccinecode="OPV1", dateappoint="2026-03-12")
    jhcis.child("visitepiappoint", vaccinecode="OPV2", dateappoint="0000-00-00")
    lab = {"seqonday": 1, "datecheck": DAY.isoformat(), "dateresult": "2026-01-13"}
    jhcis.child("visitlabchcyhembmsse", labcode="CH99", labresultdigit=6.5, **lab)
    jhcis.child("visitlabchcyhembmsse", labcode="CH07", labresultdigit=200, labresulttext="สูง", **lab)
    jhcis.child("visitlabchcyhembmsse", labcode="UA01", labresultdigit=0, labresulttext="Negative", **lab)
    jhcis.child("visitlabchcyhembmsse", labcode="UA02", labresulttext="  ", **lab)
    jhcis.insert("clabchcyhembmsse", labcode="CH99", labname="HbA1c", unit="%", map43="0531601")
    jhcis.child("visitlabsugarblood", sugarnumdigit=126)
    jhcis.insert(
        "cdrug", drugcode="PARA500", drugname="PARACETAMOL", drugtype="01", unitsell="1", tmtcode="123456"
    )
    jhcis.insert("cdrug", drugcode="DRESS", drugname="ทำแผล", drugtype="02")
    jhcis.insert("cdrugunitsell", unitsellcode="1", unitsellname="เม็ด")
    jhcis.child("visitdrug", drugcode="PARA500", unit=10, dose="1 เม็ด เวลาปวด", realprice=0.5)
    jhcis.child("visitdrug", drugcode="DRESS", unit=1)
    found = documents(jhcis_adapter)
    (visit,), (patient,) = found["visit"], found["patient"]
    assert shown(visit, "visit_ref", "hn", "service_day", "start_time", "end_time") == (
        *("700", "12", "2026-01-12", "08:30:15", "09:10:00"),
    )
    assert shown(visit, "clinic_code", "arrival_type", "outcome_type") == ("00100", "3", None)
    assert shown(visit, "doctor_name", "doctor_license") == ("พว.นิด สมมติ", "9900000004")
    assert shown(visit, "chief_complaint", "diagnosis_text", "notes") == ("ไอ 2 วัน", "หวัด", None)
    assert shown(patient, "hn", "cid", "prefix", "moo") == ("12", CID, "นาง", "4")
    assert shown(patient, "address_code", "subdistrict", "district", "province") == (
        *("990102", "ท่าจำลอง", "เมืองสมมติ", "สมมติบุรี"),
    )
    (vital,) = found["vital_sign"]
    assert shown(vital, "bp_systolic", "bp_diastolic", "pulse", "weight_kg", "notes") == (
        128,
        79,
        80,
        61.5,
        None,
    )
    assert [shown(row, "code", "diagnosis_type", "name", "recorded_date") for row in found["diagnosis"]] == [
        ("I10", "4", None, "2026-01-12"),
        ("J069", "1", "Acute URI", "2026-01-12"),
    ]
    assert [shown(row, "instype", "plan_name", "sequence") for row in found["coverage"]] == [
        ("0100", "บัตรทอง", 1)
    ]
    assert {shown(row, "start_date", "cause", "note") for row in found["appointment"]} == {
        ("2026-03-12", "รับวัคซีน", None),
        ("2026-02-12", "เจาะเลือด", "งดน้ำงดอาหาร"),
    }
    assert len(found["appointment"]) == 2
    assert {row["local_code"]: row["value"] for row in found["lab_result"]} == {
        "CH99": "6.5",
        "CH07": "200",
        "UA01": "Negative",
        "DTX": "126",
    }
    (hba1c,) = (row for row in found["lab_result"] if row["local_code"] == "CH99")
    assert shown(hba1c, "name", "unit", "labtest", "report_date") == ("HbA1c", "%", "0531601", "2026-01-13")
    (drug,) = found["drug_dispense"]
    assert shown(drug, "name", "tmt_code", "quantity", "unit", "unit_price", "instruction_th") == (
        *("PARACETAMOL", "123456", 10, "เม็ด", 0.5, "1 เม็ด เวลาปวด"),
    )
    with jhcis_adapter.open() as snapshot:
        source = snapshot.source("encounter")
        assert source.count_rows([DAY]) == {t: len(found[t]) for t in source.count_rows([DAY])}
        assert source.feed_days("labs", [date(2026, 1, 13)]) == [DAY]
        assert source.feed_days("drugs", [DAY]) == [DAY]
        assert snapshot.discharges([DAY]) is None


def test_only_finished_visits_are_documents(jhcis: Jhcis, jhcis_adapter: Adapter) -> None:
    for visitno, flag in enumerate(("03", "01", None, "04", "99"), 1):
        jhcis.visited(visitno, flagservice=flag)
    with jhcis_adapter.open() as snapshot:
        source = snapshot.source("encounter")
        assert source.count([DAY]) == {DAY: DayCount(eligible=1, unfinished=4)}
        assert list(source.touched([DAY])) == ["1"]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("mysql", marks=pytest.mark.mariadb)])
def test_two_health_centres_in_one_database_read_nothing_of_each_other(kind: str) -> None:
    models = [invent(hcode=hcode, patients=40, seed=seed) for hcode, seed in (("99001", 1), ("99002", 2))]
    assert {v.visit.visit_ref for v in models[0].visits} & {v.visit.visit_ref for v in models[1].visits}
    with DATABASES[kind]() as url:
        engine = create_engine(url)
        loader.create(engine)
        loader.load_all(engine, models)
        engine.dispose()
        for model in models:
            hospital = Hospital(hcode=model.hcode, name_th="รพ.สต.สมมติ", his="jhcis")
            adapter = make_adapter(hospital, url)
            assert check(adapter, model, loader).differences == []
            with adapter.open() as snapshot:
                assert len(list(snapshot.source("immunization").resolve(lambda _key: True))) == len(
                    {patient.cid or patient.hn for patient in model.patients}
                )
                assert sum(
                    c.total for c in snapshot.source("encounter").count(days_of(model)).values()
                ) == sum(visit.state in loader.STATES for visit in model.visits)
        stranger = make_adapter(Hospital(hcode="99003", name_th="รพ.สต.อื่น", his="jhcis"), url)
        with pytest.raises(StopHospital) as caught, stranger.open():
            pass
        assert caught.value.fault is faults.SOURCE_WRONG_HOSPITAL


def test_somebody_registered_under_another_health_centre_is_not_read(
    jhcis: Jhcis, jhcis_adapter: Adapter
) -> None:
    jhcis.person(12, pcucodeperson="99002", idcard="1101700230716")
    jhcis.person(12)
    jhcis.visited(700, pcucodeperson="99002")
    jhcis.visited(701, pcucodeperson="")
    jhcis.dose(700, pcucodeperson="99002")
    found = documents(jhcis_adapter, "700", "701")
    assert [row["hn"] for row in found["visit"]] == ["PCU99002-12", "12"]
    assert [shown(row, "hn", "cid") for row in found["patient"]] == [("12", CID)]
    with jhcis_adapter.open() as snapshot:
        source = snapshot.source("immunization")
        assert list(source.touched([DAY])) == ["hPCU99002-12"]
        assert source.count([DAY])[DAY].eligible == 1
        rows = source.documents(["hPCU99002-12"])
    assert (len(rows["immunization"]), rows["patient"]) == (1, [])


def test_doses_of_every_kind(jhcis: Jhcis, jhcis_adapter: Adapter) -> None:
    jhcis.person()
    jhcis.insert("user", username="nid", fname="นิด", lname="สมมติ", licenseno="990")
    jhcis.visited(700, username="nid")
    jhcis.dose(700, lotno="SMT001", datevacineexpire="2027-01-01", hosservice=HCODE)
    jhcis.dose(700, vaccinecode="OPV1", pid=None, dateepi="0000-00-00")
    jhcis.dose(650, vaccinecode="MMR", dateepi="2568-06-01", hosservice="10676")
    jhcis.dose(651, vaccinecode="DTP", dateepi="2026-01-01")  # its visit is gone
    jhcis.dose(652, vaccinecode="DTP", pid=None)  # and nobody is named
    rows = {
        row["row_key"]: row
        for row in documents(jhcis_adapter, f"c{CID}", kind="immunization")["immunization"]
    }
    names = ("given_date", "elsewhere", "place", "visit_ref", "vaccine_code", "performer_name", "lot_number")
    assert {key: shown(row, *names) for key, row in rows.items()} == {
        "visitepi:700:BCG": ("2026-01-12", False, None, "700", "010", "นิด สมมติ", "SMT001"),
        "visitepi:700:OPV1": ("2026-01-12", False, None, "700", None, "นิด สมมติ", None),
        "visitepi:650:MMR": ("2025-06-01", True, "10676", None, None, None, None),
        "visitepi:651:DTP": ("2026-01-01", False, None, None, None, None, None),
    }
    with jhcis_adapter.open() as snapshot:
        source = snapshot.source("immunization")
        assert list(source.touched([DAY])) == [f"c{CID}", "h"]
        assert source.count([DAY])[DAY].eligible == 2
        assert source.count_rows([DAY]) == {"immunization": 5}
        assert source.touched_keys([f"c{CID}", "h"]) == {f"c{CID}": DAY, "h": DAY}


def test_only_required_columns_are_enough(jhcis: Jhcis, jhcis_adapter: Adapter) -> None:
    """An old JHCIS without anything optional: proves that no SELECT uses an undeclared column."""
    for table in CATALOGUE.joined:
        jhcis.run(f"DROP TABLE {table}")
    for table, columns in CATALOGUE.optional.items():
        if table in CATALOGUE.required:
            for index in inspect(jhcis.engine).get_indexes(table):
                if columns & {str(name) for name in index["column_names"]}:
                    on_table = f" ON {table}" if jhcis.engine.dialect.name == "mysql" else ""
                    jhcis.run(f"DROP INDEX {index['name']}{on_table}")
            for column in columns:
                jhcis.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    jhcis.person()
    jhcis.visited(rightcode="01")
    jhcis.child("visitdiag", diagcode="J00", dxtype="01")
    jhcis.child("visitdrug", drugcode="A", unit=1)
    jhcis.insert("cdrug", drugcode="A", drugname="A", drugtype="10")
    jhcis.child("visitlabchcyhembmsse", labcode="CH04", seqonday=1, labresultdigit=9)
    found = documents(jhcis_adapter)
    assert {table: len(rows) for table, rows in found.items()} == dict.fromkeys(found, 1) | {
        "appointment": 0,
        "screening": 0,
    }
    assert jhcis_adapter.probe().problems == []
    assert {"visitepi", "user.licenseno", "csubdistrict"} <= set(jhcis_adapter.probe().missing_optional)


@pytest.mark.mariadb
def test_the_account_reads_what_is_needed_and_no_password_of_the_staff(mariadb_url: str) -> None:
    source = jhcis_on_mariadb(mariadb_url)
    source.insert("office", offid=HCODE)
    source.run("ALTER TABLE user ADD COLUMN password VARCHAR(50)")
    source.insert("user", username="nid", fname="นิด", lname="สมมติ")
    source.person()
    source.visited(username="nid")
    url = make_url(mariadb_url)
    login = f"phr_t_{uuid.uuid4().hex[:10]}"
    lines = read_only_account("jhcis", "mysql", database=str(url.database), login=login)
    assert not [line for line in lines if "`user` TO" in line and "SELECT ON" in line]
    try:
        for line in lines:
            if line and not line.startswith("--"):
                source.run(line.replace(PASSWORD_MARK, "'its-own'"))
        reader = url.set(username=login, password="its-own").render_as_string(hide_password=False)
        adapter = make_adapter(centre(), reader)
        report = adapter.probe()
        assert (report.problems, report.writable, report.missing_optional) == (
            *([], False),
            ("visitdiagappoint.appotime",),
        )
        assert set(report.non_transactional) == set(CATALOGUE.tables)  # MyISAM: no snapshot holds for them
        assert documents(adapter)["visit"][0]["doctor_name"] == "นิด สมมติ"
        with create_engine(reader).connect() as connection:
            for refused in ("SELECT password FROM user", "SELECT * FROM user", "DELETE FROM visit"):
                with pytest.raises(DBAPIError, match=r"\((1142|1143),"):
                    connection.execute(text(refused))
    finally:
        source.run(f"DROP USER IF EXISTS '{login}'@'%'")


@pytest.mark.mariadb
@pytest.mark.parametrize(("name", "first"), [("visit", "v"), ("drug_dispense", "v"), ("patient", "p")])
def test_documents_are_found_through_indexes(mariadb_url: str, name: str, first: str) -> None:
    source = jhcis_on_mariadb(mariadb_url)
    source.insert("office", offid=HCODE)
    source.run(
        "INSERT INTO visit (pcucode, visitno, visitdate, pcucodeperson, pid, flagservice) SELECT '99001',"
        " seq, '2025-01-01' + INTERVAL (seq DIV 30) DAY, '99001', seq DIV 4, '03' FROM seq_1_to_9000"
    )
    source.run("INSERT INTO person (pcucodeperson, pid, idcard) SELECT '99001', seq, seq FROM seq_1_to_3000")
    source.run(
        "INSERT INTO visitdrug (pcucode, visitno, drugcode) SELECT '99001', seq, 'A' FROM seq_1_to_9000"
    )
    source.run("INSERT INTO cdrug (drugcode, drugtype) VALUES ('A', '01')")
    source.run("ANALYZE TABLE visit, person, visitdrug")
    with make_adapter(centre(), source.url).open() as snapshot:
        reader = snapshot._reader  # type: ignore[attr-defined]
        statement = reader.statements.get(name, "visitnos")
        keys = {"keys": [str(number) for number in range(500, 520)]}
        plan = reader.connection.execute(
            text(f"EXPLAIN {statement.text}").bindparams(
                *(p for p in statement._bindparams.values() if p.key in ("keys", "hcode"))
            ),
            keys,
        ).all()
    (step,) = (row._mapping for row in plan if row._mapping["table"] == first)
    assert (step["type"], step["key"]) == ("range", "PRIMARY")
    assert int(step["rows"]) < 200
