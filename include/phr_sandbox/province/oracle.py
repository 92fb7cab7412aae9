"""What the generator put in, and so what a correct pipeline must do with it.

The oracle is written down while rows are made. It is never computed by reading them back, and shares no
code with the pipeline, so that the two can disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import orjson

#: ``out_of_scope``: unfinished, admitted or anonymous; ``hold``: restricted or of no known class
Outcome = Literal["send", "hold", "quarantine", "out_of_scope"]


class VisitExpectation(NamedTuple):
    """One visit: service day (ISO), HN as stored, expected outcome, and the dirt put in ("" when clean)."""

    service_day: str
    hn: str | None
    outcome: Outcome
    tag: str


class RowExpectation(NamedTuple):
    """One dirty child row; ``key`` is its primary key, parts joined by ``:``.

    ``sent`` is False when the row (for vital signs: the bad value) must not reach the national side.
    ``visit_ref`` names no visit when the row is an orphan.
    """

    table: str
    key: str
    visit_ref: str
    tag: str
    sent: bool


class RegisterExpectation(NamedTuple):
    """The immunization register of one person who was ever given a dose at this hospital.

    ``records`` are the HNs of the person, or ``~`` and the ids of one without HN, ascending ("" is nobody).
    ``doses`` are (ISO day, 43-file code) of the doses a correct register holds when those given elsewhere are
    left out; ``newest_day`` is that of the newest dose given here, sendable or not. ``tags`` are what is
    unusual about it.
    """

    records: tuple[str, ...]
    newest_day: str
    outcome: Outcome
    doses: frozenset[tuple[str, str]]
    tags: tuple[str, ...]


class PatientIdentity(NamedTuple):
    """What must never be seen outside the replica and the national store. ``cid`` as typed, may be wrong."""

    hn: str
    cid: str | None
    given: str
    family: str
    birth_date: str | None


@dataclass(slots=True)
class HospitalOracle:
    """Expectations of one hospital. With ``keep_details=False`` only the counts are filled."""

    hcode: str
    seed: int
    first_day: date
    last_day: date
    scale: float
    keep_details: bool = True
    visits: dict[str, VisitExpectation] = field(default_factory=dict)
    rows: list[RowExpectation] = field(default_factory=list)
    patients: list[PatientIdentity] = field(default_factory=list)
    #: ISO service day -> expected outcome -> number of visits
    days: dict[str, Counter[str]] = field(default_factory=dict)
    #: tag -> number of visits or child rows that carry it
    tags: Counter[str] = field(default_factory=Counter)
    #: registers by the first of their records
    registers: dict[str, RegisterExpectation] = field(default_factory=dict)
    #: unusual doses and people of the registers -> how many
    dose_tags: Counter[str] = field(default_factory=Counter)
    #: HIS table -> number of rows written
    row_counts: Counter[str] = field(default_factory=Counter)

    def visit(self, ref: str, expectation: VisitExpectation) -> None:
        """Note one visit row."""
        self.days.setdefault(expectation.service_day, Counter())[expectation.outcome] += 1
        if expectation.tag:
            self.tags[expectation.tag] += 1
        if self.keep_details:
            self.visits[ref] = expectation

    def row(self, expectation: RowExpectation) -> None:
        """Note one dirty child row. Its tag is counted with the visit, unless it is an orphan."""
        if self.keep_details:
            self.rows.append(expectation)

    def register(self, expectation: RegisterExpectation) -> None:
        """Note one register."""
        self.registers[expectation.records[0]] = expectation

    def refs(self, outcome: Outcome, day: date | None = None) -> set[str]:
        """Visit numbers with this expected outcome, of one service day or of all."""
        wanted = day.isoformat() if day else None
        return {
            ref
            for ref, v in self.visits.items()
            if v.outcome == outcome and (wanted is None or v.service_day == wanted)
        }

    def identities(self) -> Iterator[str]:
        """Every citizen id, full name and family name, for scanning bytes for leaks."""
        for patient in self.patients:
            if patient.cid and patient.cid.strip():
                yield patient.cid
            yield f"{patient.given} {patient.family}"
            yield patient.family

    def write_json(self, replicas: Path) -> Path:
        """Write ``<replicas>/<hcode>.oracle.json`` (personal data: nowhere else than beside the replica)."""
        path = replicas / f"{self.hcode}.oracle.json"
        body = {
            "hcode": self.hcode,
            "seed": self.seed,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "scale": self.scale,
            "days": self.days,
            "tags": self.tags,
            "row_counts": self.row_counts,
            "visits": {ref: v._asdict() for ref, v in self.visits.items()},
            "rows": [r._asdict() for r in self.rows],
            "registers": [{**r._asdict(), "doses": sorted(r.doses)} for r in self.registers.values()],
            "dose_tags": self.dose_tags,
            "patients": [p._asdict() for p in self.patients],
        }
        path.touch(mode=0o600)
        path.write_bytes(orjson.dumps(body))
        return path
