"""One row of an allergy register of a HIS as a canonical row. Pure; whose it is says :mod:`phr.his.doses`."""

from __future__ import annotations

from typing import Any, NamedTuple

from phr.canonical import Allergy
from phr.his import normalise as n
from phr.his.doses import Identity, Place, given_day

Raw = Any  # whatever the driver returns; normalise takes any of it

#: highest code of 43-file ALEVEL, TYPEDX and INFORMANT
_SEVERITIES, _CERTAINTIES, _INFORMANTS = 8, 5, 4


class RawAllergy(NamedTuple):
    """Columns of every SELECT that holds allergies.

    ``own_day`` is the day it was reported, ``visit_day`` the day it was typed in.
    """

    row_id: Raw
    person_id: Raw
    person_cid: Raw
    linked_hn: Raw
    hn: Raw
    patient_cid: Raw
    own_day: Raw
    visit_day: Raw
    substance: Raw
    drug_name: Raw
    code24: Raw
    drug_code24: Raw
    local_code: Raw
    reaction: Raw
    severity: Raw
    certainty: Raw
    informant: Raw
    recorder_name: Raw
    recorder_license: Raw
    reporter: Raw

    @property
    def identity(self) -> Identity:
        """Whose allergy it is."""
        return Identity(*self[1:6])


def allergy(place: Place, raw: RawAllergy, ref: str, hn: str | None) -> Allergy:
    """One stored allergy.

    :param ref: key of the person.
    :param hn: the record it is stored under, as ``patient`` rows are keyed.
    """
    notes: list[str] = []
    return Allergy(
        person_ref=ref,
        row_key=f"{place.table}:{n.text(raw.row_id)}",
        hn=hn,
        substance=n.first(raw.substance, raw.drug_name),
        local_code=n.text(raw.local_code),
        did24=n.first(raw.code24, raw.drug_code24),
        reaction=n.text(raw.reaction),
        severity=_code(raw.severity, _SEVERITIES, "severity", notes),
        certainty=_code(raw.certainty, _CERTAINTIES, "certainty", notes),
        informant=_code(raw.informant, _INFORMANTS, "informant", notes),
        recorded_date=given_day(raw.own_day, raw.visit_day, notes, "recorded_date"),
        recorder_name=n.first(raw.recorder_name, raw.reporter),
        recorder_license=n.text(raw.recorder_license),
        notes=n.packed(notes),
    )


def _code(value: Raw, most: int, column: str, notes: list[str]) -> str | None:
    """A code of one digit, 1 to ``most``; anything else is noted ``unmapped``, never guessed at."""
    raw = n.text(value)
    if raw is None or not raw.strip("0"):
        return None
    code = raw.lstrip("0")
    if len(code) == 1 and code in "123456789"[:most]:
        return code
    notes.append(f"unmapped:{column}")
    return None
