"""A hospital information system in memory: what staff see on their screens, not how HOSxP stores it.

The script edits these objects, :mod:`projection` turns them into HOSxP rows, :mod:`documents` into what the
national side should show. Identities are invented (:mod:`phr_sandbox.province.people`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from phr_sandbox.province import people
from phr_sandbox.province.vitals import Vitals

#: where a dose is recorded: with a visit, in one of the registers of the community module, or in the old list
DoseTable = Literal["visit", "wbc", "epi", "student", "anc", "elsewhere", "list"]
#: a date nobody can have meant, as typed into a DATE column
IMPOSSIBLE_DAY = date(2099, 1, 1)


@dataclass
class Record:
    """A patient record, one per HN; two of them may be one human being."""

    hn: str
    cid: str | None
    phone: str
    #: what no edit changes: names, sex, birth date, address
    who: people.Person


@dataclass
class Person:
    """An entry of the community register; ``hn`` None when it is not linked to a record."""

    person_id: int
    cid: str
    hn: str | None
    who: people.Person


@dataclass
class Diagnosis:
    """``row`` is its key; ``kind`` 1 principal, 2 co-morbidity, 4 other, 5 external cause."""

    row: int
    code: str
    kind: str
    time: str


@dataclass
class LabRow:
    """One result as typed; None: not known yet."""

    item: int
    result: str | None
    confirmed: bool = True


@dataclass
class LabForm:
    """An order form; ``report_day`` None until the laboratory reports it."""

    number: int
    name: str
    order_day: date
    order_time: str
    report_day: date | None
    report_time: str | None
    rows: list[LabRow]


@dataclass
class DrugLine:
    """One dispensed line; a negative quantity is a return."""

    row: str
    icode: str
    qty: int
    usage: str
    rx_day: date
    rx_time: str
    special: str | None = None


@dataclass
class Appointment:
    """``active`` False: cancelled."""

    row: int
    day: date
    time: str
    clinic: str
    made: date
    active: bool = True


@dataclass
class Visit:
    """An outpatient visit with all that hangs on it. ``day`` is the service day, times are HH:MM:SS."""

    vn: str
    hn: str
    day: date
    time: str
    #: number of the entry: a visit deleted and entered again has another
    serial: int
    doctor: str
    spclty: str
    department: str
    arrival: str
    complaint: str
    vitals: Vitals
    #: plan codes (``pttype``), the primary one first
    coverages: list[str]
    diagnoses: list[Diagnosis] = field(default_factory=list)
    forms: list[LabForm] = field(default_factory=list)
    drugs: list[DrugLine] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    finished: bool = True
    #: False: free of charge, so the pharmacy's table does not know of it
    charged: bool = True
    #: admission number, once the visit became an admission
    an: str | None = None

    @property
    def eligible(self) -> bool:
        """Finished and not admitted: what belongs to the national record as a visit."""
        return self.finished and self.an is None


@dataclass
class Dose:
    """A vaccination. ``vn`` for the table ``visit``, ``person_id`` for all others.

    ``entered`` is the day the row was typed, where the table keeps that (``visit`` and ``elsewhere``).
    """

    table: DoseTable
    row: int
    vaccine: int
    day: date
    lot: str
    entered: date
    vn: str | None = None
    person_id: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Table and row number."""
        return self.table, self.row


@dataclass
class His:
    """One hospital's system. Edits change it in place; equal scripts give equal systems."""

    hcode: str
    records: dict[str, Record] = field(default_factory=dict)
    persons: dict[int, Person] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    doses: dict[tuple[str, int], Dose] = field(default_factory=dict)

    def cid_of_dose(self, dose: Dose) -> str | None:
        """Citizen id of who got it: over the visit's record, or over the community register."""
        if dose.vn is not None:
            return self.records[self.visits[dose.vn].hn].cid
        person = self.persons[dose.person_id or 0]
        return self.records[person.hn].cid if person.hn else person.cid
