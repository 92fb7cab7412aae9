"""What waits in the ledger and may go on by itself: the keys a re-drive reads again from the HIS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select

from phr.ledger import tables as t
from phr.ledger.decide import REGISTER_SHRANK, REMOVAL_BRAKE
from phr.ledger.store import Ledger, now

#: reasons of held documents that wait for a decision of a person, not for a change in the HIS
_DECIDED = (REGISTER_SHRANK, REMOVAL_BRAKE)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One document that waits, and the service day it had when it was last read."""

    reference: str
    service_day: date
    state: str


def backlog(
    ledger: Ledger,
    hospital: str,
    kind: str,
    *,
    recheck_from: date,
    mapping: str,
    policy: str,
    limit: int,
) -> list[Waiting]:
    """Documents that a re-drive looks at, the longest waiting first.

    *Pending*, *unknown* and expired *in flight* ones always; *held* ones that a person has released; *held*
    and *quarantined* ones of service days since ``recheck_from`` (older ones are met again by the sweep);
    *rejected*, *held* and *quarantined* ones that were judged under another mapping or policy.

    :param limit: documents at most; the rest goes next time.
    """
    d, a, i = t.document, t.approval, t.approval_item
    released = (
        select(i.c.reference)
        .join(a, a.c.approval_id == i.c.approval_id)
        .where(
            a.c.hospital == hospital,
            a.c.kind == kind,
            a.c.action == "shrink",
            a.c.state == "approved",
            i.c.state == "waiting",
        )
    )
    judged_otherwise = or_(d.c.desired_mapping != mapping, d.c.desired_policy != policy)
    kept_back = d.c.desired_state.in_(("held", "quarantined"))
    asked = d.c.desired_reason.in_(_DECIDED)
    query = (
        select(d.c.reference, d.c.service_day, d.c.desired_state)
        .where(
            d.c.hospital == hospital,
            d.c.kind == kind,
            d.c.absent_since.is_(None),
            or_(
                d.c.desired_state.in_(("pending", "unknown")),
                and_(d.c.desired_state == "in_flight", d.c.lease_until <= now()),
                and_(d.c.desired_state == "held", d.c.reference.in_(released)),
                and_(kept_back, ~asked, or_(d.c.service_day >= recheck_from, judged_otherwise)),
                and_(d.c.desired_state == "rejected", judged_otherwise),
            ),
        )
        .order_by(d.c.desired_snapshot_at, d.c.reference)
        .limit(limit)
    )
    with ledger.read() as connection:
        return [Waiting(*row) for row in connection.execute(query)]


def references_on(ledger: Ledger, hospital: str, kind: str, days: Sequence[date]) -> set[str]:
    """Documents that the ledger has on these service days and that were not missed there before."""
    d = t.document
    found: set[str] = set()
    with ledger.read() as connection:
        for start in range(0, len(days), 200):
            query = select(d.c.reference).where(
                d.c.hospital == hospital,
                d.c.kind == kind,
                d.c.service_day.in_(days[start : start + 200]),
                d.c.absent_since.is_(None),
            )
            found.update(connection.execute(query).scalars())
    return found
