"""The book of destructive calls: a row before the call, its answer, and the proof afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import func, insert, or_, select, update

from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.brake import NOT_MADE, Brake, removed_lately
from phr.ledger.store import Ledger, now

#: ``replaced``: the answer said so, nobody can read it back; ``not_readable``: no readable list of the day
Proof = Literal["gone", "still_there", "replaced", "not_readable"]


@dataclass(frozen=True, slots=True)
class Permission:
    """Leave to make one destructive call; its row stands in the ledger."""

    call_id: str
    approval_id: str | None


@dataclass
class Destructive:
    """Destructive calls of one hospital and kind in one run."""

    ledger: Ledger
    run_id: str
    hospital: str
    kind: str
    brake: Brake

    def permit(
        self,
        *,
        reference: str,
        endpoint: str,
        reason: str,
        content: str,
        action: approvals.Action,
        by_brake: bool = True,
    ) -> Permission | None:
        """Write the call down before it is made; None when neither an approval nor the brake lets it through.

        :param content: hash of what makes the call necessary, as the approval has it.
        :param by_brake: False: only a person's approval will do.
        """
        with self.ledger.write(self.hospital) as connection:
            leave = approvals.approved(connection, self.hospital, self.kind, action, {reference: content})
            approval_id = leave.get(reference)
            if approval_id is None:
                if not by_brake:
                    return None
                lately = removed_lately(connection, self.hospital)
                if lately >= self.brake.removals:
                    return None
            call_id = str(uuid.uuid4())
            connection.execute(
                insert(t.destructive_call).values(
                    call_id=call_id,
                    hospital=self.hospital,
                    kind=self.kind,
                    reference=reference,
                    endpoint=endpoint,
                    reason=reason,
                    digest=content,
                    permission="approval" if approval_id else "brake",
                    approval_id=approval_id,
                    run_id=self.run_id,
                    permitted_at=now(),
                )
            )
        return Permission(call_id, approval_id)

    def not_made(self, permission: Permission) -> None:
        """The call was permitted and then not made: somebody else has the document."""
        self._write(permission.call_id, {"answer": NOT_MADE})

    def answered(self, call_id: str, code: str) -> None:
        """The call was made and answered (or not: the code says what happened)."""
        self._write(call_id, {"called_at": now(), "answer": code[:32]})

    def refused(self, permission: Permission, reference: str) -> None:
        """The national side has said no: the leave is used up, and who gave it is asked again."""
        if permission.approval_id:
            with self.ledger.write(self.hospital) as connection:
                approvals.tick_off(connection, permission.approval_id, reference, state="void")

    def proved(self, permission: Permission, reference: str, proof: Proof) -> None:
        """What the national side showed afterwards; an approval's item is ticked off when it is done."""
        self._write(permission.call_id, {"proof": proof, "proved_at": now()})
        if permission.approval_id and proof in ("gone", "replaced"):
            with self.ledger.write(self.hospital) as connection:
                approvals.tick_off(connection, permission.approval_id, reference)

    def open_call(self, reference: str) -> Permission | None:
        """The last call about this document that was never proved (a death, or an unreadable answer)."""
        c = t.destructive_call
        query = (
            select(c.c.call_id, c.c.approval_id)
            .where(
                c.c.hospital == self.hospital,
                c.c.kind == self.kind,
                c.c.reference == reference,
                or_(c.c.proof.is_(None), c.c.proof.in_(("still_there", "not_readable"))),
                or_(c.c.answer.is_(None), c.c.answer != NOT_MADE),
            )
            .order_by(c.c.permitted_at.desc())
        )
        with self.ledger.read() as connection:
            row = connection.execute(query).first()
        return Permission(row.call_id, row.approval_id) if row else None

    def believes(self, day: date, listed: Collection[str], *, but: str) -> bool:
        """Whether a day's list may be believed when it lacks ``but``: it holds what else stands there.

        An empty, cut or foreign list would prove every removal. Of the other documents of ours no more may be
        missing than the brake allows, and not all of them.
        """
        d = t.document
        query = select(d.c.reference).where(
            d.c.hospital == self.hospital,
            d.c.kind == self.kind,
            d.c.service_day == day,
            func.coalesce(d.c.delivered_day, d.c.service_day) == day,
            d.c.reference != but,
            d.c.delivered_version.is_not(None),
            d.c.delivered_by == "ours",
            d.c.lease_token.is_(None),
            d.c.removal.is_(None),
        )
        with self.ledger.read() as connection:
            others = set(connection.execute(query).scalars())
        missing = others.difference(listed)
        return not missing or (
            len(missing) < len(others) and self.brake.allows(len(missing), out_of=len(others))
        )

    def _write(self, call_id: str, values: dict[str, object]) -> None:
        with self.ledger.write(self.hospital) as connection:
            connection.execute(
                update(t.destructive_call).where(t.destructive_call.c.call_id == call_id).values(**values)
            )


def made_calls(
    ledger: Ledger, *, hospitals: Collection[str] | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Rows of ``destructive_call``, the newest first."""
    table = t.destructive_call
    query = select(table).order_by(table.c.permitted_at.desc()).limit(limit)
    if hospitals:
        query = query.where(table.c.hospital.in_(hospitals))
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
