"""Plays a script against the product: databases edited day by day, nights run, the double read at the end."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rich.console import Console

from phr_sandbox.national.rules import valid_cid
from phr_sandbox.scenario.clock import ScriptClock
from phr_sandbox.scenario.compare import Difference, compare
from phr_sandbox.scenario.installation import Database, Stage, stage
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.oracle import foretell
from phr_sandbox.scenario.outcome import FEEDS, SENDING, Call, Mode, Outcome, Part, clock_of
from phr_sandbox.scenario.readside import read_double
from phr_sandbox.scenario.report import print_day, print_end, print_head
from phr_sandbox.scenario.script import Day, Script, play
from phr_sandbox.scenario.steps import STEPS, StepResult, office, run_together
from phr_sandbox.scenario.truth import his_view, reasons_by_ref

#: order of the four feeds in a night: as scheduled, the other way round, or all at once
Order = Literal["scheduled", "reversed", "together"]
#: national path, and where it matters its action, -> kind of call with an ideal
_CALLS: dict[tuple[str, str], Call] = {
    ("UpdatePHRv1", ""): "update",
    ("ImmunizationRegisterv1", ""): "register",
    ("RemoveEncounter", ""): "remove",
    ("OrgEncounterSummary", ""): "summary",
    ("OrganizationSummary", "encounter_ref_code"): "list",
    ("OrganizationSummary", "month_summary"): "list",
}


@dataclass
class Played:
    """What one play came to."""

    database: Database
    mode: Mode
    server_merges: bool
    order: Order
    ideal: Outcome
    calls: dict[int, Counter[Call]] = field(default_factory=dict)
    #: calls of everything once more after the last night
    second: Counter[Call] = field(default_factory=Counter)
    #: runs that failed where they should not, did not fail where they should, or met another question
    surprises: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0
    #: processor time of this process in it: on a busy machine it says more
    busy_seconds: float = 0.0

    @property
    def total(self) -> Counter[Call]:
        """Calls by kind."""
        return sum(self.calls.values(), Counter())

    @property
    def passed(self) -> bool:
        """The double equals the HIS, by its read side, apart from what waits for a person, and nothing goes
        twice."""
        return not self.differences and not self.surprises and not self.sent_again

    @property
    def sent_again(self) -> int:
        """Sending calls of the second run."""
        return sum(self.second[call] for call in SENDING)


def run(
    script: Script,
    database: Database,
    mode: Mode,
    *,
    server_merges: bool,
    console: Console,
    order: Order = "scheduled",
    root: Path | None = None,
) -> Played:
    """One play in a folder of its own, ``root`` or one that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="phr-scenario-") as scratch:
        place = root or Path(scratch)
        with stage(place, script, database=database, mode=mode, server_merges=server_merges) as theatre:
            return perform(script, theatre, database, mode, server_merges, console, order)


def perform(
    script: Script,
    theatre: Stage,
    database: Database,
    mode: Mode,
    server_merges: bool,
    console: Console,
    order: Order = "scheduled",
) -> Played:
    """One play on a stage that is set."""
    begun, busy = time.monotonic(), time.process_time()
    feeds = FEEDS[::-1] if order == "reversed" else FEEDS
    ideal = foretell(script, mode, server_merges=server_merges, feeds=feeds)
    played = Played(database, mode, server_merges, order, ideal)
    print_head(console, played)
    systems = script.start()
    for hcode, his in systems.items():
        theatre.databases[hcode].follow(his)
    clock = ScriptClock(script.days[0].midnight)
    with clock.installed():
        for day in script.days:
            play(systems, day.edits)
            for hcode, his in systems.items():
                theatre.databases[hcode].follow(his)
            before = _seq(theatre)
            _night(day, clock, played)
            _morning(day, clock, played)
            played.calls[day.number] = _calls(theatre, before)
            print_day(console, day, played)
        before = _seq(theatre)
        for part, step in STEPS.items():
            clock.set(clock_of(script.days[-1], part))
            _expect(played, script.days[-1], part, step(script.days[-1], "-again"))
        played.second = _calls(theatre, before)
    _judge(script, systems, theatre, played)
    played.seconds, played.busy_seconds = time.monotonic() - begun, time.process_time() - busy
    print_end(console, played)
    return played


def _night(day: Day, clock: ScriptClock, played: Played) -> None:
    """The feeds in the order of the play, at the times of their places; then what looks at the whole."""
    feeds: tuple[Part, ...] = FEEDS[::-1] if played.order == "reversed" else FEEDS
    if played.order == "together":
        clock.set(clock_of(day, FEEDS[0]))
        for part, result in run_together(day, feeds).items():
            _expect(played, day, part, result)
    else:
        for place, part in zip(FEEDS, feeds, strict=True):
            clock.set(clock_of(day, place))
            _expect(played, day, part, STEPS[part](day, ""))
    for part, step in STEPS.items():
        if part not in FEEDS:
            clock.set(clock_of(day, part))
            _expect(played, day, part, step(day, ""))


def _morning(day: Day, clock: ScriptClock, played: Played) -> None:
    clock.set(clock_of(day, "office"))
    for answer in day.answers:
        if wrong := office(day, answer):
            played.surprises.append(f"day {day.number} office: {answer.hcode} {answer.what}: {wrong}")


def _expect(played: Played, day: Day, part: Part, result: StepResult) -> None:
    stops = {hcode for number, hcode in played.ideal.stops if number == day.number and part == "visits"}
    for hcode in sorted(stops.symmetric_difference(result.failed)):
        code = result.failed.get(hcode, "not stopped by its empty day")
        played.surprises.append(f"day {day.number} {part}: {hcode} {code}")
    if result.problem and not result.failed:
        played.surprises.append(f"day {day.number} {part}: {result.problem}")


def _seq(theatre: Stage) -> int:
    return int(theatre.double.admin.health()["seq"])


def _calls(theatre: Stage, before: int) -> Counter[Call]:
    """Calls by kind. A list of a day is read after a removal to confirm it, or else to compare.

    One removal is confirmed by one list; the comparison of a hospital is over before it takes anything back.
    """
    found: Counter[Call] = Counter()
    for row in theatre.double.admin.requests(after=before):
        if kind := _CALLS.get((row["path"].rpartition("/")[2], row["action"])):
            found[kind] += 1
    found["confirm"] = min(found["remove"], found["list"])
    found["list"] -= found["confirm"]
    return found


def _judge(script: Script, systems: dict[str, His], theatre: Stage, played: Played) -> None:
    ideal = played.ideal.nation.view()
    reasons = reasons_by_ref(played.ideal, script.names)
    for difference in compare(his_view(systems), ideal, script.names):
        if difference.ref not in reasons:
            played.surprises.append(f"the oracle differs from the HIS without a reason: {difference}")
    for number, answer in played.ideal.idle_answers:
        played.surprises.append(
            f"day {number}: the oracle has another question: {answer.hcode} {answer.what}"
        )
    cids = {cid for cid in script.names if valid_cid(cid)}
    found = read_double(theatre.double, tuple(script.hospitals), cids)
    played.differences = compare(ideal, found, script.names)
