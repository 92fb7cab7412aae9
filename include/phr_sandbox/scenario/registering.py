"""The oracle's vaccination registers of one hospital: one per person, always the whole set (R6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from phr_sandbox.scenario.documents import Shot, register_of, usable_cid
from phr_sandbox.scenario.model import Dose, His
from phr_sandbox.scenario.outcome import Book, Question


@dataclass
class Register:
    """What the ideal sender remembers of one person; ``day`` is that of the newest dose."""

    day: date
    delivered: frozenset[Shot] = frozenset()
    #: the smaller set that waits for approval
    waiting: frozenset[Shot] | None = None
    absent: bool = False


@dataclass
class Registers:
    """One hospital. A register stands under the day of its newest dose that was given here."""

    hcode: str
    his: His
    book: Book
    known: dict[str, Register] = field(default_factory=dict)
    shrink: Question = field(default_factory=Question)

    def feed_days(self, window: set[date]) -> set[date]:
        """The window, and the days of the registers of all who were given a dose in it."""
        newest = self._newest()
        dosed = {self.his.cid_of_dose(dose) for dose in self._own() if dose.day in window}
        return window | {newest[cid] for cid in dosed if cid in newest}

    def read(self, days: Iterable[date], cids: Iterable[str] = ()) -> set[date]:
        """One run over whole days, those their registers have moved to as well, and single registers.

        Returns the days that were read.
        """
        newest, days = self._newest(), set(days)
        while more := {newest[cid] for cid in self._moved_from(days, newest)} - days:
            days |= more
        there = {cid for cid, day in newest.items() if day in days}
        for cid in sorted(there.union(newest.keys() & set(cids))):
            self._look_at(cid, newest[cid])
        for cid, register in self.known.items():
            if register.day in days and cid not in there:
                register.absent = True
        self.shrink.ask(
            {
                (cid, register.waiting)
                for cid, register in self.known.items()
                if register.waiting is not None and not register.absent
            }
        )
        return days

    def released(self) -> list[str]:
        """Registers whose smaller set a person has approved."""
        return sorted(cid for cid, _ in self.shrink.yes)

    def _moved_from(self, days: set[date], newest: dict[str, date]) -> set[str]:
        return {
            cid
            for cid, register in self.known.items()
            if register.day in days and not register.absent and newest.get(cid, register.day) not in days
        }

    def _look_at(self, cid: str, day: date) -> None:
        now = register_of(self.his, cid)
        register = self.known.setdefault(cid, Register(day))
        register.day, register.absent, register.waiting = day, False, None
        if now == register.delivered:
            return
        if _names(register.delivered) - _names(now) and (cid, now) not in self.shrink.yes:
            register.waiting = now
            return
        register.delivered = now
        self.book.nation.registers[self.hcode, cid] = now
        self.book.note(self.hcode, cid, "register")

    def _own(self) -> list[Dose]:
        return [dose for dose in self.his.doses.values() if dose.table != "elsewhere"]

    def _newest(self) -> dict[str, date]:
        newest: dict[str, date] = {}
        for dose in self._own():
            cid = self.his.cid_of_dose(dose)
            if cid and usable_cid(cid):
                newest[cid] = max(dose.day, newest.get(cid, dose.day))
        return newest

    def reasons(self) -> Iterable[tuple[str, str]]:
        """Persons whose register may differ from the HIS, and why."""
        asked = {cid for cid, _ in self.shrink.open}
        for cid, register in self.known.items():
            if register.absent and register.delivered:
                # an empty list would wipe the register, so none is ever sent (contract, trap 3)
                yield cid, "stale, no dose is left to send"
            elif register.waiting is not None:
                said = "awaiting approval" if cid in asked else "the office said no"
                yield cid, f"the set shrank, {said}"


def _names(shots: frozenset[Shot]) -> set[tuple[date, str]]:
    return {(shot.day, shot.code) for shot in shots}
