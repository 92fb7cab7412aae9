"""What a registration changes beside its own rows: other runs' pending work, and counts of other days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, update

from phr.ledger import tables as t
from phr.ledger.lookups import Lookups


def count_moved(
    connection: Connection, of: Lookups, left: Mapping[date, int], left_in_run: Mapping[date, int]
) -> None:
    """A document whose service day was corrected no longer counts on its old day, read again or not.

    :param left: documents by the day they left in the ledger; ``left_in_run`` by the day an earlier try of
        this run had them on.
    """
    d, r = t.service_day, t.run_day
    for day, n in left.items():
        connection.execute(
            update(d)
            .where(d.c.hospital == of.hospital, d.c.kind == of.kind, d.c.day == day)
            .values(counted=d.c.counted - n)
        )
    for day, n in left_in_run.items():
        connection.execute(
            update(r)
            .where(r.c.run_id == of.run_id, r.c.hospital == of.hospital, r.c.day == day)
            .values(seen=r.c.seen - n)
        )


def supersede(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Pending work of other runs for an older version of these documents is superseded."""
    table = t.run_document
    statement = (
        update(table)
        .where(
            table.c.hospital == bindparam("k_hospital"),
            table.c.kind == bindparam("k_kind"),
            table.c.reference == bindparam("k_reference"),
            table.c.version < bindparam("k_version"),
            table.c.run_id != bindparam("k_run"),
            table.c.disposition == "pending",
        )
        .values(disposition="superseded")
    )
    changed = [
        {
            "k_hospital": row["hospital"],
            "k_kind": row["kind"],
            "k_reference": row["reference"],
            "k_version": row["version"],
            "k_run": row["run_id"],
        }
        for row in rows
        if row["version"] > 1
    ]
    if changed:
        connection.execute(statement, changed)
