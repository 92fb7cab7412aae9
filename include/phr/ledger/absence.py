"""Documents that a complete snapshot of their day no longer holds (deleted, moved, admitted, re-opened).

What was delivered keeps its state until a retraction is approved (R7). What never was has nothing to retract:
it counts as *retracted* at once. Neither is ever sent while it is absent, and nobody is asked to mend it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from phr.ledger import tables as t
from phr.ledger.store import now

#: reason of a document that vanished before anything of it was sent
NEVER_SENT = "ABSENT_NEVER_SENT"
_IN_LIST = 500


def mark_absent(
    connection: Connection,
    *,
    hospital: str,
    kind: str,
    days: Sequence[date],
    snapshot_at: datetime,
    seen: Select[Any],
    fingerprint: str | None = None,
) -> int:
    """Mark documents of these days that are not among ``seen`` (a query of references); returns how many.

    :param fingerprint: of the adapter and schema that missed them; a second look must be by the same (R7).
    """
    d = t.document
    older = _older(hospital, kind, days, snapshot_at)
    gone = list(connection.execute(select(d.c.reference).where(*older, d.c.reference.not_in(seen))).scalars())
    for start in range(0, len(gone), _IN_LIST):
        _mark(connection, hospital, kind, gone[start : start + _IN_LIST], snapshot_at, fingerprint)
    return len(gone)


def count_older(
    connection: Connection, *, hospital: str, kind: str, days: Sequence[date], snapshot_at: datetime
) -> int:
    """Documents of these days that a snapshot of this time has to show again, or they become absent."""
    query = select(func.count()).select_from(t.document).where(*_older(hospital, kind, days, snapshot_at))
    return connection.execute(query).scalar_one()


def _older(hospital: str, kind: str, days: Sequence[date], snapshot_at: datetime) -> tuple[Any, ...]:
    d = t.document
    return (
        d.c.hospital == hospital,
        d.c.kind == kind,
        d.c.service_day.in_(days),
        d.c.absent_since.is_(None),
        d.c.desired_snapshot_at < snapshot_at,
    )


def _mark(
    connection: Connection,
    hospital: str,
    kind: str,
    gone: list[str],
    snapshot_at: datetime,
    fingerprint: str | None,
) -> None:
    d, rd, q = t.document, t.run_document, t.quarantine

    def mine(table: Any) -> tuple[Any, ...]:
        return table.c.hospital == hospital, table.c.kind == kind, table.c.reference.in_(gone)

    stamp = now()
    connection.execute(
        update(d)
        .where(*mine(d))
        .values(
            absent_since=snapshot_at,
            absent_fingerprint=fingerprint,
            second_look=None,
            second_look_at=None,
            updated_at=stamp,
        )
    )
    connection.execute(
        update(d)
        .where(*mine(d), d.c.delivered_version.is_(None), d.c.lease_token.is_(None))
        .values(desired_state="retracted", desired_reason=NEVER_SENT, desired_version=d.c.desired_version + 1)
    )
    # a run that still waits to send one of them waits no longer: a newer snapshot has the last word
    connection.execute(
        update(rd).where(*mine(rd), rd.c.disposition == "pending").values(disposition="superseded")
    )
    connection.execute(update(q).where(*mine(q), q.c.resolved_at.is_(None)).values(resolved_at=snapshot_at))
