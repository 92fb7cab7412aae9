"""What the comparison with the national side writes down: findings, days, and what has to go again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, select, update

from phr.ledger import tables as t
from phr.ledger.claims import NO_MAYBE, NOTHING_THERE, standing_days
from phr.ledger.decide import TAKEN_OVER
from phr.ledger.store import Ledger, now, upsert

#: reason of a document that neither the HIS nor the national side holds
GONE_THERE = "NOT_THERE_EITHER"
_IN_LIST = 500


def mark_missing(ledger: Ledger, hospital: str, kind: str, references: Collection[str]) -> int:
    """The national side no longer holds these: they go again; returns how many were marked.

    What is kept back by now stays so; it merely no longer counts as being there. What the HIS no longer holds
    either has nothing left to be retracted.
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
            connection.execute(
                update(d)
                .where(idle, d.c.absent_since.is_not(None))
                .values(
                    desired_state="retracted",
                    # another sender's stays known as such, should it be listed again
                    desired_reason=case((d.c.delivered_by == "other", TAKEN_OVER), else_=GONE_THERE),
                    desired_version=d.c.desired_version + 1,
                    updated_at=now(),
                )
            )
            connection.execute(update(d).where(idle).values(**NOTHING_THERE, removal=None, removes=0))
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


def settle_vanished(
    ledger: Ledger, hospital: str, kind: str, lists: Mapping[date, Collection[str]], sure: Collection[date]
) -> int:
    """Settle by read-back what has vanished from the HIS while a call for it was out; returns how many.

    Nothing of such a document is sent any more, so no later call settles it. What a list holds is there, with
    unknown content, and can be taken back like everything of ours; what the lists of its days lack is not.

    :param lists: service day -> references that the national side was found to hold.
    :param sure: days whose list may be believed when it lacks something.
    """
    d = t.document
    settled = 0
    where = {reference: day for day, found in lists.items() for reference in found}
    with ledger.write(hospital) as connection:
        query = select(d).where(
            d.c.hospital == hospital,
            d.c.kind == kind,
            d.c.absent_since.is_not(None),
            d.c.lease_token.is_not(None),
            d.c.lease_until <= now(),
        )
        for row in connection.execute(query).mappings().all():
            values: dict[str, Any] = {"lease_token": None, "lease_version": None, "lease_until": None}
            if row["reference"] in where:
                values |= {
                    "delivered_version": row["delivered_version"] or row["lease_version"],
                    "delivered_hash": None,
                    "delivered_source_hash": None,
                    "delivered_at": row["delivered_at"] or now(),
                    "delivered_day": where[row["reference"]],
                    "delivered_by": "ours",
                    "desired_state": "delivered",
                }
            elif set(standing_days(row)).issubset(sure):
                values |= {
                    **NOTHING_THERE,
                    **NO_MAYBE,
                    "removal": None,
                    "removes": 0,
                    "desired_state": "retracted",
                    "desired_reason": GONE_THERE,
                    "desired_version": row["desired_version"] + 1,
                }
            else:
                continue
            mine = (d.c.hospital == hospital, d.c.kind == kind, d.c.reference == row["reference"])
            connection.execute(update(d).where(*mine).values(**values, updated_at=now()))
            settled += 1
    return settled


def found_missing(ledger: Ledger, hospital: str, kind: str) -> dict[str, datetime]:
    """References that were found missing there and not seen since -> when that was first found."""
    f = t.finding
    query = select(f.c.reference, f.c.first_seen_at).where(
        f.c.hospital == hospital,
        f.c.kind == kind,
        f.c.finding == "missing_there",
        f.c.resolved_at.is_(None),
    )
    with ledger.read() as connection:
        return {row.reference: row.first_seen_at for row in connection.execute(query)}


def record_findings(
    ledger: Ledger,
    hospital: str,
    kind: str,
    found: Mapping[tuple[str, str], date],
    *,
    days: Collection[date] | None,
    moment: datetime,
) -> None:
    """Write what the comparison of these days found; open findings of the days that are no more are closed.

    :param found: (finding, reference) -> service day.
    :param days: None: all of this kind.
    """
    f = t.finding
    with ledger.write(hospital) as connection:
        open_rows = connection.execute(
            select(f.c.finding, f.c.reference, f.c.first_seen_at).where(
                f.c.hospital == hospital,
                f.c.kind == kind,
                f.c.resolved_at.is_(None),
                *(() if days is None else (f.c.service_day.in_(days),)),
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
