"""Allergies and chronic diseases of a 43-file folder, end to end: whole registers, or none (rule R6)."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from province_kit import ProvinceKit, RunResult, assert_balanced

from phr.ledger import approvals
from phr.pipeline.context import RunOptions
from phr.pipeline.days import BANGKOK
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.loaders import files43
from phr_sandbox.conformance.model import Model

HCODE = "99002"
TODAY = datetime.now(BANGKOK).date()
#: category -> (kind of register, resource of the double, field of the model, setting, file)
REGISTERS = {
    "allergies": (
        "allergy",
        "AllergyIntolerance",
        "allergies",
        "drugallergy_export_full",
        "DRUGALLERGY.TXT",
    ),
    "chronic": ("chronic", "ChronicDiseaseRegister", "chronic", "chronic_export_full", "CHRONIC.TXT"),
}


def model() -> Model:
    """Everything stands under days of the last weeks: a run writes down every day it looks at."""
    found = invent(hcode=HCODE, patients=60, days=2, last_day=TODAY - timedelta(days=1))
    days = [str(TODAY - timedelta(days=n)) for n in range(1, 20)]
    found.allergies = [row._replace(recorded_date=days[n % 19]) for n, row in enumerate(found.allergies)]
    found.chronic = [
        row._replace(registered_date=days[n % 19], discharge_date=row.discharge_date and days[0])
        for n, row in enumerate(found.chronic)
    ]
    return found


class Office:
    """A hospital that hands in one category of registers, and its folder."""

    def __init__(self, kit: ProvinceKit, category: str) -> None:
        self.kit, self.category = kit, category
        self.kind, self.resource, self.field, self.setting, self.file = REGISTERS[category]
        self.model = model()
        self.folder = kit.home / "export"
        kit.configure(
            hospitals={
                HCODE: {"his": "files43", "categories": {category: "2000-01-01"}, "screening_codes": {}}
            }
        )
        path = kit.home / "connections.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw[f"his_{HCODE}"] = {"conn_type": "files43", "schema": str(self.folder)}
        path.write_text(json.dumps(raw), encoding="utf-8")
        self.put()

    @property
    def rows(self) -> list[Any]:
        """Rows of the register in the model."""
        found: list[Any] = getattr(self.model, self.field)
        return found

    def put(self) -> None:
        """The folder now holds the model and nothing else."""
        shutil.rmtree(self.folder, ignore_errors=True)
        files43.write(f"files43://{self.folder}", self.model, charset="cp874")

    def say_whole(self) -> None:
        self.kit.configure(hospitals={HCODE: {self.setting: True}})

    def run(self) -> RunResult:
        self.kit.runs += 1
        options = RunOptions(
            category=self.category,  # type: ignore[arg-type]
            run_id=f"{self.kind}-{self.kit.runs}",
            hospitals=[HCODE],
            day_from=TODAY - timedelta(days=20),
            day_to=TODAY,
        )
        return self.kit.run(options)

    def good_run(self) -> int:
        """Documents that a run without any error sent."""
        result = self.run()
        assert (result.error, result.step_errors) == (None, [])
        assert_balanced(self.kit, result.options.run_id)
        return int(result.counts["sent"])

    def there(self) -> dict[str, int]:
        """Citizen id -> number of entries the double holds."""
        rows = self.kit.double.admin.registers(HCODE, self.resource)
        return dict(Counter(row["cid"] for row in rows))

    def expected(self) -> dict[str, int]:
        """The same, by the model; whoever has no citizen id is sent nowhere."""
        cids = {patient.hn: patient.cid for patient in self.model.patients}
        return dict(Counter(cid for row in self.rows if (cid := cids[row.hn])))

    def documents(self) -> list[dict[str, Any]]:
        return [row for row in self.kit.documents().values() if row["kind"] == self.kind]


@pytest.fixture(params=REGISTERS)
def office(request: pytest.FixtureRequest, new_province: Callable[..., ProvinceKit]) -> Office:
    kit = new_province(chronic_codes={"I10": "002", "J44": "003"}, allow_chronic_remove=True)
    return Office(kit, request.param)


def test_registers_go_only_when_the_file_is_said_to_be_whole(office: Office) -> None:
    refused = office.run()
    (error,) = refused.step_errors
    assert (error.fault.code, error.detail) == ("PHR-227", office.setting)
    assert office.there() == {}

    office.say_whole()
    assert office.good_run() > 10
    there, expected = office.there(), office.expected()
    assert len(there) > 10
    # some invented people are sent nowhere (placeholder ids, clashing birth dates); nobody in part
    assert there == {cid: expected[cid] for cid in there}
    sent = {row["desired_state"] for row in office.documents() if row["delivered_version"] is not None}
    assert sent == {"delivered"}
    assert office.good_run() == 0

    # the same rows in an export of another time send nothing either
    files43.write(f"files43://{office.folder}", office.model, name="later", updated="20260301080000")
    assert office.good_run() == 0
    assert office.there() == there


def test_a_shorter_export_shrinks_no_register(office: Office) -> None:
    office.say_whole()
    office.good_run()
    there = office.there()
    cids = {patient.hn: patient.cid or "" for patient in office.model.patients}
    of_person = Counter(row.hn for row in office.rows if cids[row.hn] in there)
    several = next(hn for hn, number in of_person.items() if number > 1)
    single = next(hn for hn, number in of_person.items() if number == there[cids[hn]] == 1)
    last = max(n for n, row in enumerate(office.rows) if row.hn == several)
    kept = [row for n, row in enumerate(office.rows) if n != last and row.hn != single]
    setattr(office.model, office.field, kept)
    office.put()

    assert office.good_run() == 0
    assert office.there() == there
    states = Counter((row["desired_state"], row["desired_reason"]) for row in office.documents())
    assert states["held", "REGISTER_SHRANK"] == 1
    (question,) = approvals.questions(office.kit.ledger)
    assert (question["kind"], question["action"]) == (office.kind, "shrink")
    # who is gone from the file altogether is missed, and taken back by nobody
    assert [row["absent_since"] is not None for row in office.documents()].count(True) == 1
    assert office.good_run() == 0
    assert office.there() == there

    # approved, the smaller set goes
    approvals.decide(
        office.kit.ledger,
        question["approval_id"],
        approve=True,
        digest=question["digest"],
        by="tester",
        via="cli",
        note="registered by mistake",
    )
    assert office.good_run() == 1


def test_a_broken_line_sends_nothing_and_takes_nothing_away(office: Office) -> None:
    office.say_whole()
    office.good_run()
    there = office.there()
    path = office.folder / office.file
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])  # the copy was cut short
    (error,) = office.run().step_errors
    assert (error.fault.code, error.detail) == ("PHR-227", f"{office.file}: broken lines")
    assert office.there() == there
    assert [row["absent_since"] for row in office.documents() if row["absent_since"]] == []
    office.put()
    assert office.good_run() == 0
