"""Approvals: a person's leave for one exact set of documents (R13).

The digest covers action, kind and every item with the content it had when it was shown. A set that changed
before it was decided is *void* and is asked anew. An item that changed after the decision is not covered, and
leave that was not used before its occasion had passed is void: it must not stand for a later occasion.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from phr import faults
from phr.errors import StopHospital
from phr.ledger import tables as t
from phr.ledger.store import Ledger, now

Action = Literal["retract", "shrink", "empty"]
ACTIONS_TH = {
    "retract": "ถอนรายการออกจากหมอพร้อม / take documents back",
    "shrink": "ส่งฉบับที่รายการลดลง / send versions that take something away",
    "empty": "ส่งทะเบียนวัคซีนว่าง ลบวัคซีนทุกเข็มของบุคคลที่แห่งนี้ / send an empty immunization register",
}
REASONS_TH = {
    "GONE": "ไม่พบใน HIS แล้ว (ตรวจซ้ำหลัง 24 ชม.) / gone from the HIS, looked for twice",
    "KEPT_BACK": "ตอนนี้ห้ามส่งหรือข้อมูลบุคคลไม่ชัด / restricted or in doubt by now",
    "REGISTER_SHRANK": "บางรายการ (วัคซีน การแพ้) หายไปจากทะเบียนของบุคคล / entries are gone from a register",
    "REGISTER_EMPTIED": "ทะเบียนวัคซีนว่าง ไม่เหลือใน HIS (ตรวจซ้ำหลัง 24 ชม.) / no dose is left, looked for twice",
    "REMOVAL_BRAKE": "ลดพร้อมกันเกินเพดาน / more at once than the brake allows",
}
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One document of a question: what it is now (a content hash or version), and why it is asked about."""

    reference: str
    content: str
    reason: str


def digest_of(action: str, kind: str, items: Iterable[Item]) -> str:
    """SHA-256 (hex) over the exact set; references are visit numbers or pseudonyms, contents keyed hashes."""
    lines = sorted(f"{item.reference}\x1f{item.content}\x1f{item.reason}" for item in items)
    return hashlib.sha256("\x1e".join([action, kind, *lines]).encode()).hexdigest()


def propose(
    connection: Connection,
    *,
    hospital: str,
    kind: str,
    action: Action,
    items: Sequence[Item],
    run_id: str | None = None,
) -> str | None:
    """Make ``items`` the open question of this hospital, kind and action; returns its id.

    An open one over another set becomes void. An item that a person has rejected is not asked about again
    while it stays the same, nor is one that is approved and not carried out yet; a question whose time ran
    out is. Returns None when there is nothing to ask.
    """
    a = t.approval
    mine = (a.c.hospital == hospital, a.c.kind == kind, a.c.action == action)
    no = refused(connection, hospital, kind, action)
    yes = approved(connection, hospital, kind, action, {item.reference: item.content for item in items})
    items = [item for item in items if item not in no and item.reference not in yes]
    digest = digest_of(action, kind, items) if items else None
    for row in connection.execute(select(a.c.approval_id, a.c.digest).where(*mine, a.c.state == "open")):
        if row.digest == digest:
            return str(row.approval_id)
        connection.execute(
            update(a).where(a.c.approval_id == row.approval_id).values(state="void", decided_at=now())
        )
    if digest is None:
        return None
    approval_id = str(uuid.uuid4())
    reasons = Counter(item.reason for item in items)
    connection.execute(
        insert(a).values(
            approval_id=approval_id,
            hospital=hospital,
            kind=kind,
            action=action,
            digest=digest,
            items=len(items),
            out_of=delivered_count(connection, hospital, kind),
            reasons=", ".join(f"{reason} {n}" for reason, n in sorted(reasons.items()))[:200],
            state="open",
            proposed_at=now(),
            proposed_in=run_id,
        )
    )
    rows = [
        {
            "approval_id": approval_id,
            "reference": item.reference,
            "content": item.content,
            "reason": item.reason,
            "state": "waiting",
        }
        for item in items
    ]
    connection.execute(insert(t.approval_item), rows)
    return approval_id


