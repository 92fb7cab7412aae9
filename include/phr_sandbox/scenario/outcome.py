"""What the oracle speaks of: parts of a night, calls, and what a play should come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from phr_sandbox.scenario.nation import Nation
from phr_sandbox.scenario.script import Answer, Day
from phr_sandbox.scenario.view import VisitKey

#: what the endpoint setting says of a re-send (R5)
Mode = Literal["replace", "merge", "unknown"]
#: Parts of the product, in the order of a night. ``redrive`` looks again at what was kept back and at what a
#: person approved; ``reconcile`` compares, looks a second time for what vanished, proposes, and takes back
#: what was approved; ``sweep`` reads older days again. ``removal`` is no time of the night: it takes a
#: document away and confirms it before a version without some child is sent.
Part = Literal["visits", "labs", "drugs", "immunizations", "redrive", "reconcile", "sweep", "removal"]
PARTS: tuple[Part, ...] = get_args(Part)
FEEDS: tuple[Part, ...] = PARTS[:4]
#: Kinds of calls with an ideal. Sending: UpdatePHRv1, ImmunizationRegisterv1, RemoveEncounter,
#: OrgEncounterSummary. Reading: a day's list after a removal, and the lists and months of the comparison.
Call = Literal["update", "register", "remove", "summary", "confirm", "list"]
CALLS: tuple[Call, ...] = get_args(Call)
SENDING: tuple[Call, ...] = CALLS[:4]

#: clock times of the steps, as the schedules of the DAGs have them; people come at nine
_AT: dict[str, tuple[int, int]] = {
    "visits": (1, 30),
    "labs": (2, 0),
    "drugs": (2, 30),
    "immunizations": (3, 0),
    "redrive": (5, 0),
    "reconcile": (6, 0),
    "sweep": (6, 30),
    "office": (9, 0),
}


def clock_of(day: Day, step: str) -> datetime:
    """When a step takes place in the night after a day, Bangkok."""
    hour, minute = _AT[step]
    return day.midnight + timedelta(hours=hour, minutes=minute)


@dataclass(frozen=True, slots=True)
class Action:
    """One call and the part that made it; ``target`` is a visit number, a citizen id, or a hospital."""

    day: int
    hcode: str
    target: str
    call: Call
    part: Part


@dataclass
class Outcome:
    """What the oracle came to."""

    nation: Nation
    actions: list[Action] = field(default_factory=list)
    #: (day, hospital) on which the visits feed must refuse an empty day (R12)
    stops: set[tuple[int, str]] = field(default_factory=set)
    #: visits whose national state may differ from the HIS in the end, and why
    visit_reasons: dict[VisitKey, str] = field(default_factory=dict)
    register_reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    #: (day, answer) that met another question than it answers: a mistake in the script, or a part that is
    #: missing
    idle_answers: list[tuple[int, Answer]] = field(default_factory=list)

    def calls(self, day: int | None = None) -> Counter[Call]:
        """Ideal number of calls by kind, of one day or of all."""
        return Counter(action.call for action in self.actions if day in (None, action.day))


@dataclass
class Book:
    """Where the parts of the oracle write what they do: the outcome, the number of the day, and the time."""

    outcome: Outcome
    day: int
    time: datetime
    part: Part = "visits"

    def note(self, hcode: str, target: str, call: Call, times: int = 1) -> None:
        """Calls of the part that is at work."""
        self.outcome.actions += [Action(self.day, hcode, target, call, self.part)] * times

    @property
    def nation(self) -> Nation:
        """The national side."""
        return self.outcome.nation


#: reference of a document, and what tells its content apart
Item = tuple[str, Hashable]


@dataclass
class Question:
    """What a hospital's office is asked about one kind of thing, and what it said (R13).

    Another content of a document is another item.
    """

    open: frozenset[Item] = frozenset()
    yes: set[Item] = field(default_factory=set)
    no: set[Item] = field(default_factory=set)

    def ask(self, items: set[Item]) -> None:
        """These are in the case now. A yes to what is not in it any more is void; a no is not asked again."""
        self.yes &= items
        self.open = frozenset(items - self.yes - self.no)

    def answer(self, *, yes: bool) -> None:
        """The whole set that is asked about, never a part of it."""
        (self.yes if yes else self.no).update(self.open)
        self.open = frozenset()
