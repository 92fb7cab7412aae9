"""A hospital that hands in 43-file exports, end to end: days that are not in the folder are never missed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from province_kit import ProvinceKit, RunResult, assert_balanced, unit_of
from sqlalchemy import update

from phr.ledger import approvals
from phr.ledger import tables as t
from phr.pipeline import steps
from phr.pipeline.context import RunOptions
from phr.pipeline.days import BANGKOK
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.loaders import files43
from phr_sandbox.conformance.model import Model, ModelVisit

HCODE = "99002"
TODAY = datetime.now(BANGKOK).date()
DAYS = [TODAY - timedelta(days=n) for n in (4, 3, 2, 1)]
OLD, NEW = DAYS[:2], DAYS[2:]


def model() -> Model:
    found = invent(hcode=HCODE, patients=60, days=4, last_day=DAYS[-1])
    found.visits = [visit for visit in found.visits if visit.state != "anonymous"]
    return found


class Office:
    """The hospital's folder and what was put into it."""

    def __init__(self, kit: ProvinceKit) -> None:
        self.kit, self.model = kit, model()
        self.folder = kit.home / "export"
        kit.configure(
            hospitals={
                HCODE: {
                    "his": "files43",
                    "categories": {"visits": str(TODAY - timedelta(days=30)), "immunizations": "2000-01-01"},
                    "screening_codes": {},
                }
            }
        )
        path = kit.home / "connections.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw[f"his_{HCODE}"] = {"conn_type": "files43", "schema": str(self.folder)}
        path.write_text(json.dumps(raw), encoding="utf-8")

    def put(self, visits: list[ModelVisit], updated: str = "20260101080000") -> None:
        """The folder now holds these visits and nothing else."""
        shutil.rmtree(self.folder, ignore_errors=True)
        files43.write(f"files43://{self.folder}", replace(self.model, visits=visits), updated=updated)

    def on(self, days: list[date]) -> list[ModelVisit]:
        return [visit for visit in self.model.visits if visit.day in days]

    def run(self, **values: Any) -> RunResult:
        values = {"hospitals": [HCODE], "day_from": DAYS[0], "day_to": DAYS[-1], **values}
        return self.kit.run(**values)

    def absent(self) -> set[str]:
        return {
            row["reference"]
            for row in self.kit.documents().values()
            if row["absent_since"] is not None and row["hospital"] == HCODE
        }

    def reconcile(self) -> dict[str, Any]:
        self.kit.runs += 1
        options = RunOptions(
            category="visits", run_id=f"rec-{self.kit.runs}", hospitals=[HCODE], purpose="reconcile"
        )
        steps.plan_units(options)
        return steps.reconcile_unit(options, unit_of(HCODE))

    def a_day_passes(self) -> None:
        """What was missed so far was missed more than a day ago."""
        with self.kit.ledger.write(HCODE) as connection:
            connection.execute(
                update(t.document)
                .where(t.document.c.absent_since.is_not(None))
                .values(absent_since=datetime.now(UTC) - timedelta(hours=30))
            )


@pytest.fixture
def office(province: ProvinceKit) -> Office:
    """All four days were exported and have arrived."""
    global TODAY, DAYS, OLD, NEW
    TODAY = datetime.now(BANGKOK).date()
    DAYS = [TODAY - timedelta(days=n) for n in (4, 3, 2, 1)]
    OLD, NEW = DAYS[:2], DAYS[2:]
    office = Office(province)
    office.put(office.on(DAYS))
    result = office.run()
    assert (result.error, result.step_errors) == (None, [])
    assert result.counts["sent"] > 40
    assert_balanced(province, result.options.run_id)
    return office


def delivered_on(office: Office, days: list[date]) -> set[str]:
    return {
        row["reference"]
        for row in office.kit.documents().values()
        if row["service_day"] in days and row["delivered_version"] is not None
    }


def test_an_export_of_some_days_says_nothing_about_the_others(office: Office) -> None:
    kit, before = office.kit, office.kit.national()
    old, new = delivered_on(office, OLD), delivered_on(office, NEW)
    assert min(len(old), len(new)) > 10
    gone = min(ref for ref in delivered_on(office, NEW[:1]))
    kept = [v for v in office.on(NEW) if v.visit.visit_ref != gone]
    changed = next(v for v in kept if v.visit.visit_ref in new and v.diagnoses)
    changed.diagnoses[0] = changed.diagnoses[0]._replace(code="J00")
    office.put(kept)

    # the days of the export: what changed goes again, what is missing is missed
    result = office.run(day_from=NEW[0], day_to=NEW[-1])
    assert result.error is None
    assert result.counts["sent"] == 1
    assert office.absent() == {gone}
    assert_balanced(kit, result.options.run_id)

    # a window over days that are not there is refused like any other gap
    refused = office.run()
    assert {error.fault.code for error in refused.step_errors} == {"PHR-206"}
    assert office.absent() == {gone}

    # even when the hospital has announced that it was closed, and in every other kind of run
    kit.configure(hospitals={HCODE: {"closed_days": [str(day) for day in OLD]}})
    for purpose in ("feed", "sweep", "redrive"):
        result = office.run(purpose=purpose, days=DAYS)
        assert (result.error, result.step_errors) == (None, []), purpose
        assert office.absent() == {gone}
        assert_balanced(kit, result.options.run_id)
    assert set(kit.national()) == set(before)

    # reconcile: the second look is by key, and for what lies outside it is none at all
    with kit.ledger.write(HCODE) as connection:
        doubtful = min(old)
        connection.execute(
            update(t.document)
            .where(t.document.c.reference == doubtful)
            .values(absent_since=datetime.now(UTC))
        )
    office.a_day_passes()
    kit.configure(hospitals={HCODE: {"retraction": "auto_under_brake", "closed_days": []}})
    office.reconcile()
    office.a_day_passes()  # the fingerprint of the first look may have been another
    counts = office.reconcile()
    assert counts["looked_again"] <= 1
    looks = {row["reference"]: row["second_look"] for row in kit.documents().values()}
    assert looks[doubtful] is None
    assert looks[gone] == "gone"
    assert set(before) - set(kit.national()) <= {f"{HCODE}:{gone}"}
    # nor does it tell the national side that nobody came on those days
    told = {row["period_start"] for row in kit.double.admin.summaries(HCODE)}
    assert told == {str(day) for day in NEW}


