"""The work list: rows and documents only the hospital can mend, and what has been mended since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from phr.ledger import tables as t
from phr.ledger.store import Ledger, upsert


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """One finding: which document, which row (keyed hash), which rule."""

    reference: str
    service_day: date
    table_name: str
    row_hash: str
    rule_id: str
    scope: str


def record(
    ledger: Ledger,
    *,
    run_id: str,
    hospital: str,
    kind: str,
    snapshot_at: datetime,
    entries: Sequence[QuarantineEntry],
    examined: Iterable[str],
) -> None:
    """Write findings; open findings of examined documents that were not found again are resolved."""
    table = t.quarantine
    with ledger.write(hospital) as connection:
        rows = []
        for entry in entries:
            rows.append(
                {
                    "hospital": hospital,
                    "kind": kind,
                    "reference": entry.reference,
                    "table_name": entry.table_name,
                    "row_hash": entry.row_hash,
                    "rule_id": entry.rule_id,
                    "scope": entry.scope,
                    "service_day": entry.service_day,
                    "first_seen_at": snapshot_at,
                    "last_seen_at": snapshot_at,
                    "last_run_id": run_id,
                    "resolved_at": None,
                }
            )
        # the first sight of a finding stays; an upsert would move it
        known = _first_seen(connection, hospital, kind, [e.reference for e in entries])
        for row in rows:
            key = tuple(str(row[name]) for name in ("reference", "table_name", "row_hash", "rule_id"))
            row["first_seen_at"] = known.get(key, snapshot_at)
        upsert(connection, table, rows)
        references = list(examined)
        for start in range(0, len(references), 500):
            connection.execute(
                update(table)
                .where(
                    table.c.hospital == hospital,
                    table.c.kind == kind,
                    table.c.reference.in_(references[start : start + 500]),
                    table.c.resolved_at.is_(None),
                    table.c.last_seen_at < snapshot_at,
                )
                .values(resolved_at=snapshot_at)
            )


def _first_seen(
    connection: Any, hospital: str, kind: str, references: list[str]
) -> dict[tuple[str, ...], datetime]:
    table = t.quarantine
    found: dict[tuple[str, ...], datetime] = {}
    for start in range(0, len(references), 500):
        query = select(
            table.c.reference, table.c.table_name, table.c.row_hash, table.c.rule_id, table.c.first_seen_at
        ).where(
            table.c.hospital == hospital,
            table.c.kind == kind,
            table.c.reference.in_(references[start : start + 500]),
            table.c.resolved_at.is_(None),
        )
        for *key, first in connection.execute(query):
            found[tuple(key)] = first
    return found


def open_findings(
    ledger: Ledger, hospital: str | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Open findings, newest first."""
    table = t.quarantine
    query = (
        select(table)
        .where(table.c.resolved_at.is_(None))
        .order_by(table.c.last_seen_at.desc(), table.c.reference)
    )
    if hospital:
        query = query.where(table.c.hospital == hospital)
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
