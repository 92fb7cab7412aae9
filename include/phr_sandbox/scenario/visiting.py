"""The oracle's visits of one hospital: what was delivered, what is kept back, what vanished, what may go."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from phr_sandbox.scenario.documents import Block, Document, bad_rows, document_of, fate_of
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.outcome import Book, Item, Question

#: a document that was not seen is looked for again, by key, not earlier (R7)
SECOND_LOOK = timedelta(hours=24)
#: so many documents of a run may take something away unasked, or this share of those it looked at (IN3)
_BRAKE, _BRAKE_SHARE = 3, 0.05
#: why the newest version of a document is not sent
Kept = Literal[
    "", "held", "quarantined", "a delivered row became invalid", "more at once than the brake allows"
]


@dataclass
class Entry:
    """What the ideal sender remembers of one visit. ``version`` counts what was sent of it."""

    day: date
    delivered: Document | None = None
    version: int = 0
    #: content of the version that waits for a person because of the brake
    braked: Hashable = None
    #: the Patient block this document carried last
    carried: Block | None = None
    kept: Kept = ""
    absent_since: datetime | None = None
    #: a second look found nothing under its number, and when
    gone: datetime | None = None

    @property
    def to_take_back(self) -> str:
        """Why it should not stand there any more; empty when it may, or does not."""
        if self.delivered is None:
            return ""
        if self.absent_since:
            return "gone" if self.gone else ""
        return "kept back" if self.kept in ("held", "quarantined") else ""


@dataclass
class Visits:
    """One hospital. ``careful``: what a re-send would leave behind is removed first (R5).

    :param removals: False: no removal is ever made before a version is sent.
    """

    hcode: str
    his: His
    book: Book
    careful: bool
    removals: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    #: citizen id -> Patient block delivered last
    blocks: dict[str, Block] = field(default_factory=dict)
    retract: Question = field(default_factory=Question)
    shrink: Question = field(default_factory=Question)

    # -- looking -----------------------------------------------------------------------------------

    def read(self, days: Iterable[date], keys: Iterable[str] = ()) -> None:
        """One run: whole service days, what is there and what was there and is not; and single visits."""
        days = set(days)
        visits = self.his.visits
        there = {vn for vn, visit in visits.items() if visit.eligible and visit.day in days}
        self._look_at([*there, *keys])
        for vn, entry in self.entries.items():
            if entry.day in days and vn not in there and entry.absent_since is None:
                entry.absent_since, entry.gone = self.book.time, None
        braked = {(vn, entry.braked) for vn, entry in self.entries.items() if entry.braked}
        self.shrink.ask({item for item in braked if not self.entries[item[0]].absent_since})

    def _look_at(self, vns: list[str]) -> None:
        wanted: list[tuple[Entry, Document]] = []
        quiet: list[tuple[Entry, Document]] = []
        for vn in sorted(vns, key=lambda vn: (self.his.visits[vn].day, vn), reverse=True):
            visit = self.his.visits[vn]
            entry = self.entries.setdefault(vn, Entry(visit.day))
            braked = entry.braked
            entry.day, entry.absent_since, entry.gone = visit.day, None, None
            entry.kept, entry.braked = "", None
            fate = fate_of(self.his, visit)
            if fate != "send":
                entry.kept = "held" if fate == "hold" else "quarantined"
                continue
            document, old = document_of(self.his, visit), entry.delivered
            if old is not None and _rows_of(bad_rows(visit)) & old.rows:
                entry.kept = "a delivered row became invalid"
            elif braked == document.content and (vn, braked) not in self.shrink.yes:
                entry.kept, entry.braked = "more at once than the brake allows", braked
            elif old is None or old.content != document.content:
                wanted.append((entry, document))
            else:
                quiet.append((entry, document))
        self._brake(wanted, len(vns))
        served = {document.cid for entry, document in wanted if not entry.kept}
        for entry, document in wanted:
            if not entry.kept:
                self._send(entry, document)
        for entry, document in quiet:
            # only the Patient block changed: one visit carries it, the newest
            if document.block in (entry.carried, self.blocks.get(document.cid)) or document.cid in served:
                continue
            self._send(entry, document)
            served.add(document.cid)

    def _brake(self, wanted: list[tuple[Entry, Document]], looked_at: int) -> None:
        """Of versions that take something away, more than a few wait for a person, all of them."""
        taking = [
            (entry, document)
            for entry, document in wanted
            if self._takes_away(entry, document) and (document.vn, document.content) not in self.shrink.yes
        ]
        if len(taking) > max(_BRAKE, _BRAKE_SHARE * looked_at):
            for entry, document in taking:
                entry.kept, entry.braked = "more at once than the brake allows", document.content

    def _takes_away(self, entry: Entry, document: Document) -> bool:
        old = entry.delivered
        return old is not None and (old.cid != document.cid or bool(old.keys - document.keys))

    # -- calls -------------------------------------------------------------------------------------

    def _send(self, entry: Entry, document: Document) -> None:
        nation, old = self.book.nation, entry.delivered
        other_person = old is not None and old.cid != document.cid
        stays_behind = self.careful and bool(nation.holds(self.hcode, document.vn) - document.keys)
        if self.removals and (other_person or stays_behind):
            self._remove(document.vn)
        nation.send(self.hcode, document)
        self.book.note(self.hcode, document.vn, "update")
        entry.delivered, entry.carried, entry.version = document, document.block, entry.version + 1
        self.blocks[document.cid] = document.block

    def _remove(self, vn: str) -> None:
        self.book.nation.remove(self.hcode, vn)
        self.book.note(self.hcode, vn, "remove")
        self.book.note(self.hcode, vn, "confirm")

    # -- what stands there and should not ------------------------------------------------------------

    def reconcile(self, *, fresh: bool) -> None:
        """Second look by key, the question, and what was approved.

        :param fresh: the replica is not behind; nothing is gone by the word of one that is.
        """
        now = self.book.time
        for vn, entry in self.entries.items():
            since = entry.absent_since
            if fresh and entry.delivered and since and now - since >= SECOND_LOOK:
                # whatever exists under its number is out of scope, not gone
                entry.gone = None if vn in self.his.visits else now
        cases: set[Item] = {
            (vn, (entry.version, why)) for vn, entry in self.entries.items() if (why := entry.to_take_back)
        }
        approved = self.retract.yes & cases
        self.retract.ask(cases)
        for vn, _ in sorted(approved, key=str):
            entry = self.entries[vn]
            if entry.absent_since and entry.gone != now:
                continue
            self._remove(vn)
            entry.delivered = entry.carried = None

    def waiting_by_key(self, today: date) -> tuple[set[date], list[str]]:
        """What a re-drive looks at again: service days to read whole, and visits to read by their numbers."""
        days: set[date] = set()
        keys: list[str] = []
        for vn, entry in self.entries.items():
            released = any(vn == yes for yes, _ in self.shrink.yes)
            recheck = entry.kept and not entry.braked and entry.day >= today - timedelta(days=30)
            if entry.absent_since or not (released or recheck):
                continue
            visit = self.his.visits.get(vn)
            if visit is None or not visit.eligible:
                days.add(entry.day)
            elif visit.day != entry.day:
                days |= {entry.day, visit.day}
            else:
                keys.append(vn)
        return days, [vn for vn in keys if self.his.visits[vn].day not in days]

    def reasons(self) -> Iterable[tuple[str, str]]:
        """Visits whose national state may differ from the HIS, and why."""
        said = {vn: ", the office said no" for vn, _ in self.retract.no | self.shrink.no}
        said |= {vn: ", awaiting approval" for vn, _ in self.retract.open | self.shrink.open}
        for vn, entry in self.entries.items():
            why: str = entry.kept
            if entry.absent_since:
                why = "not in scope any more" if vn in self.his.visits else "gone from the HIS"
            if why and entry.delivered:
                yield vn, f"stale, {why}{said.get(vn, '')}"
            elif why and not entry.absent_since:
                yield vn, why


def _rows_of(bad: frozenset[str]) -> frozenset[str]:
    return frozenset(f"lab:{key}" for key in bad) | frozenset(f"drug:{key}" for key in bad)
