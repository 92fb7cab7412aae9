"""References that another sender (or a lost ledger) delivered: known to be there, content unknown."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import insert, select

from phr.ledger import tables as t
from phr.ledger.decide import TAKEN_OVER
from phr.ledger.store import Ledger, now


def take_over_references(
    ledger: Ledger, hospital: str, kind: str, day: date, references: Collection[str], *, moment: datetime
) -> int:
    """Enter references of one service day that the ledger does not know; returns how many were new.

    They count as delivered with unknown content, and as *absent* until a reading of their day has found them
    in the HIS: so both equations hold before and after it.
    """
    d = t.document
    with ledger.write(hospital) as connection:
        known: set[str] = set()
        wanted = sorted(references)
        for start in range(0, len(wanted), 500):
            query = select(d.c.reference).where(
                d.c.hospital == hospital,
                d.c.kind == kind,
                d.c.reference.in_(wanted[start : start + 500]),
            )
            known.update(connection.execute(query).scalars())
        rows = [
            {
                "hospital": hospital,
                "kind": kind,
                "reference": reference,
                "service_day": day,
                "delivered_version": 1,
                "delivered_day": day,
                "delivered_by": "other",
                "desired_version": 1,
                "desired_state": "delivered",
                "desired_reason": TAKEN_OVER,
                "desired_snapshot_at": moment,
                "absent_since": moment,
                "updated_at": now(),
            }
            for reference in wanted
            if reference not in known
        ]
        if rows:
            connection.execute(insert(d), rows)
    return len(rows)
