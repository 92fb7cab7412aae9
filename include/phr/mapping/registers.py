"""What the registers of one person at one hospital share: whose they are, and what an entry is (rule R6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from phr import faults
from phr.canonical import Patient
from phr.errors import Bug, QuarantineRecord
from phr.mapping.common import natural
from phr.mapping.patient import lacking
from phr.settings import Hospital


class _Row(Protocol):
    @property
    def person_ref(self) -> str: ...
    @property
    def row_key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One entry of a register document.

    ``reference`` is what the national side knows it by, ``identity`` says which dose, allergy or disease it
    is, and ``row_keys`` are all rows that tell of it, sorted.
    """

    reference: str
    identity: str
    row_keys: tuple[str, ...]


_READABLE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def row_reference(row_key: str) -> str:
    """A reference made of a row key: unique at the hospital, for all its people; a digest of words."""
    plain = row_key.replace(":", "-")
    if _READABLE.fullmatch(plain):
        return plain
    return f"{row_key.partition(':')[0]}-{hashlib.sha256(row_key.encode()).hexdigest()[:16]}"


def best_record(patients: Iterable[Patient]) -> Patient:
    """Which of a person's records describes the person: one with an HN, the fullest, the highest number.

    Pure and independent of the order. The records are those of one register that passed the checks, so they
    agree on citizen id, birth date and sex.
    """
    return max(
        patients,
        key=lambda p: (not p.hn.startswith("~"), sum(v is not None for v in p), natural(p.hn)),
    )


def require(patient: Patient, rows: Sequence[_Row], hospital: Hospital) -> None:
    """Refuse what no register can be made of.

    :raises QuarantineRecord: PHR-331 when the patient lacks a required field (named, never its value).
    :raises Bug: PHR-901 when the rows belong to different people, or two have one key.
    """
    if missing := lacking(patient):
        raise QuarantineRecord(faults.DOCUMENT_INCOMPLETE, hospital=hospital.hcode, detail=", ".join(missing))
    if len({row.person_ref for row in rows}) > 1:
        raise Bug(faults.UNEXPECTED, hospital=hospital.hcode, detail="a register with rows of two people")
    if len({row.row_key for row in rows}) < len(rows):
        raise Bug(faults.UNEXPECTED, hospital=hospital.hcode, detail="a register with one row twice")
