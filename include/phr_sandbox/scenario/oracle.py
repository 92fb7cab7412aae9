"""The ideal sender: from the script alone, what the national side holds in the end and how few calls do it.

It knows the promises, not the product: a call only where content differs from what was delivered at the time
a run looks, a removal only where a child or a whole visit must go, nothing while a document is held, and
nothing destroyed before a person approved. What each part of a night looks at, and when a person is asked, is
that of docs/en/delivery-semantics.md. Which *parts* take part is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.nation import Nation
from phr_sandbox.scenario.outcome import FEEDS, PARTS, Book, Mode, Outcome, Part, Question, clock_of
from phr_sandbox.scenario.registering import Registers
from phr_sandbox.scenario.script import Answer, Day, Script, Setting, play
from phr_sandbox.scenario.visiting import Visits

#: (age of a service day in days, read again at least every so many days): the sweep's promise
_SWEEP = ((14, 3), (60, 7))
#: the comparison covers the last month; the last week is listed day by day
_COMPARED, _LISTED = 31, 7


@dataclass
class Hospital:
    """One hospital as the oracle sees it, and what was last done with it."""

    setting: Setting
    his: His
    visits: Visits
    registers: Registers
    #: service day -> when it was last read whole; of visits, and of registers
    read_visits: dict[date, date] = field(default_factory=dict)
    read_registers: dict[date, date] = field(default_factory=dict)
    #: service day -> visits and admissions, as last told
    told: dict[date, tuple[int, int]] = field(default_factory=dict)


class Oracle:
    """One play of a script. :meth:`night` is a day and the night after it; :func:`foretell` plays all of it.

    :param feeds: the order in which the four feeds run.
    """

    def __init__(
        self,
        script: Script,
        mode: Mode,
        *,
        server_merges: bool,
        parts: Collection[Part] = PARTS,
        feeds: Sequence[Part] = FEEDS,
    ) -> None:
        self._script = script
        self._parts = frozenset(parts)
        self._order = [*feeds, *(part for part in PARTS if part not in (*FEEDS, "removal"))]
        self._first = script.days[0].date
        self.outcome = Outcome(Nation(server_merges))
        self._book = Book(self.outcome, 0, script.days[0].midnight)
        systems = script.start()
        self._systems = systems
        careful, removals = mode != "replace", "removal" in self._parts
        self._hospitals = {
            hcode: Hospital(
                setting,
                systems[hcode],
                Visits(hcode, systems[hcode], self._book, careful, removals),
                Registers(hcode, systems[hcode], self._book),
            )
            for hcode, setting in script.hospitals.items()
        }

    def night(self, day: Day) -> None:
        """Edits of a day, the night after it, and the answers of the morning."""
        play(self._systems, day.edits)
        for part in self._order:
            if part in self._parts:
                self._book.day, self._book.time, self._book.part = day.number, clock_of(day, part), part
                for hcode in self._hospitals:
                    self._step(part, hcode)
        for answer in day.answers:
            self._answer(answer)

    @property
    def _today(self) -> date:
        return self._book.time.date()

    def _step(self, part: Part, hcode: str) -> None:
        it = self._hospitals[hcode]
        last = self._today - timedelta(days=1)
        window = {
            d for n in range(it.setting.look_back + 1) if (d := last - timedelta(days=n)) >= self._first
        }
        if part == "visits":
            if self._is_suspect(it, window):
                self.outcome.stops.add((self._book.day, hcode))
            else:
                self._read_visits(it, window)
        elif part == "labs":
            forms = [(visit.day, form) for visit in it.his.visits.values() for form in visit.forms]
            self._read_visits(it, {d for d, form in forms if {form.order_day, form.report_day} & window})
        elif part == "drugs":
            visits = it.his.visits.values()
            charged = {v.day for v in visits if (v.finished and v.charged) or v.drugs}
            dispensed = {v.day for v in visits for line in v.drugs if line.rx_day in window}
            self._read_visits(it, charged & window | dispensed)
        elif part == "immunizations":
            self._read_registers(it, it.registers.feed_days(window))
        elif part == "redrive":
            days, keys = it.visits.waiting_by_key(self._today)
            self._read_visits(it, days, keys)
            self._read_registers(it, set(), it.registers.released())
        elif part == "reconcile":
            self._reconcile(it, hcode)
        elif part == "sweep":
            self._read_visits(it, self._due(it.read_visits))
            if "immunizations" in self._parts:
                self._read_registers(it, self._due(it.read_registers))

    def _is_suspect(self, it: Hospital, window: set[date]) -> bool:
        """R12: nobody came on a day on which somebody should have."""
        busy = {visit.day for visit in it.his.visits.values()}
        return any(day not in busy and not it.setting.is_closed(day) for day in window)

    def _read_visits(self, it: Hospital, days: set[date], keys: Sequence[str] = ()) -> None:
        days = {day for day in days if self._first <= day <= self._today}
        it.visits.read(days, keys)
        it.read_visits |= dict.fromkeys(days, self._today)

    def _read_registers(self, it: Hospital, days: set[date], cids: Sequence[str] = ()) -> None:
        it.read_registers |= dict.fromkeys(it.registers.read(days, cids), self._today)

    def _due(self, read: dict[date, date]) -> set[date]:
        """Days since the earliest that was ever read which were never read, or too long ago for their age."""
        due = set()
        for n in range((self._today - max(min(read), self._first)).days if read else 0):
            day = self._today - timedelta(days=n + 1)
            every = next(every for age, every in _SWEEP if n + 1 <= age)
            if day not in read or (self._today - read[day]).days >= every:
                due.add(day)
        return due

    def _reconcile(self, it: Hospital, hcode: str) -> None:
        """Lists of the last week, counts of the months before; what vanished; the counts of the HIS."""
        back = range(1, _COMPARED + 1)
        days = [d for n in back if (d := self._today - timedelta(days=n)) >= self._first]
        week = self._today - timedelta(days=_LISTED)
        months = {(day.year, day.month) for day in days if day < week}
        self._book.note(hcode, hcode, "list", sum(day >= week for day in days) + len(months))
        newest = max((visit.day for visit in it.his.visits.values()), default=date.min)
        it.visits.reconcile(fresh=newest >= it.setting.last_open_day(self._today))
        told = {}
        for day in days:
            admitted = [visit.an is not None for visit in it.his.visits.values() if visit.day == day]
            told[day] = (admitted.count(False), admitted.count(True))
        if any(it.told.get(day) != counts for day, counts in told.items()):
            self._book.note(hcode, hcode, "summary")
        it.told |= told

    # -- answers and the end -----------------------------------------------------------------------

    def question(self, hcode: str, what: str) -> Question:
        """What a hospital's office is asked."""
        it = self._hospitals[hcode]
        return {"retract": it.visits.retract, "shrink": it.visits.shrink, "registers": it.registers.shrink}[
            what
        ]

    def _answer(self, answer: Answer) -> None:
        question = self.question(answer.hcode, answer.what)
        if {target for target, _ in question.open} == answer.targets:
            question.answer(yes=answer.yes)
        else:
            self.outcome.idle_answers.append((self._book.day, answer))

    def close(self) -> Outcome:
        """After the last night: what still differs from the HIS, with the reason."""
        for hcode, it in self._hospitals.items():
            self.outcome.visit_reasons |= {(hcode, vn): reason for vn, reason in it.visits.reasons()}
            self.outcome.register_reasons |= {(hcode, cid): why for cid, why in it.registers.reasons()}
        return self.outcome


def foretell(
    script: Script,
    mode: Mode,
    *,
    server_merges: bool,
    parts: Collection[Part] = PARTS,
    feeds: Sequence[Part] = FEEDS,
) -> Outcome:
    """Play a script to its end."""
    oracle = Oracle(script, mode, server_merges=server_merges, parts=parts, feeds=feeds)
    for day in script.days:
        oracle.night(day)
    return oracle.close()
