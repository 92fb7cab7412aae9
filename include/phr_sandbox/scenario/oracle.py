"""The ideal sender: from the script alone, what the national side holds in the end and how few calls do it.

It knows the promises, not the product: a call only where content differs from what was delivered at the time
a run looks, a removal only where a child or a whole visit must go, nothing while a document is held, and
nothing destroyed before a person approved. Which *parts* of the product take part is an argument: with all
of them it says what the finished product must reach, with fewer what those alone can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from phr_sandbox.scenario.documents import (
    Block,
    Document,
    Fate,
    Shot,
    bad_rows,
    document_of,
    fate_of,
    register_of,
    usable_cid,
)
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.nation import Nation
from phr_sandbox.scenario.script import Approval, Day, Script, play
from phr_sandbox.scenario.view import VisitKey

#: what the endpoint setting says of a re-send (R5)
Mode = Literal["replace", "merge", "unknown"]
#: Parts of the product. Feeds and the sweep look; ``redrive`` looks again at what was kept back; ``removal``
#: takes a document away and confirms it before another version is sent; ``retraction`` is second look,
#: proposal, and removal after approval.
Part = Literal["visits", "labs", "drugs", "immunizations", "redrive", "sweep", "removal", "retraction"]
PARTS: tuple[Part, ...] = get_args(Part)
#: kinds of calls with an ideal: UpdatePHRv1, ImmunizationRegisterv1, RemoveEncounter, and the read after it
Call = Literal["update", "register", "remove", "confirm"]
CALLS: tuple[Call, ...] = get_args(Call)

#: a document that was not seen is looked for again, by key, not earlier (R7)
SECOND_LOOK = timedelta(hours=24)
#: times within a night, after half past one: the feeds, then what looks at the whole
_AFTER: dict[str, timedelta] = {
    "visits": timedelta(0),
    "labs": timedelta(minutes=20),
    "drugs": timedelta(minutes=40),
    "immunizations": timedelta(minutes=60),
    "redrive": timedelta(minutes=90),
    "sweep": timedelta(minutes=120),
    "retraction": timedelta(minutes=150),
}


def clock_of(day: Day, step: str) -> datetime:
    """When a step of a day's night takes place."""
    return day.night + _AFTER[step]


@dataclass
class _Entry:
    """What the ideal sender remembers of one document."""

    day: date
    delivered: Document | None = None
    #: the Patient block this document carried last
    carried: Block | None = None
    absent_since: datetime | None = None
    proposed: bool = False
    #: why the national side may differ from the HIS
    reason: str = ""


