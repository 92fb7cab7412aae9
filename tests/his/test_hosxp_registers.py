"""Whose register a dose is in, under which day it stands, and that the counts say so too (rule R6)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hosxp_source import CID, DAY, HN, VN, Source, hospital
from sqlalchemy import text
from vaccine_source import (
    agreeing,
    in_list,
    in_register,
    in_visit,
    keys,
    person,
    read,
    records,
    vaccines,
)

from phr.errors import Bug, StopHospital
from phr.his import Adapter, make_adapter
from phr.his.doses import NOBODY
from phr.his.reader import Reader

REF = f"c{CID}"
BABY = "1009900000011"
CHILD = "1009900000029"
SECOND_HN = "000000345"
NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=300)


def test_a_register_is_the_union_over_every_record_and_table(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    source.patient()
    source.patient(SECOND_HN)
    person(source, 7, cid=CID, patient_hn=HN)  # linked
    person(source, 8, cid=CID)  # known by the citizen id only
    person(source, 9, patient_hn=SECOND_HN)  # without an id of its own
    source.visit()
    source.visit("690112100000", hn=SECOND_HN)
    in_visit(source, 1, VN)
    in_visit(source, 2, "690112100000", 2)
    in_register(source, "wbc", 3, 7, "2024-04-01")
    in_register(source, "epi", 4, 8, "2025-04-01")
    in_list(source, 5, 9, "2025-05-01")
    in_list(source, 6, 9, "2026-01-13", elsewhere=True)
    # a stranger's doses stay outside
    source.patient("000000999", cid=BABY)
    person(source, 10, cid=BABY, patient_hn="000000999")
    in_register(source, "epi", 11, 10, "2026-01-12")
    with adapter.open() as snapshot:
        refs, rows = agreeing(snapshot.source("immunization"), [NEXT, BEFORE, DAY, DAY])
    assert refs == [f"c{BABY}", REF] if BABY < CID else [REF, f"c{BABY}"]
    assert keys(rows["immunization"])[REF] == [
        "ovst_vaccine:1",
        "ovst_vaccine:2",
        "person_epi_vaccine_list:4",
        "person_vaccine_elsewhere:6",
        "person_vaccine_list:5",
        "person_wbc_vaccine_detail:3",
    ]
    assert records(rows["register_person"]) == {REF: [HN, SECOND_HN], f"c{BABY}": ["000000999"]}
    assert {row.notes for row in rows["register_person"]} == {None}
    # each dose is stored under a record of its person
    hns = {row.row_key: row.hn for row in rows["immunization"]}
    assert hns["person_vaccine_list:5"] == hns["ovst_vaccine:2"] == SECOND_HN
    assert hns["person_epi_vaccine_list:4"] == HN
    assert {(row.source, row.local_id) for row in rows["identity_evidence"] if row.cid == CID} == {
        ("patient", HN),
        ("patient", SECOND_HN),
        ("person", "7"),
        ("person", "8"),
        ("person", "9"),
    }


def test_odd_spellings_of_a_citizen_id_hide_no_dose(sqlite_source: Source) -> None:
    """What an index does not find would be missing from the set, and so deleted nationally (trap 3)."""
    vaccines(sqlite_source)
    for number, written in enumerate((CID, f" {CID[:5]}  {CID[5:]}", "-".join(CID), f"{CID}\u00a0")):
        sqlite_source.patient(f"{number}", cid=written)
        sqlite_source.visit(f"69011208000{number}", hn=f"{number}")
        in_visit(sqlite_source, number, f"69011208000{number}")
        person(sqlite_source, number, cid=written)
        in_list(sqlite_source, number, number, "2026-01-10")
    with make_adapter(hospital(), sqlite_source.url).open() as snapshot:
        refs, rows = agreeing(snapshot.source("immunization"), [DAY])
    assert refs == [REF]
    assert len(rows["immunization"]) == 8
    assert len(rows["patient"]) == 4
    assert len(rows["identity_evidence"]) == 8


def test_a_person_without_hn_is_made_from_the_community_register(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    source.insert("nationality", nationality="99", name="ไทย", nhso_code="099")
    person(
        source,
        71,
        cid=BABY,
        nationality="99",
        marrystatus="1",
        mobile_phone="0800000001",
        birthdate="2567-02-03",
        death="Y",
        death_date="2026-01-20",
    )
    source.insert("person_death", person_id=71, death_date="2026-01-21")
    person(source, 72, cid=BABY)
    person(source, 73, patient_hn="000000777")  # linked to an HN that is not there
    person(source, 74)
    in_register(source, "wbc", 1, 71, "2026-01-12")
    in_register(source, "wbc", 2, 73, "2026-01-12")
    in_register(source, "wbc", 3, 74, "2026-01-12")
    with adapter.open() as snapshot:
        refs, rows = agreeing(snapshot.source("immunization"), [DAY])
    assert refs == [f"c{BABY}", "h000000777", "p74"]
    assert records(rows["register_person"]) == {
        f"c{BABY}": ["~71", "~72"],
        "h000000777": ["~73"],
        "p74": ["~74"],
    }
    assert [row.hn for row in rows["immunization"]] == ["~71", "~73", "~74"]
    patients = {row.hn: row for row in rows["patient"]}
    assert list(patients) == ["~71", "~72", "~73", "~74"]
    assert patients["~71"]._asdict() == {
        **dict.fromkeys(patients["~71"]._fields),
        "hn": "~71",
        "cid": BABY,
        "prefix": "ด.ช.",
        "given": "กิตติศักดิ์",
        "family": "แสงดาวสมมติ",
        "sex": "1",
        "birth_date": "2024-02-03",
        "birth_exact": True,
        "nationality": "099",
        "nationality_name": "ไทย",
        "marital": "1",
        "mobile_phone": "0800000001",
        "deceased": True,
        "death_date": "2026-01-20",
        "notes": "be_year:birth_date conflict:death_date",
    }
    assert {(row.cid, row.local_id) for row in rows["identity_evidence"]} == {(BABY, "71"), (BABY, "72")}


def test_doses_of_people_nobody_registered_are_seen(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    source.visit(hn="000000404")
    source.visit("690112090000", hn=None)
    source.visit("690112090001", hn="")
    for key, vn in enumerate((VN, "690112090000", "690112090001")):
        in_visit(source, key, vn)
    in_list(source, 1, 404, "2026-01-12")
    in_list(source, 2, None, "2026-01-12")
    in_register(source, "epi", 3, None, "2026-01-12")
    in_register(source, "epi", 4, 5, "2026-01-12")
    source.run("DELETE FROM person_epi WHERE person_epi_id = 4")  # a service of no register entry
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        refs, rows = agreeing(registers, [DAY])
        assert refs == [NOBODY, "h000000404", "p404"]
        assert records(rows["register_person"]) == {
            NOBODY: [None],
            "h000000404": ["000000404"],
            "p404": ["~404"],
        }
        assert rows["patient"] == []
        assert keys(rows["immunization"])[NOBODY] == [
            "ovst_vaccine:1",
            "ovst_vaccine:2",
            "person_epi_vaccine_list:3",
            "person_epi_vaccine_list:4",
            "person_vaccine_list:2",
        ]
        assert sorted(registers.resolve(lambda ref: True)) == refs


@pytest.mark.parametrize(
    ("links", "ambiguous"),
    [
        pytest.param([{"cid": CID, "patient_hn": HN}], set(), id="agree"),
        pytest.param([{"cid": BABY}, {"cid": None, "patient_hn": HN}], set(), id="no link, no id"),
        pytest.param([{"cid": BABY, "patient_hn": HN}], {REF, f"c{BABY}"}, id="another id"),
        pytest.param([{"cid": f"{CID[:-1]}", "patient_hn": HN}], {REF, f"c{CID[:-1]}"}, id="a broken id"),
        pytest.param(
            [{"cid": BABY, "patient_hn": SECOND_HN}], {f"c{BABY}", f"h{SECOND_HN}"}, id="an HN without id"
        ),
        pytest.param(
            [{"cid": CID, "patient_hn": HN}, {"cid": BABY, "patient_hn": HN}],
            {REF, f"c{BABY}"},
            id="two people on one HN",
        ),
        pytest.param([{"cid": BABY, "patient_hn": "000000404"}], set(), id="an HN that is not there"),
    ],
)
def test_records_of_two_citizen_ids_that_are_linked_are_marked(
    sqlite_source: Source, links: list[dict[str, Any]], ambiguous: set[str]
) -> None:
    adapter = make_adapter(hospital(), sqlite_source.url)
    vaccines(sqlite_source)
    sqlite_source.patient()
    sqlite_source.patient(SECOND_HN, cid=" ")
    for number, (vn, hn) in enumerate(((VN, HN), ("690112090000", SECOND_HN))):
        sqlite_source.visit(vn, hn=hn)
        in_visit(sqlite_source, number, vn)
    for number, link in enumerate(links):
        person(sqlite_source, number, **link)
        in_list(sqlite_source, number, number, DAY.isoformat())
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        refs, _ = agreeing(registers, [DAY])
        # each alone, too: what contradicts a register need not be asked for
        alone = {
            row.person_ref
            for ref in refs
            for row in registers.documents([ref])["register_person"]
            if row.notes
        }
        together = {row.person_ref: row.notes for row in registers.documents(refs)["register_person"]}
    assert alone == ambiguous
    assert {ref for ref, notes in together.items() if notes == "ambiguous:cid"} == ambiguous


def test_a_register_moves_to_the_day_of_its_newest_dose(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    source.patient()
    person(source, 7, cid=CID)
    days = [BEFORE, DAY, NEXT, date(2026, 1, 14), date(2024, 2, 29)]

    def standing() -> dict[date, list[str]]:
        with adapter.open() as snapshot:
            registers = snapshot.source("immunization")
            agreeing(registers, days)
            return {day: found for day in days if (found := list(registers.touched([day])))}

    in_list(source, 1, 7, "2024-02-29")
    assert standing() == {date(2024, 2, 29): [REF]}
    in_register(source, "school", 2, 7, f"{BEFORE.year + 543}-{BEFORE:%m-%d}")  # typed in the Buddhist era
    assert standing() == {BEFORE: [REF]}
    # of these none moves it: given elsewhere, without a day, in the future
    in_list(source, 3, 7, NEXT.isoformat(), elsewhere=True)
    in_list(source, 4, 7, None)
    in_list(source, 5, 7, source.zero_day)
    in_list(source, 6, 7, "2199-01-01")
    assert standing() == {BEFORE: [REF]}
    source.visit()
    in_visit(source, 7, VN, immunization_datetime=f"{DAY} 00:00:00")
    assert standing() == {DAY: [REF]}
    source.run("UPDATE ovst_vaccine SET immunization_datetime = '2026-01-13 08:00:00'")
    assert standing() == {NEXT: [REF]}
    source.run("DELETE FROM ovst_vaccine")
    assert standing() == {BEFORE: [REF]}
    source.run("DELETE FROM person_vaccine_list")
    source.run("DELETE FROM village_student_vaccine")
    assert standing() == {}
    # the person is still found: its register has become empty
    found = read(adapter, REF)
    assert records(found["register_person"]) == {REF: [HN]}
    assert [row.row_key for row in found["immunization"]] == ["person_vaccine_elsewhere:3"]
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        assert registers.touched_keys([REF]) == registers.count_keys([REF]) == {}
        assert registers.count_key_rows([REF]) == {"immunization": 0}
        assert list(registers.resolve(REF.__eq__)) == [REF]


def test_a_dose_of_today_stands_and_one_of_tomorrow_waits(sqlite_source: Source) -> None:
    """The day is that of Bangkok when the snapshot was taken."""
    from datetime import UTC, datetime

    vaccines(sqlite_source)
    person(sqlite_source, 7, cid=BABY)
    in_list(sqlite_source, 1, 7, NEXT.isoformat())
    for hour, refs in ((16, []), (17, [f"c{BABY}"])):
        now = datetime(2026, 1, 12, hour, 59, tzinfo=UTC)
        with make_adapter(hospital(), sqlite_source.url, now=lambda at=now: at).open() as snapshot:
            assert agreeing(snapshot.source("immunization"), [DAY, NEXT])[0] == refs


def test_a_dose_anywhere_leads_to_the_newest_day_of_its_person(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    person(source, 7, cid=BABY)
    in_register(source, "wbc", 1, 7, BEFORE.isoformat())
    in_register(source, "epi", 2, 7, NEXT.isoformat())
    in_list(source, 3, 7, "2026-01-10", elsewhere=True)
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        assert registers.feed_days("immunizations", [BEFORE]) == [NEXT]
        assert registers.feed_days("immunizations", [NEXT, BEFORE]) == [NEXT]
        assert registers.feed_days("immunizations", [date(2026, 1, 10), DAY]) == []
        assert list(registers.touched([BEFORE])) == []
        with pytest.raises(Bug, match="no feed visits"):
            registers.feed_days("visits", [DAY])


def test_a_site_without_vaccine_tables_has_no_registers(source: Source, adapter: Adapter) -> None:
    from phr.his.system import system

    source.patient()
    source.visit()
    for place in system("hosxp").registers["immunization"]:
        for table in place.needs:
            source.run(f"DROP TABLE {table}")
    for table in ("person", "person_death"):
        source.run(f"DROP TABLE {table}")
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        assert agreeing(registers, [DAY])[0] == []
        found = registers.documents([REF, "p7", "h1", NOBODY])
        assert records(found["register_person"]) == {REF: [HN]}
        assert found["immunization"] == []
        assert list(registers.resolve(lambda ref: True)) == [REF]


def test_a_site_with_doses_and_no_community_register(sqlite_source: Source) -> None:
    vaccines(sqlite_source)
    in_register(sqlite_source, "epi", 1, 7, DAY.isoformat())
    sqlite_source.run("DROP TABLE person")
    with make_adapter(hospital(), sqlite_source.url).open() as snapshot:
        refs, rows = agreeing(snapshot.source("immunization"), [DAY])
    assert refs == ["p7"]
    assert records(rows["register_person"]) == {"p7": ["~7"]}
    assert rows["patient"] == []


def test_a_table_of_doses_or_people_that_is_missing_is_named(source: Source) -> None:
    def lacking() -> list[str]:
        with make_adapter(hospital(), source.url).open() as snapshot:
            return snapshot.source("immunization").not_whole()

    assert lacking() == []
    source.run("DROP TABLE person_anc_service")
    assert lacking() == ["person_anc_service"]
    source.run("DROP TABLE person")
    assert lacking() == ["person", "person_anc_service"]


def test_a_key_that_is_not_there_gives_no_row(source: Source, adapter: Adapter) -> None:
    source.patient()
    assert all(not rows for rows in read(adapter, f"c{BABY}", f"h{HN}", "p1", NOBODY, "h'; --").values())


def test_resolve_finds_everybody_once(source: Source, adapter: Adapter) -> None:
    source.patient()
    source.patient(SECOND_HN)
    source.patient("000000003", cid=None)
    person(source, 7, cid=CID, patient_hn=HN)
    person(source, 8, cid=None, patient_hn="000000003")
    person(source, 9)
    person(source, 10, cid=BABY)
    asked: list[str] = []

    def everybody(ref: str) -> bool:
        asked.append(ref)
        return True

    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        found = []
        for ref in registers.resolve(everybody):
            registers.documents([ref])  # the caller may read in between
            found.append(ref)
        assert sorted(found) == sorted([REF, "h000000003", "p9", f"c{BABY}"])
        assert list(registers.resolve(lambda ref: ref == "p9")) == ["p9"]
        assert list(registers.resolve(lambda ref: False)) == []


def _lose(monkeypatch: pytest.MonkeyPatch, statement: str, how: Callable[[Any], Any]) -> None:
    real = Reader.rows

    def rows(self: Reader, name: str, *args: Any, **kwargs: Any) -> Any:
        found = real(self, name, *args, **kwargs)
        return how(found) if name == statement else found

    monkeypatch.setattr(Reader, "rows", rows)


def test_a_row_lost_on_the_way_is_missed_by_the_count(
    sqlite_source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    vaccines(sqlite_source)
    person(sqlite_source, 7, cid=BABY)
    in_register(sqlite_source, "wbc", 1, 7, DAY.isoformat())
    in_register(sqlite_source, "epi", 2, 7, BEFORE.isoformat())
    _lose(monkeypatch, "dose_epi", lambda rows: (row for row in rows if row[0] != 2))
    with make_adapter(hospital(), sqlite_source.url).open() as snapshot:
        registers = snapshot.source("immunization")
        rows = registers.documents(list(registers.touched([DAY])))["immunization"]
        assert len(rows) == 1
        assert registers.count_rows([DAY]) == {"immunization": 2}


def test_a_register_is_read_whole_or_not_at_all(
    sqlite_source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    vaccines(sqlite_source)
    person(sqlite_source, 7, cid=BABY)
    in_register(sqlite_source, "wbc", 1, 7, DAY.isoformat())
    in_list(sqlite_source, 2, 7, BEFORE.isoformat())
    adapter = make_adapter(hospital(), sqlite_source.url)
    read(adapter, f"c{BABY}")
    sqlite_source.run("DROP TABLE person_vaccine_list")  # after the adapter looked at the tables
    with adapter.open() as snapshot, pytest.raises(StopHospital, match="PHR-208"):
        snapshot.source("immunization").documents([f"c{BABY}"])


def test_a_snapshot_does_not_see_later_doses(source: Source, adapter: Adapter) -> None:
    vaccines(source)
    person(source, 7, cid=BABY)
    in_list(source, 1, 7, DAY.isoformat())
    with adapter.open() as snapshot:
        registers = snapshot.source("immunization")
        in_list(source, 2, 7, NEXT.isoformat())
        source.run("UPDATE person SET cid = NULL")
        refs, rows = agreeing(registers, [DAY, NEXT])
    assert refs == [f"c{BABY}"]
    assert len(rows["immunization"]) == 1


# -- cost --------------------------------------------------------------------------------------------
def many(source: Source, people: int, *, every_day: int = 50) -> list[date]:
    """People with a visit dose, a well-baby dose and a dose in the list each."""
    vaccines(source)
    rows: dict[str, list[dict[str, Any]]] = {}
    for n in range(people):
        hn, cid = f"{n:09d}", f"{1_009_900_000_000 + n}"
        day = (date(2025, 10, 1) + timedelta(days=n // every_day)).isoformat()
        for table, row in (
            ("patient", {"hos_guid": f"p{n}", "hn": hn, "cid": cid, "sex": "1", "birthday": "2024-01-01"}),
            ("person", {"person_id": n, "cid": cid, "patient_hn": hn, "sex": "1", "birthdate": "2024-01-01"}),
            ("ovst", {"hos_guid": f"o{n}", "vn": f"690{n:09d}", "hn": hn, "vstdate": day, "ovstost": "1"}),
            ("ovst_vaccine", {"ovst_vaccine_id": n, "vn": f"690{n:09d}", "person_vaccine_id": 1}),
            ("person_wbc", {"person_wbc_id": n, "person_id": n}),
            (
                "person_wbc_service",
                {"person_wbc_service_id": n, "person_wbc_id": n, "service_date": "2025-01-01"},
            ),
            (
                "person_wbc_vaccine_detail",
                {"person_wbc_vaccine_detail_id": n, "person_wbc_service_id": n, "wbc_vaccine_id": 1},
            ),
            (
                "person_vaccine_list",
                {
                    "person_vaccine_list_id": n,
                    "person_id": n,
                    "person_vaccine_id": 1,
                    "vaccine_date": "2025-02-01",
                },
            ),
        ):
            rows.setdefault(table, []).append(row)
    with source.engine.begin() as connection:
        for table, batch in rows.items():
            names = ", ".join(batch[0])
            binds = ", ".join(f":{name}" for name in batch[0])
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({binds})"), batch)
    return [date(2025, 10, 1) + timedelta(days=n) for n in range(-(-people // every_day))]


@pytest.mark.mariadb
def test_doses_of_people_are_found_through_indexes(mariadb_source: Source) -> None:
    many(mariadb_source, 2000)
    mariadb_source.run("ANALYZE TABLE patient, person, ovst, ovst_vaccine, person_wbc, person_wbc_service")
    mariadb_source.run("ANALYZE TABLE person_wbc_vaccine_detail, person_vaccine_list")
    big = {"x", "o", "s", "r", "p", "pe"}
    asked: list[tuple[str, str, dict[str, object]]] = [
        ("dose_visit", "hns", {"keys": ["000000001", "000000002"]}),
        ("dose_visit", "days", {"days": ["2025-10-01"]}),
        ("dose_wbc", "ids", {"keys": [1, 2]}),
        ("dose_list", "ids", {"keys": [1, 2]}),
        ("record_patient", "cids", {"keys": ["1009900000001"]}),
        ("record_person", "cids", {"keys": ["1009900000001"]}),
        ("record_person", "hns", {"keys": ["000000001"]}),
        ("dose_days", "hns", {"keys": ["000000001", "000000002"]}),
        ("dose_days", "ids", {"keys": [1, 2]}),
        ("dose_days", "person_cids", {"keys": ["1009900000001"]}),
        ("dose_days", "patient_cids", {"keys": ["1009900000001"]}),
    ]
    with make_adapter(hospital(), mariadb_source.url).open() as opened:
        snapshot: Any = opened
        for name, scope, parameters in asked:
            statement = snapshot._reader.statements.get(name, scope)
            lists = [bind for bind in statement._bindparams.values() if bind.expanding]
            plan = snapshot._reader.connection.execute(
                text(f"EXPLAIN {statement.text}").bindparams(*lists), parameters
            ).all()
            scans = [(step.table, step.type) for step in plan if step.table in big and step.type == "ALL"]
            # tables of this test that are empty may well be scanned
            empty = {"r", "s", "x"} if name == "dose_days" else set()
            assert [scan for scan in scans if scan[0] not in empty] == [], (name, scope)


def test_memory_does_not_grow_with_the_number_of_registers(sqlite_source: Source) -> None:
    days = many(sqlite_source, 4000, every_day=20)

    def peak(wanted: list[date]) -> int:
        seen, chunk = 0, []
        tracemalloc.start()
        try:
            with make_adapter(hospital(), sqlite_source.url).open() as snapshot:
                registers = snapshot.source("immunization")
                for ref in registers.touched(wanted):
                    chunk.append(ref)
                    if len(chunk) == 100:
                        seen += len(registers.documents(chunk)["immunization"])
                        chunk = []
                assert sum(count.eligible for count in registers.count(wanted).values()) == 20 * len(wanted)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert seen == 3 * 20 * len(wanted)

    peak(days[:40])  # imports and caches
    month = peak(days[:40])
    assert peak(days) < 1.7 * month  # five times the people; garbage comes and goes
