"""Scripts of one hospital and a few days, small enough to know by heart what must come of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from phr_sandbox.scenario.model import Visit
from phr_sandbox.scenario.oracle import foretell
from phr_sandbox.scenario.outcome import PARTS, SENDING, Call, Mode, Outcome, Part
from phr_sandbox.scenario.script import Script, Setting
from phr_sandbox.scenario.view import SeenEncounter

H = "99001"
#: a Monday
MONDAY = date(2025, 10, 6)
#: mode, and whether the double merges
MODES: list[tuple[Mode, bool]] = [("replace", False), ("merge", True), ("unknown", False), ("unknown", True)]


def little_script(length: int, *, open_days: bool = False, look_back: int = 3) -> Script:
    """No visit but those a test adds.

    :param open_days: visits are expected every day, so a day without any is suspect.
    """
    setting = Setting(closed_weekdays=() if open_days else (0, 1, 2, 3, 4, 5, 6), look_back=look_back)
    return Script(7, MONDAY, length, {H: setting})


def one_visit(script: Script, number: int = 1, **how: Any) -> Visit:
    return script.visit(H, number, **{"codes": (("K30", "1"),), **how})


def play_it(
    script: Script, mode: Mode = "replace", merges: bool = False, parts: tuple[Part, ...] = PARTS
) -> Outcome:
    return foretell(script, mode, server_merges=merges, parts=parts)


#: what is told of visits and registers; the comparison and the counts of the HIS go every night
TELLING: tuple[Call, ...] = (*(call for call in SENDING if call != "summary"), "confirm")


def calls(outcome: Outcome, day: int | None = None) -> dict[str, int]:
    """Telling calls by kind, of one day or of all; kinds without any are absent."""
    found = outcome.calls(day)
    return {call: found[call] for call in TELLING if found[call]}


def calls_by_day(outcome: Outcome) -> dict[int, dict[str, int]]:
    """Only days with telling calls."""
    days = sorted({action.day for action in outcome.actions})
    return {day: found for day in days if (found := calls(outcome, day))}


def seen(outcome: Outcome, visit: Visit) -> SeenEncounter:
    return outcome.nation.view().encounters[H, visit.vn]


def texts(outcome: Outcome, visit: Visit, kind: str) -> set[str]:
    return {key[0] for key, _ in seen(outcome, visit).children.get(kind, ())}  # type: ignore[call-overload]