def refused(connection: Connection, hospital: str, kind: str, action: Action) -> set[Item]:
    """What a person has said no to; a time that ran out is no such answer."""
    a, i = t.approval, t.approval_item
    query = (
        select(i.c.reference, i.c.content, i.c.reason)
        .join(a, a.c.approval_id == i.c.approval_id)
        .where(
            a.c.hospital == hospital,
            a.c.kind == kind,
            a.c.action == action,
            a.c.state == "rejected",
            a.c.decided_via != "timeout",
        )
    )
    return {Item(*row) for row in connection.execute(query)}


def delivered_count(connection: Connection, hospital: str, kind: str) -> int:
    """Documents of this kind that lie at the national side, as the ledger knows."""
    d = t.document
    query = select(func.count()).where(
        d.c.hospital == hospital, d.c.kind == kind, d.c.delivered_version.is_not(None)
    )
    return connection.execute(query).scalar_one()


def decide(
    ledger: Ledger, approval_id: str, *, approve: bool, digest: str, by: str, via: str, note: str
) -> dict[str, Any]:
    """Write a person's decision down; returns the approval.

    :param digest: of the set the person saw; it must be the one that is asked now.
    :raises StopHospital: PHR-507 when there is no such open question, or its set is another one by now.
    """
    a = t.approval
    found = get(ledger, approval_id)
    if found is None:
        raise StopHospital(faults.APPROVAL_CLOSED, detail="there is no approval with this id")
    with ledger.write(found["hospital"]) as connection:
        row = connection.execute(select(a).where(a.c.approval_id == approval_id)).mappings().one()
        if row["state"] != "open" or row["digest"] != digest:
            what = "the set has changed" if row["state"] in ("open", "void") else f"it is {row['state']}"
            raise StopHospital(faults.APPROVAL_CLOSED, hospital=row["hospital"], detail=what)
        values = {
            "state": "approved" if approve else "rejected",
            "decided_at": now(),
            "decided_by": by[:120],
            "decided_via": via,
            "note": note,
        }
        connection.execute(update(a).where(a.c.approval_id == approval_id).values(**values))
    return {**row, **values}


def withdraw(ledger: Ledger, approval_id: str, *, by: str, note: str) -> dict[str, Any]:
    """Take a decision back; what it was about is asked anew by the next run that meets it.

    Of an approval only what has not been carried out is taken back. Who had decided stays on record.

    :raises StopHospital: PHR-507 when there is no such approval, or nothing of its decision is left.
    """
    a = t.approval
    found = get(ledger, approval_id)
    if found is None:
        raise StopHospital(faults.APPROVAL_CLOSED, detail="there is no approval with this id")
    with ledger.write(found["hospital"]) as connection:
        row = dict(connection.execute(select(a).where(a.c.approval_id == approval_id)).mappings().one())
        if row["state"] not in ("approved", "rejected"):
            raise StopHospital(
                faults.APPROVAL_CLOSED, hospital=row["hospital"], detail=f"it is {row['state']}"
            )
        values = {"note": f"{row['note']} · withdrawn by {by[:120]}, {now():%F %R} UTC: {note}"}
        if row["state"] == "rejected":
            values["state"] = "void"
        connection.execute(update(a).where(a.c.approval_id == approval_id).values(**values))
        waiting = select(t.approval_item.c.reference).where(
            t.approval_item.c.approval_id == approval_id, t.approval_item.c.state == "waiting"
        )
        for reference in connection.execute(waiting).scalars().all():
            tick_off(connection, approval_id, reference, state="void")
    return {**row, **values}


def approved(
    connection: Connection, hospital: str, kind: str, action: Action, contents: Mapping[str, str]
) -> dict[str, str]:
    """Which of these documents (reference -> content now) a person has approved; with the approval's id."""
    found: dict[str, str] = {}
    for part in _parts(list(contents)):
        leave = _leave(hospital, kind, action).where(t.approval_item.c.reference.in_(part))
        for row in connection.execute(leave):
            if contents[row.reference] == row.content:
                found[row.reference] = row.approval_id
    return found


def waiting_leave(connection: Connection, hospital: str, kind: str, action: Action) -> dict[str, str]:
    """Reference -> content of everything that is approved and not carried out yet."""
    return {row.reference: row.content for row in connection.execute(_leave(hospital, kind, action))}


