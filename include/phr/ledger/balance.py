"""The two equations, in documents, never mixed, never summed across categories (promise 1).

* state, per hospital x kind x service day:
  ``known = delivered + held + quarantined + rejected + pending + unknown + retracted``
* run, per run x hospital x category (shown per service day):
  ``seen = sent + unchanged + held + quarantined + rejected + pending + superseded``

``known`` and ``seen`` start from the independent count of keys in the source snapshot; ``known`` adds the
documents that the ledger knows and the snapshot no longer holds (*absent*), each of which is one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, literal, select, update

from phr.ledger import tables as t
from phr.ledger.store import Ledger, now
from phr.ledger.tables import DISPOSITIONS, OUT_OF_SCOPE, STATES


@dataclass(frozen=True, slots=True)
class Equation:
    """One line: ``total`` is known or seen; ``extra`` is shown but not part of the equation."""

    scope: str
    hospital: str
    name: str
    day: date
    total: int
    terms: dict[str, int]
    extra: dict[str, Any]

    @property
    def remainder(self) -> int:
        """Zero, or something was lost (positive) or invented (negative)."""
        return self.total - sum(self.terms.values())

    def to_dict(self) -> dict[str, Any]:
        """The flat form of ``phr balance --format json``."""
        label = ("kind", "known") if self.scope == "state" else ("category", "seen")
        return {
            "scope": self.scope,
            "hospital": self.hospital,
            label[0]: self.name,
            "day": self.day.isoformat(),
            label[1]: self.total,
            **self.terms,
            "remainder": self.remainder,
            **self.extra,
        }


def state_equations(
    ledger: Ledger,
    *,
    hospitals: Sequence[str] | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> list[Equation]:
    """The state equation of every hospital, kind and service day, counted afresh from the documents."""
    d, s = t.document, t.service_day
    # a lease that still lives is work in progress; one that ran out is an outcome nobody knows
    state = case(
        (and_(d.c.desired_state == "in_flight", d.c.lease_until > now()), literal("pending")),
        (d.c.desired_state == "in_flight", literal("unknown")),
        else_=d.c.desired_state,
    ).label("state")
    absent = case((d.c.absent_since.is_not(None), 1), else_=0)
    documents = select(
        d.c.hospital,
        d.c.kind,
        d.c.service_day,
        state,
        func.count().label("n"),
        func.sum(absent).label("absent"),
    ).group_by(d.c.hospital, d.c.kind, d.c.service_day, state)
    counted = select(s.c.hospital, s.c.kind, s.c.day, s.c.counted, *[s.c[name] for name in OUT_OF_SCOPE])
    if hospitals:
        documents, counted = (
            documents.where(d.c.hospital.in_(hospitals)),
            counted.where(s.c.hospital.in_(hospitals)),
        )
    if day_from:
        documents, counted = documents.where(d.c.service_day >= day_from), counted.where(s.c.day >= day_from)
    if day_to:
        documents, counted = documents.where(d.c.service_day <= day_to), counted.where(s.c.day <= day_to)
    terms: dict[tuple[str, str, date], dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    gone: dict[tuple[str, str, date], int] = defaultdict(int)
    counts: dict[tuple[str, str, date], list[int]] = {}
    with ledger.read() as connection:
        for hospital, kind, day, name, n, missing in connection.execute(documents):
            terms[hospital, kind, day][name] += n
            gone[hospital, kind, day] += missing or 0
        for hospital, kind, day, *numbers in connection.execute(counted):
            counts[hospital, kind, day] = list(numbers)
    lines = []
    for key in sorted({*terms, *counts}):
        in_source, *outside = counts.get(key) or [0] * (1 + len(OUT_OF_SCOPE))
        extra = {"in_source": in_source, "absent": gone[key], **dict(zip(OUT_OF_SCOPE, outside, strict=True))}
        lines.append(
            Equation("state", key[0], key[1], key[2], in_source + gone[key], dict(terms[key]), extra)
        )
    return lines


def run_equations(
    ledger: Ledger,
    *,
    run_id: str | None = None,
    hospitals: Sequence[str] | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
) -> list[Equation]:
    """The run equation per service day: of one run, or of the newest run that looked at each day."""
    rd, runs, docs = t.run_day, t.run, t.run_document
    query = (
        select(rd.c.run_id, rd.c.hospital, rd.c.category, rd.c.day, rd.c.seen, runs.c.started_at)
        .join(runs, runs.c.run_id == rd.c.run_id)
        .where(runs.c.dry_run.is_(False))
    )
    if run_id:
        query = query.where(rd.c.run_id == run_id)
    if hospitals:
        query = query.where(rd.c.hospital.in_(hospitals))
    if day_from:
        query = query.where(rd.c.day >= day_from)
    if day_to:
        query = query.where(rd.c.day <= day_to)
    newest: dict[tuple[str, str, date], tuple[str, int]] = {}
    with ledger.read() as connection:
        for found, hospital, category, day, seen, _started in connection.execute(
            query.order_by(runs.c.started_at)
        ):
            newest[hospital, category, day] = (found, seen)
        run_ids = sorted({found for found, _ in newest.values()})
        terms: dict[tuple[str, str, str, date], dict[str, int]] = defaultdict(
            lambda: dict.fromkeys(DISPOSITIONS, 0)
        )
        for start in range(0, len(run_ids), 200):
            grouped = (
                select(
                    docs.c.run_id, docs.c.hospital, docs.c.category, docs.c.service_day, docs.c.disposition
                )
                .add_columns(func.count())
                .where(docs.c.run_id.in_(run_ids[start : start + 200]))
                .group_by(
                    docs.c.run_id, docs.c.hospital, docs.c.category, docs.c.service_day, docs.c.disposition
                )
            )
            for found, hospital, category, day, disposition, n in connection.execute(grouped):
                terms[found, hospital, category, day][disposition] += n
    lines = []
    for (hospital, category, day), (found, seen) in sorted(newest.items()):
        counted = dict(terms[found, hospital, category, day])
        lines.append(Equation("run", hospital, category, day, seen, counted, {"run_id": found}))
    return lines


def row_equations(ledger: Ledger, run_id: str) -> list[dict[str, Any]]:
    """Row equation of a run: ``counted = accepted + quarantined`` per hospital and canonical table."""
    table = t.run_rows
    with ledger.read() as connection:
        rows = connection.execute(
            select(table).where(table.c.run_id == run_id).order_by(table.c.hospital, table.c.table_name)
        ).mappings()
        return [{**row, "remainder": row["counted"] - row["accepted"] - row["quarantined"]} for row in rows]


def refresh_roll_up(ledger: Ledger, hospital: str, kind: str, days: Sequence[date]) -> None:
    """Store the state terms of these days in the daily roll-up (for pages; the equation counts afresh)."""
    if not days:
        return
    wanted = set(days)
    lines = state_equations(ledger, hospitals=[hospital], day_from=min(days), day_to=max(days))
    s, stamp = t.service_day, now()
    with ledger.write(hospital) as connection:
        for line in lines:
            if line.name == kind and line.day in wanted:
                connection.execute(
                    update(s)
                    .where(s.c.hospital == hospital, s.c.kind == kind, s.c.day == line.day)
                    .values(**line.terms, absent=line.extra["absent"], refreshed_at=stamp)
                )
