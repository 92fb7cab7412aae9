"""Plays a script against the product: databases edited day by day, nights run, the double read at the end."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from phr_sandbox.national.rules import valid_cid
from phr_sandbox.scenario.clock import ScriptClock
from phr_sandbox.scenario.compare import Difference, compare
from phr_sandbox.scenario.installation import Database, Stage, stage
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.oracle import Call, Mode, Outcome, Part, clock_of, foretell
from phr_sandbox.scenario.readside import read_double
from phr_sandbox.scenario.report import print_day, print_end, print_head
from phr_sandbox.scenario.script import Day, Script, play
from phr_sandbox.scenario.steps import STEPS, built
from phr_sandbox.scenario.truth import his_view, reasons_by_ref

#: national path, and where it matters its mode, -> kind of call with an ideal
_CALLS: dict[tuple[str, str], Call] = {
    ("UpdatePHRv1", ""): "update",
    ("ImmunizationRegisterv1", ""): "register",
    ("RemoveEncounter", ""): "remove",
    ("OrganizationSummary", "encounter_ref_code"): "confirm",
}


@dataclass
class Played:
    """What one play came to."""

    database: Database
    mode: Mode
    server_merges: bool
    #: of the whole product, and of the parts that took part
    ideal: Outcome
    reachable: Outcome
    calls: dict[int, Counter[Call]] = field(default_factory=dict)
    #: steps in the order they were run, as ``part``
    steps_run: Counter[Part] = field(default_factory=Counter)
    approvals_not_given: int = 0
    #: runs that failed where they should not, or did not fail where they should
    surprises: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    #: differences that the missing parts account for -> those parts
    waiting: dict[Difference, tuple[Part, ...]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def unexplained(self) -> list[Difference]:
        """Differences that no missing part accounts for."""
        return [difference for difference in self.differences if difference not in self.waiting]

    @property
    def total(self) -> Counter[Call]:
        """Calls by kind."""
        return sum(self.calls.values(), Counter())

    @property
    def passed(self) -> bool:
        """The double equals the HIS, by its read side, apart from what waits for a person."""
        return not self.differences and not self.surprises


def run(
    script: Script,
    database: Database,
    mode: Mode,
    *,
    server_merges: bool,
    console: Console,
    root: Path | None = None,
) -> Played:
    """One play in a folder of its own, ``root`` or one that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="phr-scenario-") as scratch:
        place = root or Path(scratch)
        with stage(place, script, database=database, mode=mode, server_merges=server_merges) as theatre:
            return perform(script, theatre, database, mode, server_merges, console)


def perform(
    script: Script, theatre: Stage, database: Database, mode: Mode, server_merges: bool, console: Console
) -> Played:
    """One play on a stage that is set."""
    begun = time.monotonic()
    parts = built()
    played = Played(
        database,
        mode,
        server_merges,
        foretell(script, mode, server_merges=server_merges),
        foretell(script, mode, server_merges=server_merges, parts=parts),
    )
    print_head(console, played)
    systems = script.start()
    for hcode, his in systems.items():
        theatre.databases[hcode].follow(his)
    clock = ScriptClock(script.days[0].night)
    with clock.installed():
        for day in script.days:
            play(systems, day.edits)
            for hcode, his in systems.items():
                theatre.databases[hcode].follow(his)
            before = theatre.double.admin.health()["seq"]
            _night(script, day, clock, played)
            played.calls[day.number] = _calls(theatre, before)
            # the product takes approvals in the morning; until it does, they are counted
            played.approvals_not_given += len(day.approvals)
            print_day(console, day, played)
    _judge(script, systems, theatre, played)
    played.seconds = time.monotonic() - begun
    print_end(console, played)
    return played


def _night(script: Script, day: Day, clock: ScriptClock, played: Played) -> None:
    expected = {hcode for number, hcode in played.reachable.stops if number == day.number}
    for step in STEPS:
        if not step.takes_place(day):
            continue
        clock.time = clock_of(day, step.part)
        result = step.run(day, script.days[0].date)
        played.steps_run[step.part] += 1
        where = f"day {day.number} {step.part}"
        must_stop = expected if step.part == "visits" else set()
        for hcode in must_stop.symmetric_difference(result.failed):
            code = result.failed.get(hcode, "not stopped by its empty day")
            played.surprises.append(f"{where}: {hcode} {code}")
        if result.problem and not result.failed:
            played.surprises.append(f"{where}: {result.problem}")


def _calls(theatre: Stage, before: int) -> Counter[Call]:
    found: Counter[Call] = Counter()
    for row in theatre.double.admin.requests(after=before):
        path = row["path"].rpartition("/")[2]
        if kind := _CALLS.get((path, row["action"])):
            found[kind] += 1
    return found


def _judge(script: Script, systems: dict[str, His], theatre: Stage, played: Played) -> None:
    for difference in compare(his_view(systems), played.ideal.nation.view(), script.names):
        if difference.ref not in reasons_by_ref(played.ideal, script.names):
            played.surprises.append(f"the oracle differs from the HIS without a reason: {difference}")
    cids = {cid for cid in script.names if valid_cid(cid)}
    found = read_double(theatre.double, tuple(script.hospitals), cids)
    ideal, reachable = played.ideal.nation.view(), played.reachable.nation.view()
    played.differences = compare(ideal, found, script.names)
    foreseen = set(compare(ideal, reachable, script.names))
    missing = _missing_parts(script, played)
    for difference in played.differences:
        if difference in foreseen:
            played.waiting[difference] = missing.get(difference.ref, ())


def _missing_parts(script: Script, played: Played) -> dict[str, tuple[Part, ...]]:
    """Printable reference -> parts that would have made a call for it and did not take part."""
    found: dict[str, set[Part]] = {}
    present = set(built())
    for action in played.ideal.actions:
        needed: set[Part] = {action.part}
        if action.call == "register":
            needed.add("immunizations")
        if absent := needed - present:
            register = action.call == "register"
            name = script.names.get(action.target, "") if register else f"{action.hcode}:{action.target}"
            found.setdefault(name, set()).update(absent)
    return {ref: tuple(sorted(parts)) for ref, parts in found.items()}
