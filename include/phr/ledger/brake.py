"""The brake at work: what a run would take away beyond it is held for a person (IN3, R5, R7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.decide import REGISTER_SHRANK, REMOVAL_BRAKE
from phr.ledger.store import now
from phr.settings.hospital_parts import Brake

__all__ = ["MEMORY", "NOT_MADE", "Brake", "ask", "hold", "hold_beyond", "removed_lately"]

#: removals of this time count together: many small runs are no way around the brake
MEMORY = timedelta(hours=24)
#: answer of a call that was permitted and then not made
NOT_MADE = "NOT_MADE"


def removed_lately(connection: Connection, hospital: str) -> int:
    """Destructive calls of the last day that no person had approved."""
    c = t.destructive_call
    query = (
        select(func.count())
        .select_from(c)
        .where(
            c.c.hospital == hospital,
            c.c.permission == "brake",
            c.c.permitted_at > now() - MEMORY,
            or_(c.c.answer.is_(None), c.c.answer != NOT_MADE),
        )
    )
    return connection.execute(query).scalar_one()


def hold_beyond(connection: Connection, *, run_id: str, hospital: str, kind: str, brake: Brake) -> int:
    """Hold what a run takes away when it is more than the brake allows; returns how many were held.

    What a person has approved with exactly this content is not counted and not held.
    """
    d, rd = t.document, t.run_document
    mine = (rd.c.run_id == run_id, rd.c.hospital == hospital, rd.c.kind == kind)
    same = and_(rd.c.hospital == d.c.hospital, rd.c.kind == d.c.kind, rd.c.reference == d.c.reference)
    query = (
        select(d.c.reference, d.c.desired_hash)
        .join(rd, and_(same, rd.c.version == d.c.desired_version))
        .where(*mine, rd.c.disposition == "pending", d.c.desired_state == "pending", d.c.removes > 0)
    )
    waiting = {row.reference: str(row.desired_hash) for row in connection.execute(query)}
    for reference in approvals.approved(connection, hospital, kind, "shrink", waiting):
        del waiting[reference]
    out_of = connection.execute(select(func.count()).select_from(rd).where(*mine)).scalar_one()
    if brake.allows(len(waiting), out_of=out_of, lately=removed_lately(connection, hospital)):
        return 0
    for reference in waiting:
        hold(connection, hospital, kind, reference)
    return len(waiting)


def ask(connection: Connection, *, hospital: str, kind: str, run_id: str) -> None:
    """What is held because it takes something away becomes the open question of this hospital (R13).

    Leave that was given for a version which is not wanted any more is void: should it ever be wanted again, a
    person is asked again.
    """
    d = t.document
    mine = (d.c.hospital == hospital, d.c.kind == kind, d.c.absent_since.is_(None))
    held = and_(d.c.desired_state == "held", d.c.desired_reason.in_((REGISTER_SHRANK, REMOVAL_BRAKE)))
    leave = sorted(approvals.waiting_leave(connection, hospital, kind, "shrink"))
    still: dict[str, str] = {}
    for start in range(0, len(leave), 500):
        part = d.c.reference.in_(leave[start : start + 500])
        query = select(d.c.reference, d.c.desired_hash).where(*mine, part, or_(held, d.c.removes > 0))
        still.update({row.reference: str(row.desired_hash) for row in connection.execute(query)})
    approvals.void_leave(connection, hospital, kind, "shrink", still)
    waiting = select(d.c.reference, d.c.desired_hash, d.c.desired_reason).where(*mine, held)
    items = [
        approvals.Item(row.reference, str(row.desired_hash), row.desired_reason)
        for row in connection.execute(waiting)
    ]
    approvals.propose(connection, hospital=hospital, kind=kind, action="shrink", items=items, run_id=run_id)


def hold(connection: Connection, hospital: str, kind: str, reference: str) -> None:
    """Hold one version that takes something away until a person has looked at it."""
    d, rd = t.document, t.run_document
    key: Mapping[str, Any] = {"hospital": hospital, "kind": kind, "reference": reference}
    row = and_(*(d.c[name] == value for name, value in key.items()))
    version = connection.execute(select(d.c.desired_version).where(row)).scalar_one()
    connection.execute(
        update(d)
        .where(row)
        .values(
            desired_state="held",
            desired_reason=REMOVAL_BRAKE,
            desired_version=version + 1,
            updated_at=now(),
        )
    )
    # every run that waits to send this version learns that it is held
    connection.execute(
        update(rd)
        .where(
            and_(*(rd.c[name] == value for name, value in key.items())),
            rd.c.version == version,
            rd.c.disposition == "pending",
        )
        .values(disposition="held", version=version + 1)
    )
