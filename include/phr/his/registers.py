"""The registers of one snapshot: whose changed, how many, and their complete rows (R6).

Doses, allergies and chronic diseases are kept by person, perhaps in several tables of a HIS. The rows and the
counts go separate ways: ``touched`` and ``documents`` find the records of a person first and read the SELECTs
of the places by them, the counts read ``<register>_days.sql`` by the ids themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from phr import faults
from phr.canonical import CanonicalRow, RegisterPerson
from phr.errors import Bug
from phr.his import allergies, chronic, doses, people
from phr.his import normalise as n
from phr.his.base import DayCount
from phr.his.doses import NOBODY, KeyAndDay, Place, given_day
from phr.his.reader import KEYS, Reader, bangkok, batched, distinct_days, on_days
from phr.his.records import RecordFinder, as_id, unregistered
from phr.settings.categories import CategoryName

Raw = Any  # a row of one of the SELECTs: RawDose, RawAllergy, ...

#: days whose people are in memory at once
WINDOW_DAYS = 31
COLUMNS = {
    **{f"{name}_days": KeyAndDay._fields for name in ("dose", "allergy", "chronic")},
    "record_person": ("person_id", "cid", *doses.Identity._fields[2:]),
    "record_patient": ("hn", "cid"),
    "person": tuple(people.PATIENT_COLUMNS),
}


@dataclass(frozen=True, slots=True)
class Register:
    """One kind of register: how its SELECTs are named and what becomes of their rows."""

    kind: str
    #: category that finds its changes
    feed: CategoryName
    #: canonical table of its rows
    table: str
    #: SELECT of the counts
    days: str
    #: makes a row of a place from what the driver returns
    raw: Callable[[Iterable[Any]], Raw]
    row: Callable[[Place, Raw, str, str | None], CanonicalRow]
    #: True: rows without any day are found too and stand under the first day of the category; and a row that
    #: says when it was last changed leads the feed to its person on that day as well.
    undated: bool = False


REGISTERS = {
    register.kind: register
    for register in (
        Register(
            "immunization", "immunizations", "immunization", "dose_days", doses.RawDose._make, doses.dose
        ),
        Register(
            "allergy",
            "allergies",
            "allergy",
            "allergy_days",
            allergies.RawAllergy._make,
            allergies.allergy,
            undated=True,
        ),
        Register(
            "chronic",
            "chronic",
            "chronic_register",
            "chronic_days",
            chronic.RawRegistration._make,
            chronic.registration,
            undated=True,
        ),
    )
}


class RegisterSource:
    """See :class:`phr.his.base.KeySource`; a reference is the key of a person (:class:`doses.Identity`).

    A register stands under the day of its newest row of this hospital that is not in the future; without one
    it belongs to no day and is not eligible. Rows of elsewhere are read with it and move nothing.
    """

    def __init__(self, reader: Reader, register: Register) -> None:
        self._reader = reader
        self._register = register
        self._records = RecordFinder(reader)
        self._today = bangkok(reader.taken_at).date().isoformat()
        first = reader.hospital.categories.get(register.feed) if register.undated else None
        #: day of what has no day
        self._first = first.isoformat() if first else None
        self._places = [
            p
            for p in reader.system.registers[register.kind]
            if all(reader.statements.has(table) for table in p.needs)
        ]
        #: day -> (registers, doses of these registers); a snapshot does not change
        self._counted: dict[date, tuple[int, int]] = {}

    # -- which registers -----------------------------------------------------------------------------

    def feed_days(self, feed: str, days: Sequence[date]) -> list[date]:
        """Days of the newest rows of those of whom any row has one of these days, ascending.

        :raises Bug: PHR-901 for a feed of another kind.
        """
        if feed != self._register.feed:
            raise Bug(faults.UNEXPECTED, detail=f"no feed {feed} of registers of {self._register.kind}")
        found: set[date] = set()
        for part in batched(distinct_days(days), WINDOW_DAYS):
            for newest, _rows in self._counted_by_ref(self._noted_on(part) | self._changed_on(part)):
                found.add(date.fromisoformat(newest))
        return sorted(found)

    def tells(self, days: Sequence[date]) -> list[date]:
        """Every day: a source of registers holds them whole, or is none."""
        return distinct_days(days)

    def touched(self, days: Sequence[date]) -> Iterator[str]:
        """Keys of the people whose newest row has one of these days, by (newest day, key).

        The people of a month are found at a time and fully, so a caller may read documents in between.
        """
        for part in batched(distinct_days(days), WINDOW_DAYS):
            asked = {day.isoformat() for day in part}
            seen = {
                raw.identity.ref
                for place in self._own_places
                for scope in (*place.day_scopes, *self._undated_scope(asked))
                for raw in self._rows(place, scope, on_days(part))
                if self._day_of(_elsewhere(place, raw), raw) in asked
            }
            newest = {ref: day for ref, day in self._newest(seen).items() if day in asked}
            yield from sorted(newest, key=lambda ref: (newest[ref], ref))

    def touched_keys(self, refs: Sequence[str]) -> dict[str, date]:
        """Those of these people who have a row of this hospital, each with the day of the newest."""
        return {ref: date.fromisoformat(day) for ref, day in self._newest(set(refs)).items()}

    def not_whole(self) -> list[str]:
        """Tables of these rows, or of the people they belong to, that this database lacks or its account may
        not see; the name of a source whose files nobody can prove to be of one whole export."""
        system, statements = self._reader.system, self._reader.statements
        if system.partial:
            return [system.name]
        needed = {table for place in system.registers[self._register.kind] for table in place.needs}
        lacking = {table for table in needed if not statements.has(table)}
        if "person" in system.parts and not statements.can("person"):
            lacking.add("person")  # without it rows would stand under another key
        return sorted(lacking)

    def resolve(self, wanted: Callable[[str], bool]) -> Iterator[str]:
        """Every key that ``wanted`` says yes to: of everybody registered, with rows or without, and of rows
        whose person neither register of people knows. Whole scans; memory is that of the keys wanted.
        """
        strangers = (
            KeyAndDay(*row).identity for row in self._reader.rows(self._register.days, "unknown", {})
        )
        told: set[str] = set()
        for scan in (self._records.patients(), self._records.persons(), strangers):
            # read to its end before anything is told: the caller may ask the connection for more
            found = {ref for identity in scan if (ref := identity.ref) not in told and wanted(ref)}
            told |= found
            yield from sorted(found)

    # -- how many ------------------------------------------------------------------------------------

    def count(self, days: Sequence[date]) -> dict[date, DayCount]:
        """Independent counts; every asked day is present. A register is eligible or stands under no day."""
        self._count(days)
        return {day: DayCount(eligible=self._counted[day][0]) for day in distinct_days(days)}

    def count_keys(self, refs: Sequence[str]) -> dict[date, int]:
        """Independent count of the eligible registers among these keys, per service day."""
        counts: dict[date, int] = {}
        for newest, _rows in self._counted_by_ref(set(refs)):
            day = date.fromisoformat(newest)
            counts[day] = counts.get(day, 0) + 1
        return counts

    def count_rows(self, days: Sequence[date]) -> dict[str, int]:
        """Number of stored rows of the registers of these days, those of elsewhere included."""
        self._count(days)
        return {self._register.table: sum(self._counted[day][1] for day in distinct_days(days))}

    def count_key_rows(self, refs: Sequence[str]) -> dict[str, int]:
        """Number of stored rows of the eligible registers among these keys."""
        return {self._register.table: sum(rows for _newest, rows in self._counted_by_ref(set(refs)))}

    def _count(self, days: Sequence[date]) -> None:
        missing = [day for day in distinct_days(days) if day not in self._counted]
        for part in batched(missing, WINDOW_DAYS):
            totals = {day.isoformat(): (0, 0) for day in part}
            for newest, rows in self._counted_by_ref(self._noted_on(part)):
                if newest in totals:
                    registers, of_day = totals[newest]
                    totals[newest] = (registers + 1, of_day + rows)
            self._counted |= {day: totals[day.isoformat()] for day in part}

    def _noted_on(self, days: Sequence[date]) -> set[str]:
        """Keys of those of whom a row of this hospital has one of these days."""
        asked = {day.isoformat() for day in days}
        found = set()
        for scope in ("days", *self._undated_scope(asked)):
            for row in map(KeyAndDay._make, self._reader.rows(self._register.days, scope, on_days(days))):
                if self._day_of(bool(row.elsewhere), row) in asked:
                    found.add(row.identity.ref)
        return found

    def _changed_on(self, days: Sequence[date]) -> set[str]:
        """Keys of those of whom a row says that it was changed on these days, where rows say so."""
        if not self._register.undated:
            return set()
        rows = self._reader.rows(self._register.days, "changed", on_days(days))
        return {row.identity.ref for row in map(KeyAndDay._make, rows)}

    def _undated_scope(self, asked: set[str]) -> tuple[str, ...]:
        return ("undated",) if self._first in asked else ()

    def _day_of(self, elsewhere: bool, row: Any) -> str | None:
        """ISO day that a row moves its register to; None when it moves nothing."""
        return None if elsewhere else given_day(row.own_day, row.visit_day, []) or self._first

    def _counted_by_ref(self, refs: Iterable[str]) -> Iterator[tuple[str, int]]:
        """(newest day, number of stored doses) of every eligible register among these keys."""
        for part in batched(sorted(refs), KEYS):
            newest: dict[str, str] = {}
            # the scopes overlap, so a row is counted by its key
            stored: dict[str, set[tuple[str, object]]] = {}
            for scope, keys in self._id_scopes(part):
                for row in map(KeyAndDay._make, self._reader.by_keys(self._register.days, scope, keys)):
                    ref = row.identity.ref
                    stored.setdefault(ref, set()).add((row.place, row.row_id))
                    self._note_newest(newest, bool(row.elsewhere), row)
            yield from ((newest[ref], len(stored[ref])) for ref in part if ref in newest)

    def _id_scopes(self, refs: Sequence[str]) -> Iterator[tuple[str, list[object]]]:
        cids = self._records.spellings([ref[1:] for ref in refs if ref[0] == "c"])
        yield "person_cids", list(cids)
        yield "patient_cids", list(cids)
        yield "hns", [ref[1:] for ref in refs if ref[0] == "h" and ref != NOBODY]
        yield "ids", [as_id(ref[1:]) for ref in refs if ref[0] == "p"]
        yield "nobody", [NOBODY] if NOBODY in refs else []

    # -- complete registers --------------------------------------------------------------------------

    def documents(self, refs: Sequence[str]) -> dict[str, list[CanonicalRow]]:
        """Complete registers of these people, their patients and the identity evidence.

        All or nothing: every place is read before anything is returned, and whatever fails on the way is
        raised. Rows stand by (key, record or row key); memory grows with the keys given.
        """
        wanted = set(refs)
        records = self._records.find(wanted)
        registered = records.by_person()
        newest: dict[str, str] = {}
        found: dict[str, CanonicalRow] = {}
        for place in self._places:
            for raw in self._of_people(place, wanted, records.hns, records.persons):
                ref = raw.identity.ref
                of_person = registered.setdefault(ref, unregistered(ref))
                row: Any = self._register.row(place, raw, ref, _record_of(raw, of_person))
                found[row.row_key] = row  # a collation may find a row under two spellings of one key
                self._note_newest(newest, _elsewhere(place, raw), raw)
        told: list[RegisterPerson] = []
        for ref, of_person in registered.items():
            notes = "ambiguous:cid" if ref in records.ambiguous else None
            keys = [n.text(record) for record in of_person] or [None]  # nobody has no record
            told += [RegisterPerson(ref, key, newest.get(ref), notes) for key in keys]
        told.sort(key=lambda row: (row.person_ref, row.hn or ""))
        every = [record for of_person in registered.values() for record in of_person]
        patients, evidence = people.read_people(
            self._reader.by_keys,
            [record for record in every if not record.startswith("~")],
            person=self._reader.statements.can("person"),
            address=self._reader.statements.can("address"),
            person_ids=[as_id(record[1:]) for record in every if record.startswith("~")],
            spellings=lambda cid: self._records.spellings([cid]),
        )
        return {
            "register_person": list(told),
            "patient": sorted(patients, key=itemgetter(0)),
            "identity_evidence": sorted(evidence, key=itemgetter(0, 1, 2)),
            self._register.table: sorted(found.values(), key=itemgetter(0, 1)),
        }

    # -- reading -------------------------------------------------------------------------------------

    @property
    def _own_places(self) -> list[Place]:
        return [place for place in self._places if not place.elsewhere]

    def _newest(self, refs: Iterable[str]) -> dict[str, str]:
        """Key -> ISO day of the newest row of this hospital that is not in the future."""
        newest: dict[str, str] = {}
        for part in batched(sorted(refs), KEYS):
            wanted = set(part)
            records = self._records.find(wanted)
            for place in self._own_places:
                for raw in self._of_people(place, wanted, records.hns, records.persons):
                    self._note_newest(newest, _elsewhere(place, raw), raw)
        return newest

    def _note_newest(self, newest: dict[str, str], elsewhere: bool, row: Any) -> None:
        day = self._day_of(elsewhere, row)
        if day and day <= self._today:
            ref = row.identity.ref
            newest[ref] = max(day, newest.get(ref, day))

    def _of_people(
        self, place: Place, wanted: set[str], hns: Iterable[str], persons: Iterable[str]
    ) -> Iterator[Raw]:
        """Rows in one place that belong to these keys."""
        keys: list[object] = [*hns] if place.key_scope == "hns" else [as_id(number) for number in persons]
        for raw in map(self._register.raw, self._reader.by_keys(place.statement, place.key_scope, keys)):
            if raw.identity.ref in wanted:
                yield raw
        if NOBODY in wanted:
            yield from (raw for raw in self._rows(place, "nobody", {}) if raw.identity.ref == NOBODY)

    def _rows(self, place: Place, scope: str, parameters: dict[str, object]) -> Iterator[Raw]:
        yield from map(self._register.raw, self._reader.rows(place.statement, scope, parameters))


def _elsewhere(place: Place, raw: Raw) -> bool:
    """Whether a row moves nothing: another facility's, or one the hospital keeps to itself."""
    return place.elsewhere or bool(getattr(raw, "withheld", 0))


def _record_of(raw: Raw, records: Sequence[str]) -> str | None:
    """The record a row is stored under, among those of its person."""
    for record in (raw.identity.number, f"~{raw.person_id}"):
        if record in records:
            return n.text(record)
    return records[0] if records else None
