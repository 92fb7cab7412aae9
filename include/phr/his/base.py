"""What every HIS adapter offers: one consistent snapshot that answers two questions (design, rule R1).

*Which keys were touched on these service days* and *what are the complete documents of these keys*. The
counts beside them come from queries of their own, so that a row lost on the way shows as a remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from phr import faults
from phr.canonical import CanonicalRow
from phr.errors import Fault, StopHospital

ThaiText = Literal["ok", "garbled", "unknown"]

#: clocks further apart than this make every settle time and snapshot time doubtful
MAX_CLOCK_SKEW_SECONDS = 600.0
#: names of missing tables or columns that one message lists
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DayCount:
    """Documents of one service day; every visit row of the day is in exactly one field but ``inpatient``.

    Precedence: admitted, unfinished (no outcome yet), anonymous, unsettled (younger than
    ``settle_minutes``), else eligible. All but ``eligible`` are out of scope: counted, never lost.
    """

    eligible: int = 0
    admitted: int = 0
    unfinished: int = 0
    unsettled: int = 0
    anonymous: int = 0
    #: of the eligible ones, admissions that are over; only where the hospital sends them
    inpatient: int = 0

    @property
    def total(self) -> int:
        """Every visit row of the day."""
        return self.eligible + self.admitted + self.unfinished + self.unsettled + self.anonymous


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a look at the source found; nothing in it is patient data."""

    hcode: str
    dialect: str
    server_version: str
    #: code the database says it belongs to, None when blank or unreadable
    hospital_code: str | None
    #: whether the database can be asked at all
    states_hospital: bool
    #: probed table -> its readable columns, sorted
    found: Mapping[str, tuple[str, ...]]
    #: ``table`` or ``table.column`` -> canonical tables that are made of it
    missing_required: Mapping[str, tuple[str, ...]]
    #: ``table`` or ``table.column``
    missing_optional: tuple[str, ...]
    #: True: the account may write; None: cannot be told (rights through roles)
    writable: bool | None
    last_visit_day: date | None
    #: visits without any date: they belong to no service day, so only this number shows them
    undated_visits: int | None
    thai_text: ThaiText
    #: clock of the database server minus ours
    clock_skew_seconds: float
    #: seconds a streaming replica is behind; None: it is none, or cannot be told
    replica_lag_seconds: float | None
    #: tables whose engine has no transactions (MyISAM): the snapshot does not hold for them
    non_transactional: tuple[str, ...]
    #: changes when the adapter's SQL or the schema it sees changes (rule R7)
    fingerprint: str
    #: (file, what was met there, number of lines), of sources that are files
    remarks: tuple[tuple[str, str, int], ...] = ()

    @property
    def problems(self) -> list[StopHospital]:
        """What stops this hospital, worst first; empty when a snapshot may be opened."""
        found: list[StopHospital] = []

        def add(fault: Fault, detail: str) -> None:
            found.append(StopHospital(fault, hospital=self.hcode, detail=detail))

        for fault, of_column in ((faults.SOURCE_TABLE_MISSING, False), (faults.SOURCE_COLUMN_MISSING, True)):
            names = [name for name in self.missing_required if ("." in name) is of_column]
            if names:
                add(fault, self._named(names))
        if self.states_hospital and self.hospital_code != self.hcode:
            add(faults.SOURCE_WRONG_HOSPITAL, f"source says {self.hospital_code or 'nothing'}")
        if abs(self.clock_skew_seconds) > MAX_CLOCK_SKEW_SECONDS:
            add(faults.SOURCE_CLOCK, f"{self.clock_skew_seconds / 60:+.0f} minutes")
        if self.thai_text == "garbled":
            add(faults.SOURCE_CHARSET, "sampled names hold no readable Thai")
        return found

    def _named(self, names: Sequence[str]) -> str:
        """What is missing, each with the canonical tables it would spoil; of very many the first."""
        shown = []
        for name in names[:_SHOWN]:
            tables = ", ".join(self.missing_required[name])
            shown.append(f"{name} (spoils / กระทบ: {tables})" if tables else name)
        more = len(names) - _SHOWN
        return "; ".join(shown) + (f"; +{more}" if more > 0 else "")

    @property
    def warnings(self) -> list[StopHospital]:
        """What should be mended but does not stop a read: an account that may write."""
        if self.writable:
            return [StopHospital(faults.SOURCE_WRITABLE, hospital=self.hcode)]
        return []


