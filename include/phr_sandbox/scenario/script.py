"""A script: edits of several hospitals' HIS and answers of the office, day by day.

Pure data: playing it on a model, on databases or in the oracle gives the same each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

from phr_sandbox.province.people import Person as Somebody
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.desk import Desk
from phr_sandbox.scenario.edits import Change
from phr_sandbox.scenario.model import His, Record, Visit

BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")
#: What a person is asked: ``retract`` visits that left the HIS or may not stand there any more, ``shrink``
#: visits by versions that take something away (more at once than the brake allows), ``registers`` that lost
#: doses
What = Literal["retract", "shrink", "registers"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that is done in one hospital. The title says what, never to whom."""

    hcode: str
    title: str
    change: Change


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to the question of a hospital, which is about exactly these documents.

    ``targets`` are visit numbers, for registers citizen ids (never printed).
    """

    hcode: str
    what: What
    targets: frozenset[str]
    yes: bool = True


@dataclass
class Day:
    """One day of the script; the product works in the night after it, people answer the next morning."""

    number: int
    date: date
    edits: list[Edit] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def midnight(self) -> datetime:
        """Bangkok midnight at its end."""
        after = self.date + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=BANGKOK)


@dataclass(frozen=True, slots=True)
class Setting:
    """How a hospital works: days on which it is closed (weekdays 0 Monday .. 6 Sunday)."""

    closed_weekdays: tuple[int, ...] = ()
    closed_days: tuple[date, ...] = ()
    #: days a night reads again, the day before it not counted
    look_back: int = 3

    def is_closed(self, day: date) -> bool:
        """Whether nobody is expected."""
        return day in self.closed_days or day.weekday() in self.closed_weekdays

    def last_open_day(self, before: date) -> date:
        """The last day before another on which somebody should have come, else two weeks before."""
        days = (before - timedelta(days=n) for n in range(1, 15))
        return next((day for day in days if not self.is_closed(day)), before - timedelta(days=14))


class Script:
    """A script in the making, and the script.

    :param hospitals: hospital code -> how it works.
    """

    def __init__(self, seed: int, first_day: date, length: int, hospitals: Mapping[str, Setting]) -> None:
        self.seed = seed
        self.hospitals = dict(hospitals)
        self.days = [Day(n, first_day + timedelta(days=n - 1)) for n in range(1, length + 1)]
        self.desks = {hcode: Desk(hcode, seed, first_day) for hcode in hospitals}
        #: what is in a HIS before the first day
        self._before: list[Edit] = []
        #: citizen id -> a name for it that may be printed
        self.names: dict[str, str] = {}
        self._minutes = dict.fromkeys(hospitals, 0)

    # -- writing it --------------------------------------------------------------------------------

    def date(self, number: int) -> date:
        """The date of a day by its number; also of days before the first and after the last."""
        return self.days[0].date + timedelta(days=number - 1)

    def before(self, hcode: str, *changes: Change) -> None:
        """Something that is in the HIS from the beginning."""
        self._before += [Edit(hcode, "", change) for change in changes]

    def on(self, number: int, hcode: str, title: str, *changes: Change) -> None:
        """Somebody does something on a day."""
        self.days[number - 1].edits.append(Edit(hcode, title, edits.all_of(*changes)))

    def approve(self, number: int, hcode: str, what: What, *targets: str) -> None:
        """In the morning after a day somebody says yes to a question about exactly these documents."""
        self.days[number - 1].answers.append(Answer(hcode, what, frozenset(targets)))

    def reject(self, number: int, hcode: str, what: What, *targets: str) -> None:
        """In the morning after a day somebody says no to it."""
        self.days[number - 1].answers.append(Answer(hcode, what, frozenset(targets), yes=False))

    def name(self, hcode: str, cid: str | None) -> None:
        """Give a citizen id a printable name."""
        if cid:
            self.names.setdefault(cid, f"{hcode}:person:{len(self.names) + 1:03d}")

    def somebody(
        self, hcode: str, low: float = 30, high: float = 60, sex: str = "1"
    ) -> tuple[Somebody, Record]:
        """Somebody new with a record of their own, between two ages in years; known before the first day."""
        who = self.desks[hcode].somebody(low, high, sex)
        record = self.desks[hcode].record(who)
        self.before(hcode, edits.register(record))
        self.name(hcode, who.cid)
        return who, record

    def visit(self, hcode: str, number: int, title: str = "", **how: Any) -> Visit:
        """Somebody new comes on a day; ``how`` as for :meth:`.desk.Desk.visit`."""
        who, record = self.somebody(hcode)
        return self.visit_of(hcode, who, record.hn, number, title, **how)

    def visit_of(self, hcode: str, who: Somebody, hn: str, number: int, title: str = "", **how: Any) -> Visit:
        """Somebody comes on a day."""
        self._minutes[hcode] += 1
        how.setdefault("time", f"{7 + self._minutes[hcode] // 60:02d}:{self._minutes[hcode] % 60:02d}:30")
        visit = self.desks[hcode].visit(who, hn, self.date(number), **how)
        self.on(number, hcode, title or "a visit", edits.add_visits(visit))
        return visit

    # -- playing it --------------------------------------------------------------------------------

    def start(self) -> dict[str, His]:
        """New systems as they stand before the first day."""
        systems = {hcode: His(hcode) for hcode in self.hospitals}
        play(systems, self._before)
        return systems

    def listing(self) -> Iterator[str]:
        """The script in words: one line per day, hospital and kind of edit."""
        for day in self.days:
            yield f"day {day.number:2d}  {day.date:%a %d %b}"
            counts: dict[tuple[str, str], int] = {}
            for edit in day.edits:
                counts[edit.hcode, edit.title] = counts.get((edit.hcode, edit.title), 0) + 1
            for (hcode, title), count in sorted(counts.items()):
                yield f"    {hcode}  {title}" + (f"  x{count}" if count > 1 else "")
            for answer in day.answers:
                word = "approved" if answer.yes else "rejected"
                what = f"{answer.what} x{len(answer.targets)}"
                yield f"    {answer.hcode}  {word} next morning: {what}"


def play(systems: Mapping[str, His], edits: list[Edit]) -> None:
    """Make edits, in order."""
    for edit in edits:
        edit.change(systems[edit.hcode])
