"""One row of a register of chronic diseases as a canonical row. Pure; for whose, see :mod:`phr.his.doses`."""

from __future__ import annotations

from typing import Any, NamedTuple

from phr.canonical import ChronicRegistration
from phr.his import normalise as n
from phr.his.doses import Identity, Place, given_day

Raw = Any  # whatever the driver returns; normalise takes any of it

_STATUSES = frozenset(f"{number:02d}" for number in range(1, 12))


class RawRegistration(NamedTuple):
    """Columns of every SELECT that holds entries of a chronic disease register.

    ``own_day`` is the day of registration, ``visit_day`` another that stands for a missing one; ``withheld``
    is 1 when the hospital has marked the register not to leave.
    """

    row_id: Raw
    person_id: Raw
    person_cid: Raw
    linked_hn: Raw
    hn: Raw
    patient_cid: Raw
    own_day: Raw
    visit_day: Raw
    code: Raw
    name_th: Raw
    name_en: Raw
    clinic_name: Raw
    discharge_day: Raw
    status: Raw
    withheld: Raw

    @property
    def identity(self) -> Identity:
        """Whose entry it is."""
        return Identity(*self[1:6])


def registration(place: Place, raw: RawRegistration, ref: str, hn: str | None) -> ChronicRegistration:
    """One stored entry.

    :param ref: key of the person.
    :param hn: the record it is stored under, as ``patient`` rows are keyed.
    """
    notes: list[str] = []
    return ChronicRegistration(
        person_ref=ref,
        row_key=f"{place.table}:{n.text(raw.row_id)}",
        hn=hn,
        code=n.icd_code(raw.code),
        name=n.first(raw.name_en, raw.name_th),
        clinic_name=n.text(raw.clinic_name),
        registered_date=given_day(raw.own_day, raw.visit_day, notes, "registered_date"),
        discharge_date=n.date(raw.discharge_day, "discharge_date", notes, open_ended=True),
        status=_status(raw.status, notes),
        withheld=bool(raw.withheld),
        notes=n.packed(notes),
    )


def _status(value: Raw, notes: list[str]) -> str | None:
    """TYPEDISCH with its leading zero (spreadsheets drop it); anything else is noted, never guessed at."""
    raw = n.text(value)
    if raw is None:
        return None
    code = raw.zfill(2)
    if code in _STATUSES:
        return code
    notes.append("unmapped:status")
    return None
