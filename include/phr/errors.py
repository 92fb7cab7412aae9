"""Exceptions, grouped by what to do next, each with a number that never changes its meaning.

Decision table (which one to raise):

====================  =========================================================  ====================
class                 raise it when                                              the pipeline then
====================  =========================================================  ====================
``Retry``             the same call may succeed later (time-out, 5xx, 429)       retries, else *pending*
``HoldRecord``        one document must wait for a person or a policy            *held*, the rest go on
``QuarantineRecord``  one document's data is wrong, only the hospital can mend   *quarantined*
``StopHospital``      nothing of this hospital may go on (source, login)         other hospitals go on
``StopEndpoint``      the national side refuses everybody (outage, address)      delivery stops, *pending*
``Bug``               an assumption of ours broke                                the run fails loudly
====================  =========================================================  ====================

A message names the hospital, the cause and the next step, in Thai and English. It never carries a
citizen id, name, HN, visit number, clinical value or secret (control LG2): pass only such text as is safe.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One numbered failure: a stable code and what the reader should do, Thai first."""

    code: str
    title_th: str
    title_en: str
    next_th: str
    next_en: str


class PhrError(Exception):
    """Root of all errors this product raises on purpose.

    :param fault: the numbered failure (see :mod:`phr.faults`).
    :param hospital: hcode5 of the hospital concerned, or None when it concerns all.
    :param detail: short safe text: a table, column, host or setting name; never row data.
    """

    #: what the pipeline does with it, one word, stored in the ledger beside the code
    action = "bug"

    def __init__(self, fault: Fault, *, hospital: str | None = None, detail: str = "") -> None:
        self.fault = fault
        self.hospital = hospital
        self.detail = detail
        super().__init__(self.message())

    def message(self) -> str:
        """The whole message on one line: code, hospital, cause, next step (English, then Thai)."""
        where = f" [hospital {self.hospital}]" if self.hospital else ""
        what = f": {self.detail}" if self.detail else ""
        return (
            f"{self.fault.code}{where} {self.fault.title_en}{what}. Next: {self.fault.next_en} "
            f"| {self.fault.title_th}{what} วิธีแก้: {self.fault.next_th}"
        )

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        # Airflow and multiprocessing pickle exceptions; keyword-only arguments need help.
        return (_rebuild, (type(self), self.fault, self.hospital, self.detail))


def _rebuild(cls: type[PhrError], fault: Fault, hospital: str | None, detail: str) -> PhrError:
    return cls(fault, hospital=hospital, detail=detail)


class Retry(PhrError):
    """The same call may succeed later; nothing is lost by trying again."""

    action = "retry"


class HoldRecord(PhrError):
    """One document waits for a person or a policy."""

    action = "hold"


class QuarantineRecord(PhrError):
    """One document's data is wrong; only the hospital can mend it."""

    action = "quarantine"


class StopHospital(PhrError):
    """Nothing of this hospital goes on in this run; the others do."""

    action = "stop_hospital"


class StopEndpoint(PhrError):
    """The national side refuses everybody; delivery stops and the rest stays pending."""

    action = "stop_endpoint"


class Bug(PhrError):
    """One of our own assumptions broke; the run fails."""

    action = "bug"