@dataclass
class _Register:
    delivered: frozenset[Shot] = frozenset()
    #: the smaller set that waits for approval
    waiting: frozenset[Shot] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One call and the part that made it; ``target`` is a visit number or a citizen id."""

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
    #: (approval, day) that met nothing to approve: a mistake in the script or a part that is missing
    idle_approvals: list[tuple[int, Approval]] = field(default_factory=list)

    def calls(self, day: int | None = None) -> Counter[Call]:
        """Ideal number of calls by kind, of one day or of all."""
        return Counter(action.call for action in self.actions if day in (None, action.day))


class Oracle:
    """One play of a script. :meth:`night` is the night after a day; :func:`foretell` plays all of it."""

    def __init__(
        self, script: Script, mode: Mode, *, server_merges: bool, parts: Collection[Part] = PARTS
    ) -> None:
        self._script = script
        self._careful = mode != "replace"
        self._parts = frozenset(parts)
        self._systems = script.start()
        self._entries: dict[VisitKey, _Entry] = {}
        self._registers: dict[tuple[str, str], _Register] = {}
        #: (hospital, citizen id) -> Patient block delivered last
        self._blocks: dict[tuple[str, str], Block] = {}
        #: number of the day, and the time of the step
        self._now = (0, script.days[0].night)
        self.outcome = Outcome(Nation(server_merges))

    def night(self, day: Day) -> None:
        """Edits of a day, the night after it, and the approvals of the morning."""
        play(self._systems, day.edits)
        first = self._script.days[0].date
        for part in PARTS:
            if part == "removal" or part not in self._parts or (part == "sweep" and not day.sweep):
                continue
            self._now = (day.number, clock_of(day, part))
            for hcode, setting in self._script.hospitals.items():
                back = range(setting.look_back + 1)
                window = {d for n in back if (d := day.date - timedelta(days=n)) >= first}
                self._step(part, hcode, window)
        for approval in day.approvals:
            self._approve(approval)

    def _step(self, part: Part, hcode: str, window: set[date]) -> None:
        his = self._systems[hcode]
        visits = his.visits.values()
        if part == "visits":
            days_with_visits = {visit.day for visit in visits}
            setting = self._script.hospitals[hcode]
            if any(day not in days_with_visits and not setting.is_closed(day) for day in window):
                self.outcome.stops.add((self._now[0], hcode))
                return
            self._look(hcode, window, part)
        elif part == "labs":
            forms = ((visit.day, form) for visit in visits for form in visit.forms)
            found = {day for day, form in forms if {form.order_day, form.report_day} & window}
            self._look(hcode, found, part)
        elif part == "drugs":
            charged = {visit.day for visit in visits if (visit.finished and visit.charged) or visit.drugs}
            dispensed = {visit.day for visit in visits for line in visit.drugs if line.rx_day in window}
            self._look(hcode, charged & window | dispensed, part)
        elif part == "sweep":
            last = max(window)
            self._look(hcode, {day.date for day in self._script.days if day.date <= last}, part)
            self._look_at_registers(hcode, {cid for code, cid in self._registers if code == hcode}, part)
            self._look_at_registers(hcode, _cids(his, his.doses.values()), part)
        elif part == "immunizations":
            recent = [dose for dose in his.doses.values() if {dose.day, dose.entered} & window]
            self._look_at_registers(hcode, _cids(his, recent), part)
        elif part == "redrive":
            kept = {vn for (code, vn), entry in self._entries.items() if code == hcode and entry.reason}
            self._look_at(hcode, [vn for vn in kept if vn in his.visits and his.visits[vn].eligible], part)
        elif part == "retraction":
            self._second_look(hcode)

    # -- visits ------------------------------------------------------------------------------------

    def _look(self, hcode: str, days: set[date], part: Part) -> None:
        """Whole service days are read: what is there, and what was there and is not."""
        visits = self._systems[hcode].visits
        there = {vn for vn, visit in visits.items() if visit.eligible and visit.day in days}
        self._look_at(hcode, there, part)
        for (code, vn), entry in self._entries.items():
            if code == hcode and entry.day in days and vn not in there and entry.absent_since is None:
                entry.absent_since = self._now[1]
                entry.reason = "gone from the HIS" if entry.delivered else ""

    def _look_at(self, hcode: str, vns: Iterable[str], part: Part) -> None:
        his = self._systems[hcode]
        served: set[str] = set()
        quiet: list[tuple[_Entry, Document]] = []
        for vn in sorted(vns, key=lambda vn: (his.visits[vn].day, vn), reverse=True):
            visit = his.visits[vn]
            entry = self._entries.setdefault((hcode, vn), _Entry(visit.day))
            entry.day, entry.absent_since, entry.proposed, entry.reason = visit.day, None, False, ""
            fate: Fate = fate_of(his, visit)
            if fate != "send":
                entry.reason = {"hold": "held", "quarantine": "quarantined"}[fate]
                continue
            document, old = document_of(his, visit), entry.delivered
            if old is not None and _rows_of(bad_rows(visit)) & old.rows:
                entry.reason = "a delivered row became invalid"
            elif old is None or old.content != document.content:
                self._send(hcode, entry, document, part)
                served.add(document.cid)
            else:
                quiet.append((entry, document))
        for entry, document in quiet:
            # only the Patient block changed: one visit carries it, the newest
            person = (hcode, document.cid)
            if document.block in (entry.carried, self._blocks.get(person)) or document.cid in served:
                continue
            self._send(hcode, entry, document, part)
            served.add(document.cid)

    def _send(self, hcode: str, entry: _Entry, document: Document, part: Part) -> None:
        nation, old = self.outcome.nation, entry.delivered
        other_person = old is not None and old.cid != document.cid
        stays_behind = self._careful and bool(nation.holds(hcode, document.vn) - document.keys)
        if "removal" in self._parts and (other_person or stays_behind):
            self._remove(hcode, document.vn, "removal")
        nation.send(hcode, document)
        self._note(hcode, document.vn, "update", part)
        entry.delivered, entry.carried = document, document.block
        self._blocks[hcode, document.cid] = document.block

    def _remove(self, hcode: str, vn: str, part: Part) -> None:
        self.outcome.nation.remove(hcode, vn)
        self._note(hcode, vn, "remove", part)
        self._note(hcode, vn, "confirm", part)

    def _second_look(self, hcode: str) -> None:
        """By key: a document that is back is left to the feeds."""
        visits = self._systems[hcode].visits
        for (code, vn), entry in self._entries.items():
            if code == hcode and entry.delivered and entry.absent_since:
                back = vn in visits and visits[vn].eligible
                long_gone = self._now[1] - entry.absent_since >= SECOND_LOOK
                entry.proposed = not back and (entry.proposed or long_gone)

    # -- registers ---------------------------------------------------------------------------------

    def _look_at_registers(self, hcode: str, cids: set[str], part: Part) -> None:
        if "immunizations" not in self._parts:
            return
        for cid in sorted(cid for cid in cids if usable_cid(cid)):
            now = register_of(self._systems[hcode], cid)
            known = self._registers.setdefault((hcode, cid), _Register())
            known.waiting = None
            if now == known.delivered:
                continue
            if _names(now) >= _names(known.delivered):
                self._write_register(hcode, cid, now, part)
            else:
                known.waiting = now

    def _write_register(self, hcode: str, cid: str, shots: frozenset[Shot], part: Part) -> None:
        self._registers[hcode, cid] = _Register(delivered=shots)
        self.outcome.nation.registers[hcode, cid] = shots
        self._note(hcode, cid, "register", part)

    # -- approvals and the end ---------------------------------------------------------------------

    def _approve(self, approval: Approval) -> None:
        hcode, target = approval.hcode, approval.target
        if approval.what == "shrink":
            register = self._registers.get((hcode, target))
            if register and register.waiting is not None:
                return self._write_register(hcode, target, register.waiting, "immunizations")
        else:
            entry = self._entries.get((hcode, target))
            wanted = entry is not None and (
                entry.proposed if approval.what == "retract" else entry.reason == "held"
            )
            if entry and entry.delivered and wanted and "retraction" in self._parts:
                self._remove(hcode, target, "retraction")
                entry.delivered, entry.carried, entry.proposed = None, None, False
                return None
        self.outcome.idle_approvals.append((self._now[0], approval))
        return None

    def close(self) -> Outcome:
        """After the last night: what still differs from the HIS, with the reason."""
        for key, entry in self._entries.items():
            if entry.reason and (entry.delivered or entry.absent_since is None):
                stale = "stale, " if entry.delivered else ""
                awaiting = ", awaiting approval" if entry.proposed else ""
                self.outcome.visit_reasons[key] = f"{stale}{entry.reason}{awaiting}"
        for person, register in self._registers.items():
            if register.waiting is not None:
                self.outcome.register_reasons[person] = "the set shrank, awaiting approval"
        return self.outcome

    def _note(self, hcode: str, target: str, call: Call, part: Part) -> None:
        self.outcome.actions.append(Action(self._now[0], hcode, target, call, part))


def foretell(script: Script, mode: Mode, *, server_merges: bool, parts: Collection[Part] = PARTS) -> Outcome:
    """Play a script to its end."""
    oracle = Oracle(script, mode, server_merges=server_merges, parts=parts)
    for day in script.days:
        oracle.night(day)
    return oracle.close()


def _rows_of(bad: frozenset[str]) -> frozenset[str]:
    return frozenset(f"lab:{key}" for key in bad) | frozenset(f"drug:{key}" for key in bad)


def _cids(his: His, doses: Iterable[object]) -> set[str]:
    return {cid for dose in doses if (cid := his.cid_of_dose(dose))}  # type: ignore[arg-type]


def _names(shots: frozenset[Shot]) -> set[tuple[date, str]]:
    return {(shot.day, shot.code) for shot in shots}
