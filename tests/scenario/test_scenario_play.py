"""A little script played for real: product, HIS databases and double; and differences planted in it."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from little_scripts import MONDAY, H, little_script, one_visit
from rich.console import Console

from phr_sandbox.province.laboratory import PANELS
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.compare import Difference, compare
from phr_sandbox.scenario.installation import MARIADB_VARIABLE, Database, Stage, stage
from phr_sandbox.scenario.model import Dose, Visit
from phr_sandbox.scenario.outcome import Mode
from phr_sandbox.scenario.readside import log_in, read_double
from phr_sandbox.scenario.runner import Order, Played, perform
from phr_sandbox.scenario.script import Script

KIDNEY = PANELS["kidney"][0]


@dataclass
class Theatre:
    """A play that is over, and two of its visits: one nobody touched, one with results and an appointment."""

    stage: Stage
    script: Script
    played: Played
    untouched: Visit
    measured: Visit


def _four_days() -> tuple[Script, Visit, Visit]:
    """Edits of every kind, and two that the office has to answer for: a deletion and a lost dose."""
    s = little_script(4, look_back=1)
    day = s.date(1)
    untouched = one_visit(s, drugs=("1000001",))
    edited, less, deleted = (one_visit(s, codes=(("K30", "1"), ("R42", "4"))) for _ in range(3))
    measured = one_visit(s, panels=("kidney", "inflammation"), follow_up=30)
    s.on(1, H, "", edits.report(measured.vn, PANELS["inflammation"][0], {219: "5.6 H"}, day, "10:00:00"))
    one_visit(s, codes=(("B24", "1"),))
    s.on(2, H, "", edits.set_visit(edited.vn, complaint="ปวดหลัง"))
    s.on(2, H, "", edits.drop_diagnosis(less.vn, "R42"))
    s.on(2, H, "", edits.drop_visits(deleted.vn))
    s.approve(3, H, "retract", deleted.vn)
    s.on(3, H, "", edits.report(measured.vn, KIDNEY, {205: "2.50"}, s.date(3), "09:00:00"))
    s.on(3, H, "", edits.set_phone(untouched.hn, "0800000999"))
    stale = one_visit(s, 3)
    s.on(4, H, "", edits.add_diagnosis(stale.vn, s.desks[H].diagnosis("F322", "2")))

    who, first = s.somebody(H, 2, 4)
    second = s.desks[H].record(who, hn=s.desks[H].second_hn())
    s.before(H, edits.register(second))
    visits = [s.visit_of(H, who, hn, 1, codes=(("Z001", "1"),)) for hn in (first.hn, second.hn)]

    def dose(vaccine: int, visit: Visit) -> Dose:
        return s.desks[H].dose("visit", vaccine, day, lot=f"L{vaccine}", entered=day, vn=visit.vn)

    given = [dose(5, visits[0]), dose(6, visits[0]), dose(1, visits[1])]
    s.on(1, H, "", edits.add_doses(*given))
    s.on(2, H, "", edits.drop_dose(given[1].key))
    s.approve(2, H, "registers", who.cid)

    somebody, record = s.somebody(H)
    wrong = s.desks[H].free_cid()
    s.name(H, wrong)
    s.before(H, edits.set_cid(record.hn, wrong))
    s.visit_of(H, somebody, record.hn, 1)
    s.on(2, H, "", edits.set_cid(record.hn, somebody.cid))
    return s, untouched, measured


#: database, mode, whether the double merges, order of the feeds
Play = tuple[Database, Mode, bool, Order]
PLAYS: list[Play] = [
    ("sqlite", "replace", False, "scheduled"),
    ("sqlite", "merge", True, "scheduled"),
    ("sqlite", "unknown", False, "together"),
    ("sqlite", "unknown", True, "reversed"),
    ("mariadb", "unknown", True, "scheduled"),
]


@pytest.fixture(
    params=[
        pytest.param(
            play,
            id="-".join([*play[:2], "merges" if play[2] else "replaces", play[3]]),
            marks=[pytest.mark.mariadb] if play[0] == "mariadb" else [],
        )
        for play in PLAYS
    ]
)
def theatre(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Theatre]:
    database, mode, merges, order = request.param
    if database == "mariadb":
        monkeypatch.setenv(MARIADB_VARIABLE, request.getfixturevalue("mariadb_url"))
    script, untouched, measured = _four_days()
    with stage(tmp_path, script, database=database, mode=mode, server_merges=merges) as found:
        said = io.StringIO()
        played = perform(script, found, database, mode, merges, Console(file=said, width=200), order)
        for record in script.start()[H].records.values():
            for secret in (record.hn, record.cid, record.phone, record.who.given, record.who.family):
                assert secret not in said.getvalue(), "what is printed names nobody"
        yield Theatre(found, script, played, untouched, measured)


def test_the_double_equals_the_his_by_the_ideal_calls_and_planted_differences_are_told(
    theatre: Theatre,
) -> None:
    played = theatre.played
    assert (played.surprises, played.differences) == ([], [])
    assert {call for call, made in played.second.items() if made} == {"list"}, "it compares and sends nothing"
    if played.order != "together":  # at once, two feeds may both carry what one of them would
        ideal = {number: +played.ideal.calls(number) for number in played.calls}
        assert {number: +calls for number, calls in played.calls.items()} == ideal

    _plant(theatre)
    view = read_double(theatre.stage.double, (H,), set(theatre.script.names))
    changed = f"{H}:{theatre.measured.vn}"
    assert compare(played.ideal.nation.view(), view, theatre.script.names) == sorted(
        [
            Difference(f"{H}:{theatre.untouched.vn}", "encounter", "missing"),
            Difference(changed, "Observation", "differs"),
            Difference(changed, "Appointment", "extra"),
            *([] if played.server_merges else [Difference(changed, "Appointment", "missing")]),
            Difference(changed, "reason_text", "differs"),
            Difference(f"{H}:681006235959", "encounter", "extra"),
        ],
        key=lambda d: (d.ref, d.what, d.how),
    )


def _plant(theatre: Theatre) -> None:
    """Spoil the double over its own API: an encounter lost, one altered, one nobody sent."""
    double = theatre.stage.double
    session, root = log_in(double, H), f"{double.base_url}/api"
    gone = f"{H}:{theatre.untouched.vn}"
    session.get(f"{root}/RemoveEncounter", params={"hospital_code": H, "encounter_ref_code": gone})
    body: dict[str, Any] = double.admin.encounter(f"{H}:{theatre.measured.vn}")["body"]
    altered, invented = body, copy.deepcopy(body)
    encounter = altered["Encounter"][0]
    creatinine = next(row for row in encounter["Observation"] if row["code"]["text"] == "Creatinine")
    creatinine["valueQuantity"]["value"] = 9.99
    encounter["Appointment"][0]["start"] = "2025-12-01T08:30:00.000Z"
    encounter["reason"] = [{"text": "อย่างอื่น"}]
    invented["Encounter"][0]["identifier"][0]["value"] = "681006235959"
    for each in (altered, invented):
        assert session.post(f"{root}/UpdatePHRv1", json=each).json()["MessageCode"] == 200
    assert MONDAY.isoformat() == encounter["period"]["start"][:10]