def void_leave(
    connection: Connection, hospital: str, kind: str, action: Action, still: Mapping[str, str]
) -> int:
    """Void what is approved of documents that are not in the same case any more; returns how many items.

    :param still: reference -> content of the documents that are.
    """
    leave = connection.execute(_leave(hospital, kind, action)).all()
    gone = [row for row in leave if still.get(row.reference) != row.content]
    for row in gone:
        tick_off(connection, row.approval_id, row.reference, state="void")
    return len(gone)


def _leave(hospital: str, kind: str, action: Action) -> Select[tuple[str, str, str]]:
    a, i = t.approval, t.approval_item
    return (
        select(i.c.reference, i.c.content, i.c.approval_id)
        .join(a, a.c.approval_id == i.c.approval_id)
        .where(
            a.c.hospital == hospital,
            a.c.kind == kind,
            a.c.action == action,
            a.c.state == "approved",
            i.c.state == "waiting",
        )
    )


def tick_off(
    connection: Connection, approval_id: str, reference: str, *, state: Literal["done", "void"] = "done"
) -> None:
    """One item has been carried out (or voided). When none waits, the approval is done, or void when nothing
    of it was."""
    a, i = t.approval, t.approval_item
    connection.execute(
        update(i)
        .where(i.c.approval_id == approval_id, i.c.reference == reference, i.c.state == "waiting")
        .values(state=state)
    )
    of_it = select(i.c.state).where(i.c.approval_id == approval_id).distinct()
    states = set(connection.execute(of_it).scalars())
    if "waiting" not in states:
        connection.execute(
            update(a)
            .where(a.c.approval_id == approval_id, a.c.state == "approved")
            .values(state="done" if "done" in states else "void")
        )


def get(ledger: Ledger, approval_id: str) -> dict[str, Any] | None:
    """One approval, or None."""
    with ledger.read() as connection:
        row = connection.execute(select(t.approval).where(t.approval.c.approval_id == approval_id)).mappings()
        found = row.first()
    return dict(found) if found else None


def questions(
    ledger: Ledger, *, hospitals: Sequence[str] | None = None, states: Sequence[str] = ("open",)
) -> list[dict[str, Any]]:
    """Approvals in these states, oldest first."""
    a = t.approval
    query = select(a).where(a.c.state.in_(states)).order_by(a.c.proposed_at, a.c.hospital)
    if hospitals:
        query = query.where(a.c.hospital.in_(hospitals))
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def items_of(ledger: Ledger, approval_id: str) -> list[dict[str, Any]]:
    """Items of an approval with the service day of their documents, by day and reference."""
    a, i, d = t.approval, t.approval_item, t.document
    query = (
        select(i.c.reference, i.c.reason, i.c.state, d.c.service_day, d.c.removes, d.c.delivered_at)
        .join(a, a.c.approval_id == i.c.approval_id)
        .outerjoin(
            d,
            and_(d.c.hospital == a.c.hospital, d.c.kind == a.c.kind, d.c.reference == i.c.reference),
        )
        .where(i.c.approval_id == approval_id)
        .order_by(d.c.service_day, i.c.reference)
    )
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _parts(references: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(references), _IN_LIST):
        yield references[start : start + _IN_LIST]


def in_words(row: Mapping[str, Any]) -> list[str]:
    """A question on four lines: what, how much of how much, why, and how to decide."""
    share = f"{row['items']} จาก {row['out_of']} / {row['items']} of {row['out_of']}"
    reasons = [_reason(part) for part in str(row["reasons"]).split(", ")]
    lines = [
        f"{str(row['approval_id'])[:8]} · {row['hospital']} · {row['kind']} · {ACTIONS_TH[row['action']]}",
        f"  {share} · {'; '.join(reasons)}",
        f"  proposed {row['proposed_at']:%F %R} UTC · digest {str(row['digest'])[:12]} · {row['state']}",
    ]
    if row["decided_by"]:
        lines.append(f"  {row['state']} by {row['decided_by']} ({row['decided_via']}): {row['note']}")
    return lines


def _reason(part: str) -> str:
    code, _, number = part.rpartition(" ")
    return f"{REASONS_TH.get(code, code)} × {number}"
