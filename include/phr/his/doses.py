"""Where a HIS keeps doses, whose they are, and one row of them as a canonical row. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from phr.canonical import Immunization
from phr.his import normalise as n

Raw = Any  # whatever the driver returns; normalise takes any of it

#: key of the rows that name nobody at all: they are counted and listed, and never sent
NOBODY = "h"


@dataclass(frozen=True, slots=True)
class Place:
    """One table of a register: its SELECT, the tables without which there is nothing, and how it is asked."""

    table: str
    statement: str
    needs: tuple[str, ...]
    #: scopes that together find the rows of given days, perhaps with others beside them
    day_scopes: tuple[str, ...]
    #: scope that finds the rows of given local records: ``hns``, or ``ids`` of the community register
    key_scope: Literal["hns", "ids"]
    elsewhere: bool = False

    @property
    def full_setting(self) -> str:
        """Setting of a hospital by which it says that this file holds every row of every person (R6)."""
        return f"{self.table}_export_full"


class Identity(NamedTuple):
    """What a row says of its person, as the driver returns it (columns of ``doses.jinja``)."""

    person_id: Raw
    person_cid: Raw
    linked_hn: Raw
    hn: Raw
    patient_cid: Raw

    @property
    def ref(self) -> str:
        """Key of the person: the citizen id where one is known, else the HN, else the person id.

        No search and no merging: two rows have one key when, and only when, they name the same id. What
        contradicts that is found by :mod:`phr.his.records` and quarantines the register.
        """
        if cid := n.cid(self.person_cid) or n.cid(self.patient_cid):
            return f"c{cid}"
        if number := self.number:
            return f"h{number}"
        return NOBODY if self.person_id is None else f"p{self.person_id}"

    @property
    def number(self) -> str | None:
        """The HN as it stands in the patient register, else as the row has it; never stripped."""
        number = self.linked_hn if self.hn is None else self.hn
        return str(number) if n.text(number) else None


class RawDose(NamedTuple):
    """Columns of every ``dose_*.sql`` that holds rows."""

    row_id: Raw
    person_id: Raw
    person_cid: Raw
    linked_hn: Raw
    hn: Raw
    patient_cid: Raw
    own_day: Raw
    visit_day: Raw
    own_time: Raw
    visit_time: Raw
    vaccine_code: Raw
    vaccine_name: Raw
    dose_number: Raw
    quantity: Raw
    lot_number: Raw
    expire_date: Raw
    visit_ref: Raw
    place: Raw
    doctor_name: Raw
    doctor_license: Raw

    @property
    def identity(self) -> Identity:
        """Whose row it is."""
        return Identity(*self[1:6])


class KeyAndDay(NamedTuple):
    """Columns of ``dose_days.sql`` and its like; ``elsewhere`` says that the row moves nothing."""

    place: str
    row_id: Raw
    elsewhere: int
    person_id: Raw
    person_cid: Raw
    linked_hn: Raw
    hn: Raw
    patient_cid: Raw
    own_day: Raw
    visit_day: Raw

    @property
    def identity(self) -> Identity:
        """Whose row it is."""
        return Identity(*self[3:8])


def given_day(own: Raw, visit: Raw, notes: list[str], column: str = "given_date") -> str | None:
    """ISO day of a row: its own; that of its visit when it has none. An impossible one is not replaced."""
    day = n.date(own, column, notes)
    if day or f"bad_date:{column}" in notes:
        return day
    return n.date(visit, column, notes)


def vaccine_code(value: Raw) -> str | None:
    """VACCINETYPE in capitals, numbers padded to three digits (spreadsheets drop zeros); ``-`` is none."""
    code = n.text(value)
    if code is None or not code.strip("-"):
        return None
    code = code.upper()
    return code.zfill(3) if code.isascii() and code.isdigit() else code


def dose(place: Place, raw: RawDose, ref: str, hn: str | None) -> Immunization:
    """One stored dose.

    :param ref: key of the person.
    :param hn: the record it is stored under, as ``patient`` rows are keyed.
    """
    notes: list[str] = []
    day = given_day(raw.own_day, raw.visit_day, notes)
    # day and time come from one row: a zero moment has a time too
    clock = raw.own_time if n.date(raw.own_day, "", []) else raw.visit_time
    return Immunization(
        person_ref=ref,
        row_key=f"{place.table}:{raw.row_id}",
        hn=hn,
        vaccine_code=vaccine_code(raw.vaccine_code),
        vaccine_name=n.text(raw.vaccine_name),
        dose_number=n.integer(raw.dose_number, "dose_number", notes),
        quantity=n.number(raw.quantity, "quantity", notes),
        lot_number=n.text(raw.lot_number),
        expire_date=n.date(raw.expire_date, "expire_date", notes, open_ended=True),
        given_date=day,
        given_time=n.time(clock, "given_time", notes),
        visit_ref=n.text(raw.visit_ref),
        place=n.text(raw.place),
        elsewhere=place.elsewhere,
        manufacturer=None,  # no table of any HIS that is known well enough names it
        performer_name=n.text(raw.doctor_name),
        performer_license=n.text(raw.doctor_license),
        notes=n.packed(notes),
    )
