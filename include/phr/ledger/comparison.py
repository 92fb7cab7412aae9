"""What the comparison with the national side writes down: findings, days, and what has to go again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import and_, select, update

from phr.ledger import tables as t
from phr.ledger.claims import NOTHING_THERE
from phr.ledger.store import Ledger, now, upsert

_IN_LIST = 500


def mark_missing(ledger: Ledger, hospital: str, kind: str, references: Collection[str]) -> int:
    """The national side no longer holds these: they go again; returns how many were marked.

    What is kept back by now stays so; it merely no longer counts as being there.
    """
    d, rd = t.document, t.run_document
    marked = 0
    with ledger.write(hospital) as connection:
        for part in _parts(sorted(references)):
            mine = and_(d.c.hospital == hospital, d.c.kind == kind, d.c.reference.in_(part))
            idle = and_(mine, d.c.delivered_version.is_not(None), d.c.lease_token.is_(None))
            again = and_(idle, d.c.desired_state == "delivered", d.c.absent_since.is_(None))
            names = list(connection.execute(select(d.c.reference).where(again)).scalars())
            marked += len(names)
            connection.execute(
                update(d)
                .where(again)
                .values(
                    desired_state="pending",
                    desired_reason="MISSING_THERE",
                    desired_version=d.c.desired_version + 1,
                    updated_at=now(),
                )
            )
            connection.execute(update(d).where(idle).values(**NOTHING_THERE))
            # runs that had called it sent or unchanged keep their word; they end where they ended
            connection.execute(
                update(rd)
                .where(
                    rd.c.hospital == hospital,
                    rd.c.kind == kind,
                    rd.c.reference.in_(names),
                    rd.c.disposition == "pending",
                )
                .values(disposition="superseded")
            )
    return marked


def record_findings(
    ledger: Ledger,
    hospital: str,
    kind: str,
    found: Mapping[tuple[str, str], date],
    *,
    days: Collection[date],
    moment: datetime,
) -> None:
    """Write what the comparison of these days found; open findings of the days that are no more are closed.

    :param found: (finding, reference) -> service day.
    """
    f = t.finding
    with ledger.write(hospital) as connection:
        open_rows = connection.execute(
            select(f.c.finding, f.c.reference, f.c.first_seen_at).where(
                f.c.hospital == hospital,
                f.c.kind == kind,
                f.c.service_day.in_(days),
                f.c.resolved_at.is_(None),
            )
        )
        before = {(row.finding, row.reference): row.first_seen_at for row in open_rows}
        rows = [
            {
                "hospital": hospital,
                "kind": kind,
                "reference": reference,
                "finding": name,
                "service_day": day,
                "first_seen_at": before.get((name, reference), moment),
                "last_seen_at": moment,
                "resolved_at": None,
            }
            for (name, reference), day in found.items()
        ]
        upsert(connection, f, rows)
        for name, reference in before.keys() - found.keys():
            connection.execute(
                update(f)
                .where(
                    f.c.hospital == hospital,
                    f.c.kind == kind,
                    f.c.finding == name,
                    f.c.reference == reference,
                )
                .values(resolved_at=moment)
            )


def _parts(references: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(references), _IN_LIST):
        yield references[start : start + _IN_LIST]