class KeySource(Protocol):
    """The documents of one kind in one snapshot: which keys, how many, and their complete rows.

    A key (*reference*) names one document: a visit number, or whom a register belongs to. Keys of persons are
    as secret as the persons: they stay in memory and encrypted staging. The calls may be interleaved; each is
    safe to repeat. The counts come from queries of their own, never from the rows that travel.
    """

    def feed_days(self, feed: str, days: Sequence[date]) -> list[date]:
        """Service days that a feed leads to in these days, ascending.

        What a feed finds is read again as whole service days, so that the count of the day and the documents
        of the day always come from one snapshot. A register stands under the day of its newest dose or entry.
        """

    def tells(self, days: Sequence[date]) -> list[date]:
        """Those of these days that the source can tell about, ascending.

        Of the others nothing is known: they are not read, and no document of theirs is missing.
        """

    def touched(self, days: Sequence[date]) -> Iterator[str]:
        """References of eligible documents, by (service day, reference); never all days in memory at once."""

    def touched_keys(self, refs: Sequence[str]) -> dict[str, date]:
        """Those of these references that exist and are eligible now, each with its service day."""

    def count(self, days: Sequence[date]) -> dict[date, DayCount]:
        """Independent counts; every asked day is present."""

    def count_keys(self, refs: Sequence[str]) -> dict[date, int]:
        """Independent count of the eligible documents among these references, per service day."""

    def count_rows(self, days: Sequence[date]) -> dict[str, int]:
        """Canonical child table -> number of rows of the eligible documents of these days."""

    def count_key_rows(self, refs: Sequence[str]) -> dict[str, int]:
        """Canonical child table -> number of rows of the eligible documents among these references."""

    def documents(self, refs: Sequence[str]) -> dict[str, list[CanonicalRow]]:
        """Canonical table -> complete rows of these documents, their patients and the identity evidence.

        Eligibility is not asked again. A reference that does not exist gives no row.
        """

    def not_whole(self) -> list[str]:
        """Tables of rows of this kind that cannot be read, or the source itself where it holds a part only.

        While there is one, a row that is not found proves nothing.
        """

    def resolve(self, wanted: Callable[[str], bool]) -> Iterator[str]:
        """Every reference of this kind, whatever its day, that ``wanted`` says yes to.

        The ledger knows persons by pseudonym only; this scan finds them again.
        """


class Snapshot(Protocol):
    """One consistent view of the source."""

    @property
    def taken_at(self) -> datetime:
        """Aware UTC, by the clock of the HIS server, read first thing inside the snapshot."""

    @property
    def fingerprint(self) -> str:
        """Changes when the adapter's SQL or the schema it sees changes (rule R7)."""

    def discharges(self, days: Sequence[date]) -> dict[date, int] | None:
        """Admissions that ended on these days; None when the HIS keeps none that can be read."""

    def source(self, kind: str) -> KeySource:
        """Keys and documents of one kind (``phr.settings.Category.kind``).

        :raises StopHospital: PHR-212 when this HIS has no source for it.
        """


class Adapter(Protocol):
    """One hospital's source."""

    def open(self) -> AbstractContextManager[Snapshot]:
        """Open a snapshot; raises ``StopHospital`` with a fault PHR-201..210."""

    def probe(self) -> ProbeReport:
        """Look at the source; raises ``StopHospital`` only when it cannot be read at all."""
