"""A vanished visit: looked for twice, asked about, taken back with proof; and when nothing may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit

from phr.ledger import approvals
from phr.pipeline import steps
from phr.pipeline.context import RunOptions
from phr.pipeline.days import BANGKOK
from phr_sandbox.scenario.clock import ScriptClock

HCODE = "99002"
NIGHT = datetime.combine(DAYS[-1] + timedelta(days=1), time(2), tzinfo=BANGKOK)


@pytest.fixture
def clock() -> Iterator[ScriptClock]:
    made = ScriptClock(NIGHT)
    with made.installed():
        yield made


@pytest.fixture
def vanished(new_province: Callable[..., ProvinceKit], clock: ScriptClock) -> tuple[ProvinceKit, str]:
    """A delivered visit that staff deleted afterwards, and that two looks a day apart did not find."""
    kit = new_province()
    assert kit.run(hospitals=[HCODE]).error is None
    vn = kit.clean_visit(HCODE)
    kit.his(HCODE, "DELETE FROM ovst WHERE vn = ?", vn)
    clock.time = NIGHT + timedelta(hours=1)
    assert kit.run(hospitals=[HCODE]).error is None
    clock.time = NIGHT + timedelta(hours=26)
    # life goes on: a replica without a visit of the last open day is behind, and nothing is concluded from it
    kit.his(
        HCODE,
        "INSERT INTO ovst (hos_guid, vn, hn, vstdate, vsttime, ovstist, ovstost, pttype, spclty, main_dep,"
        " doctor) SELECT '{NEXT}', '681010080000', hn, ?, '08:00:00', ovstist, ovstost, pttype, spclty,"
        " main_dep, doctor"
        " FROM ovst WHERE vn = ?",
        str(DAYS[-1] + timedelta(days=1)),
        kit.clean_visit(HCODE, 1),
    )
    assert kit.run(hospitals=[HCODE]).error is None
    return kit, vn


def reconcile(kit: ProvinceKit, clock: ScriptClock, **values: Any) -> tuple[dict[str, int], dict[str, Any]]:
    """One comparison of the hospital; counts, and its row in the ledger."""
    kit.runs += 1
    options = RunOptions(
        category="visits",
        run_id=f"reconcile-{kit.runs}",
        purpose="reconcile",
        hospitals=[HCODE],
        day_from=DAYS[0],
        day_to=DAYS[-1],
        planned_at=clock.now(),
        **values,
    )
    (unit,) = steps.plan_units(options)
    counts = steps.reconcile_unit(options, unit)
    steps.finish_run(options)
    return counts, kit.hospital_rows(options.run_id)[HCODE]


def approve_all(kit: ProvinceKit) -> int:
    asked = approvals.questions(kit.ledger)
    for row in asked:
        approvals.decide(
            kit.ledger, row["approval_id"], approve=True, digest=row["digest"], by="t", via="cli", note="seen"
        )
    return len(asked)


def removals(kit: ProvinceKit) -> list[str]:
    rows = kit.double.admin.requests(path="RemoveEncounter")
    return [row["ref"] for row in rows]


def test_what_vanished_is_asked_about_and_taken_back_once_a_person_agrees(
    vanished: tuple[ProvinceKit, str], clock: ScriptClock
) -> None:
    kit, vn = vanished
    first, _row = reconcile(kit, clock)
    assert (first["gone"], removals(kit)) == (1, [])
    assert approve_all(kit) == 1
    counts, _row = reconcile(kit, clock)
    assert (counts["retracted"], removals(kit)) == (1, [f"{HCODE}:{vn}"])
    assert kit.states()[f"{HCODE}:{vn}"] == "retracted"
    assert f"{HCODE}:{vn}" not in kit.national()
    again, _row = reconcile(kit, clock)
    assert (again.get("retracted", 0), len(removals(kit))) == (0, 1)


def test_while_another_computer_sends_nothing_is_taken_back_and_the_run_says_so(
    vanished: tuple[ProvinceKit, str], clock: ScriptClock
) -> None:
    kit, vn = vanished
    reconcile(kit, clock)
    approve_all(kit)
    kit.double.admin.heartbeat(HCODE, "OLD-AGENT-PC")
    counts, row = reconcile(kit, clock)
    assert (counts["other_sender"], removals(kit)) == (1, [])
    assert "another computer sends" in row["error_text"]
    assert "OLD-AGENT-PC" not in row["error_text"], "a name from outside is not repeated"
    assert f"{HCODE}:{vn}" in kit.national()
    kit.configure(endpoint={"own_computers": ["OLD-AGENT-PC"]})
    counts, row = reconcile(kit, clock)
    assert (counts["retracted"], row["error_text"]) == (1, None)


def test_an_unreadable_name_takes_nothing_back_unless_it_is_not_asked(
    vanished: tuple[ProvinceKit, str], clock: ScriptClock
) -> None:
    kit, _vn = vanished
    reconcile(kit, clock)
    approve_all(kit)
    kit.double.admin.order({"kind": "status", "path": "GetAgentComputerName"})
    assert reconcile(kit, clock)[0].get("retracted", 0) == 0
    kit.configure(endpoint={"ask_agent_computer": False})
    assert reconcile(kit, clock)[0]["retracted"] == 1


def test_a_replica_that_stands_still_for_days_takes_nothing_back(
    vanished: tuple[ProvinceKit, str], clock: ScriptClock
) -> None:
    kit, _vn = vanished
    reconcile(kit, clock)
    approve_all(kit)
    clock.time += timedelta(days=3)
    counts, _row = reconcile(kit, clock)
    assert counts["replica_behind"] == 1
    assert removals(kit) == []