def test_an_older_copy_of_the_folder_takes_nothing_away(office: Office) -> None:
    before = office.kit.national()
    office.put(office.on(OLD))
    assert office.run(day_from=OLD[0], day_to=OLD[-1]).counts["unchanged"] > 10
    assert "replica_behind" in office.reconcile()
    assert office.absent() == set()
    assert office.kit.national() == before


def test_registers_go_only_when_epi_is_said_to_be_whole(office: Office) -> None:
    kit = office.kit
    options = RunOptions(
        category="immunizations",
        run_id="imm-1",
        hospitals=[HCODE],
        day_from=TODAY - timedelta(days=900),
        day_to=TODAY,
    )
    refused = kit.run(options)
    assert {error.fault.code for error in refused.step_errors} == {"PHR-227"}
    assert kit.double.admin.registers(HCODE, "Immunization") == []
    kit.configure(hospitals={HCODE: {"epi_export_full": True}})
    result = kit.run(replace(options, run_id="imm-2"))
    assert (result.error, result.step_errors) == (None, [])
    assert result.counts["sent"] > 0
    assert_balanced(kit, "imm-2")
    sent = kit.double.admin.registers(HCODE, "Immunization")
    # a dose that is lost from the export shrinks no register by itself
    office.model.doses = office.model.doses[:-3]
    office.put(office.on(DAYS))
    result = kit.run(replace(options, run_id="imm-3"))
    assert result.error is None
    assert kit.double.admin.registers(HCODE, "Immunization") == sent


@pytest.mark.parametrize("export", ["one person less", "no dose at all", "no EPI.TXT"])
def test_no_export_empties_a_register(office: Office, export: str) -> None:
    kit = office.kit
    kit.configure(
        endpoint={"allow_empty_register": True},
        hospitals={HCODE: {"epi_export_full": True, "brake": {"removals": 1000, "share": 1.0}}},
    )
    options = RunOptions(
        category="immunizations",
        run_id="imm-1",
        hospitals=[HCODE],
        day_from=TODAY - timedelta(days=900),
        day_to=TODAY,
    )
    assert kit.run(options).counts["sent"] > 1
    sent = kit.double.admin.registers(HCODE, "Immunization")
    one = max(office.model.doses, key=lambda d: d.given_date or "").hn
    office.model.doses = [d for d in office.model.doses if export == "one person less" and d.hn != one]
    office.put(office.on(DAYS))
    if export == "no EPI.TXT":
        (office.folder / "EPI.TXT").unlink()
    kit.run(replace(options, run_id="imm-2"))
    calls = len(kit.double.admin.requests(path="ImmunizationRegisterv1"))
    for _ in range(3):  # the first look may have had another fingerprint
        office.a_day_passes()
        office.reconcile()
    assert len(kit.double.admin.requests(path="ImmunizationRegisterv1")) == calls
    assert kit.double.admin.registers(HCODE, "Immunization") == sent
    assert [row for row in approvals.questions(kit.ledger) if row["kind"] == "immunization"] == []
    rows = [row for row in kit.documents().values() if row["kind"] == "immunization" and row["absent_since"]]
    assert [row["second_look"] for row in rows if row["second_look"]] == []
    if export == "one person less":
        assert len(rows) == 1
        told = kit.hospital_rows(f"rec-{kit.runs}")[HCODE]["error_text"]
        assert "files43" in told


def test_a_broken_line_holds_the_visit_and_what_was_delivered_stays(office: Office) -> None:
    kit, before = office.kit, office.kit.national()
    ref = min(delivered_on(office, NEW[:1]))
    path = office.folder / "DIAGNOSIS_OPD.TXT"
    pid = next(
        line.split("|")[1]
        for line in (office.folder / "SERVICE.TXT").read_text(encoding="utf-8").splitlines()
        if f"|{ref}|" in line
    )
    path.write_bytes(path.read_bytes() + f"{HCODE}|{pid}|{ref}|{NEW[0]:%Y%m%d}|4|I1".encode())
    result = office.run()
    assert (result.error, result.counts["quarantined"] >= 1) == (None, True)
    row = kit.documents()[f"{HCODE}:{ref}"]
    assert (row["desired_state"], row["desired_reason"]) == ("quarantined", "EXPORT_LINE_BROKEN")
    assert (row["absent_since"], kit.national()) == (None, before)
    assert_balanced(kit, result.options.run_id)
