"""Registers of the demo province: realistic histories, and the product agrees with what was written down."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from phr.canonical import Immunization, Patient
from phr.errors import QuarantineRecord
from phr.his import make_adapter
from phr.mapping import RegisterBundle, best_record, build_immunization_register
from phr.quality import RULES, Checker
from phr.settings import EndpointSettings, load_province
from phr_sandbox.province.build import build_hospital, build_province
from phr_sandbox.province.doses import COMMUNITY_KINDS, DOSE_KINDS
from phr_sandbox.province.oracle import HospitalOracle
from phr_sandbox.province.profiles import PROFILES

CONFIG = Path(__file__).parents[2] / "include/config"
DAYS = [date(2025, 10, 1) + timedelta(days=n) for n in range(3)]
HCODE = "99002"
TODAY = DAYS[-1]


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def source_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'his.sqlite'}"
    return str(request.getfixturevalue("mariadb_url"))


class Registers:
    """What adapter, checks and mapping make of every register of a hospital."""

    def __init__(self, source: Any, hospital: Any, days: list[date]) -> None:
        self.refs = list(source.touched(days))
        self.rows = source.documents(self.refs)
        self.bad: dict[str, set[str]] = defaultdict(set)
        self.records: dict[str, list[str]] = defaultdict(list)
        self.newest = {row.person_ref: row.newest_day for row in self.rows["register_person"]}
        of_record: dict[str, str] = {}
        for row in self.rows["register_person"]:
            self.records[row.person_ref].append(row.hn or "")
            of_record[row.hn or ""] = row.person_ref
        put_aside = set()
        checker = Checker(today=TODAY, facility_codes=frozenset(PROFILES))
        for bad in checker.check({hospital.hcode: self.rows}):
            if RULES[bad.rule].scope == "row":
                put_aside.add(bad.row_key)
            else:
                self.bad[bad.ref or of_record[bad.hn or ""]].add(bad.rule)
        patients: dict[str, Patient] = {row.hn: row for row in self.rows["patient"]}
        doses: dict[str, list[Immunization]] = defaultdict(list)
        for row in self.rows["immunization"]:
            if row.row_key not in put_aside:
                doses[row.person_ref].append(row)
        self.documents = {}
        for ref in self.refs:
            if self.bad[ref]:
                continue
            best = best_record([patients[hn] for hn in self.records[ref]])
            try:
                self.documents[ref] = build_immunization_register(
                    RegisterBundle(best, doses[ref]), hospital, EndpointSettings()
                )
            except QuarantineRecord as error:
                self.bad[ref].add(error.fault.code)


def _found(source_url: str, days: list[date]) -> tuple[HospitalOracle, Registers, Any]:
    engine = create_engine(source_url)
    oracle = build_hospital(engine, PROFILES[HCODE], seed=9, first_day=DAYS[0], last_day=DAYS[-1])
    engine.dispose()
    hospital = load_province(CONFIG / "hospitals.yaml").hospital(HCODE)
    now = None if source_url.startswith("mysql") else lambda: datetime(2025, 10, 3, 12, tzinfo=UTC)
    with make_adapter(hospital, source_url, now=now).open() as snapshot:
        source = snapshot.source("immunization")
        found = Registers(source, hospital, days)
        counts = {day: count.eligible for day, count in source.count(days).items() if count.eligible}
        rows = source.count_rows(days)
    assert sum(counts.values()) == len(found.refs)
    assert rows == {"immunization": len(found.rows["immunization"])}
    return oracle, found, counts


def test_every_register_comes_out_as_the_generator_meant_it(source_url: str) -> None:
    every_day = [date(2007, 1, 1) + timedelta(days=n) for n in range((TODAY - date(2007, 1, 1)).days + 1)]
    oracle, found, counts = _found(source_url, every_day)
    key_of = {found.records[ref][0]: ref for ref in found.refs}
    assert set(key_of) == set(oracle.registers)
    wrong = []
    for first, expected in oracle.registers.items():
        ref = key_of[first]
        assert tuple(found.records[ref]) == expected.records
        assert found.newest[ref] == expected.newest_day, expected.tags
        document = found.documents.get(ref)
        outcome = "send" if document else "quarantine"
        doses = {tuple(dose.identity.split("|")) for dose in document.doses} if document else set()
        if outcome != expected.outcome or (document and doses != expected.doses):
            wrong.append((expected.outcome, outcome, expected.tags, sorted(found.bad[ref])))
    assert wrong == []
    by_day: dict[date, int] = defaultdict(int)
    for expected in oracle.registers.values():
        by_day[date.fromisoformat(expected.newest_day)] += 1
    assert counts == by_day
    # every reason the province holds is met: identity, links, doses, and nothing left to send
    reasons = set().union(*found.bad.values())
    assert {
        "patient.cid_blank",
        "patient.cid_placeholder",
        "patient.identity_birth_date",
        "patient.birth_missing",
        "register_person.ambiguous_cid",
        "immunization.after_death",
        "PHR-332",
    } <= reasons
    two = [e for e in oracle.registers.values() if len(e.records) == 2 and e.outcome == "send"]
    alone = [e for e in oracle.registers.values() if e.records[0].startswith("~") and e.outcome == "send"]
    assert two
    assert alone


def test_a_day_finds_the_people_vaccinated_on_it(source_url: str) -> None:
    oracle, found, counts = _found(source_url, DAYS)
    expected = {e.records[0] for e in oracle.registers.values() if e.newest_day >= DAYS[0].isoformat()}
    assert {found.records[ref][0] for ref in found.refs} == expected
    assert set(counts) == set(DAYS)


# -- realistic ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, HospitalOracle]]:
    replicas = tmp_path_factory.mktemp("replicas")
    return replicas, build_province(replicas, seed=7, first_day=DAYS[0], last_day=DAYS[-1])


def _one(replicas: Path, hcode: str, sql: str) -> Any:
    with sqlite3.connect(replicas / f"{hcode}.sqlite") as connection:
        return connection.execute(sql).fetchone()[0]


def test_every_kind_of_dose_and_person_is_there(province: tuple[Path, dict[str, HospitalOracle]]) -> None:
    for hcode in ("99001", "99002"):
        kinds = {*DOSE_KINDS, *COMMUNITY_KINDS, "community"} - {""}
        assert set(province[1][hcode].dose_tags) == kinds


def test_doses_are_in_all_seven_places_and_years_old(
    province: tuple[Path, dict[str, HospitalOracle]],
) -> None:
    replicas, oracles = province
    for hcode, oracle in oracles.items():
        for table in (
            "ovst_vaccine",
            "person_wbc_vaccine_detail",
            "person_epi_vaccine_list",
            "village_student_vaccine_list",
            "person_anc_service_detail",
            "person_vaccine_list",
            "person_vaccine_elsewhere",
        ):
            assert oracle.row_counts[table] > 0, (hcode, table)
        assert _one(replicas, hcode, "SELECT MIN(service_date) FROM person_wbc_service") < "2016"
        # babies are vaccinated in their first year, children before school
        late = _one(
            replicas,
            hcode,
            "SELECT AVG(julianday(s.service_date) - julianday(p.birthdate) > 366) FROM person_wbc_service s"
            " JOIN person_wbc w USING (person_wbc_id) JOIN person p USING (person_id)"
            " WHERE s.service_date < '2026' AND p.birthdate > '0001'",
        )
        assert late < 0.02  # birth dates that are wrong in the community register
        per_person = _one(
            replicas,
            hcode,
            "SELECT AVG(n) FROM (SELECT COUNT(*) n FROM person_wbc_vaccine_detail"
            " JOIN person_wbc_service USING (person_wbc_service_id)"
            " JOIN person_wbc USING (person_wbc_id) GROUP BY person_id)",
        )
        assert 6 < per_person < 14


def test_registers_are_mostly_sound_and_told_only_on_request(
    province: tuple[Path, dict[str, HospitalOracle]], tmp_path: Path
) -> None:
    for oracle in province[1].values():
        sent = [e for e in oracle.registers.values() if e.outcome == "send"]
        assert 0.9 < len(sent) / len(oracle.registers) < 1
        assert all(e.doses for e in sent)
    lean = build_province(
        tmp_path, seed=7, first_day=DAYS[0], last_day=DAYS[-1], hospitals=["99003"], keep_details=False
    )["99003"]
    assert not lean.registers
    assert lean.dose_tags == province[1]["99003"].dose_tags
    assert lean.row_counts == province[1]["99003"].row_counts
