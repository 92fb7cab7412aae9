"""What became of claimed documents: outcomes are written down in one transaction (R3).

An outcome whose lease was lost meanwhile is noticed and mended: an older body may lie over a newer one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from phr.ledger import tables as t
from phr.ledger.brake import hold
from phr.ledger.claims import NO_MAYBE, NOTHING_THERE, Claim, Outcome, merged
from phr.ledger.decide import REMOVAL_BRAKE, SET_KINDS, Standing
from phr.ledger.store import now, upsert

_STATE = {"delivered": "delivered", "rejected": "rejected", "retry": "pending", "unsent": "pending"}
#: reason of a version that goes once more because an older body came in after it
STALE_SEND = "STALE_SEND"
_UNKNOWN_CONTENT = {"delivered_hash": None, "delivered_source_hash": None}


@dataclass(frozen=True, slots=True)
class Settlement:
    """Settles claims of one hospital and kind inside a writing transaction."""

    connection: Connection
    hospital: str
    kind: str
    stamp: datetime

    def settle(self, outcomes: Sequence[Outcome], rows: dict[str, Any]) -> int:
        """Write outcomes down; returns how many documents have to be sent again because of a lost lease.

        :param rows: the ``document`` rows as of this transaction, by reference.
        """
        ours, stale = [], 0
        for outcome in outcomes:
            row = rows[outcome.claim.reference]
            if row["lease_token"] == outcome.claim.token:
                self._settle_one(row, outcome)
                ours.append(outcome)
            elif outcome.result in ("delivered", "unknown"):
                stale += self._stale_send(row, outcome.claim)
        self._patients(ours)
        self._notes(ours)
        return stale

    def removed(self, row: Any, claim: Claim) -> bool:
        """RemoveEncounter is proved: nothing of the document is there now; False when the lease was lost.

        What the call that follows may write stays noted.
        """
        if row["lease_token"] != claim.token:
            self.taken_from_under(row)
            return False
        self._update(claim.reference, {**NOTHING_THERE, **_may_write(claim), "removal": None, "removes": 0})
        return True

    def taken_from_under(self, row: Any) -> None:
        """A removal of an older version may have taken a newer one along: the newest goes once more."""
        self._update(row["reference"], {"removal": None, **NOTHING_THERE})
        self.send_newest({**row, **NOTHING_THERE})

    def _settle_one(self, row: Any, outcome: Outcome) -> None:
        claim = outcome.claim
        current = row["desired_version"] == claim.version and row["desired_state"] == "in_flight"
        values: dict[str, Any] = {"last_code": outcome.code, "updated_at": self.stamp}
        disposition: str | None = None
        open_before = (claim.doubtful or outcome.doubtful) and outcome.result != "delivered"
        # an older body came in while this call was out: which of the two lies there nobody knows
        overtaken = not current and row["desired_reason"] == STALE_SEND
        if outcome.result == "unknown" or open_before:
            # the token stays: nobody may call this "unchanged" until a call has settled it
            values |= {"lease_until": self.stamp}
            if current:
                values |= {"desired_state": "rejected" if outcome.result == "rejected" else "unknown"}
            if outcome.result == "rejected":
                disposition = "rejected"
        else:
            values |= {"lease_token": None, "lease_version": None, "lease_until": None}
            if not overtaken:
                values |= NO_MAYBE
            if outcome.result == "delivered":
                values |= {
                    **{k: v for k, v in claim.values.items() if k.startswith("delivered_")},
                    "delivered_version": claim.version,
                    "delivered_at": self.stamp,
                    "attempts": 0,
                }
                if claim.removal_open and self.kind in SET_KINDS:
                    # what an unproved call emptied is filled again by this one
                    values |= {"removal": None}
                if overtaken:
                    values |= _UNKNOWN_CONTENT
                disposition = "sent"
                if current:  # None: the newest block of this person has not arrived yet
                    values |= {"desired_patient_hash": claim.values["desired_patient_hash"], "removes": 0}
            elif outcome.result == "rejected":
                disposition = "rejected"
            if current:
                state = _STATE[outcome.result]
                if state == "pending" and row["absent_since"] and row["delivered_version"] is None:
                    state = "retracted"  # it vanished before anything of it was written
                values |= {"desired_state": state}
        if outcome.result == "unsent" and row["attempts"]:
            values |= {"attempts": row["attempts"] - 1}
        self._update(claim.reference, values)
        if disposition:
            self._dispose(claim, disposition)
        if current and outcome.code == REMOVAL_BRAKE:
            hold(self.connection, self.hospital, self.kind, claim.reference)

    def _update(self, reference: str, values: dict[str, Any]) -> None:
        table = t.document
        self.connection.execute(
            update(table)
            .where(
                table.c.hospital == self.hospital,
                table.c.kind == self.kind,
                table.c.reference == reference,
            )
            .values(**values)
        )

    def _dispose(self, claim: Claim, disposition: str) -> None:
        """Every run that waits for this very version learns what became of it."""
        table = t.run_document
        self.connection.execute(
            update(table)
            .where(
                table.c.hospital == self.hospital,
                table.c.kind == self.kind,
                table.c.reference == claim.reference,
                table.c.version == claim.version,
                table.c.disposition == "pending",
            )
            .values(disposition=disposition)
        )

    def _stale_send(self, row: Any, claim: Claim) -> bool:
        """We sent after losing the lease: an older body may lie over a newer one."""
        return self.send_newest({**row, **self._something_is_there(row, claim)})

    def send_newest(self, row: dict[str, Any]) -> bool:
        """The newest version goes once more, whatever lies there now; False when none is to be sent."""
        if row["desired_state"] not in ("delivered", "in_flight", "pending", "unknown"):
            return False
        if row["absent_since"] is not None:  # nothing of it is to be sent; what lies there can be taken back
            return False
        version = row["desired_version"] + 1
        self._update(
            row["reference"],
            {
                "desired_version": version,
                "desired_state": "pending",
                "desired_reason": STALE_SEND,
                "removes": Standing.of(row).removed_by(
                    (row["desired_keys"] or "").split(),
                    row["person_key"],
                    (row["desired_children"] or "").split(),
                ),
                "updated_at": self.stamp,
            },
        )
        table = t.run_document
        self.connection.execute(
            update(table)
            .where(
                table.c.hospital == self.hospital,
                table.c.kind == self.kind,
                table.c.reference == row["reference"],
                or_(table.c.disposition == "pending", table.c.disposition == "sent"),
                table.c.version == row["desired_version"],
            )
            .values(version=version, disposition="pending")
        )
        return True

    def _something_is_there(self, row: Any, claim: Claim) -> dict[str, Any]:
        """The ledger must not claim to know which body lies there now, nor that nothing does. Without a hash
        nothing is "unchanged" before it has been sent again. Returns what was changed in the row."""
        values: dict[str, Any] = {"delivered_by": "ours"}
        if row["delivered_version"] is None:
            sent = {k: v for k, v in claim.values.items() if k.startswith("delivered_")}
            values = {**sent, "delivered_version": claim.version, "delivered_at": now()}
        values |= {**_UNKNOWN_CONTENT, "updated_at": self.stamp}
        values |= {name: merged(row[name], word) for name, word in _may_write(claim).items()}
        self._update(claim.reference, values)
        return values

    def _patients(self, outcomes: Sequence[Outcome]) -> None:
        newest: dict[str, dict[str, Any]] = {}
        for outcome in outcomes:
            values = outcome.claim.values
            if (
                outcome.result != "delivered"
                or not values["delivered_person_key"]
                or not values["desired_patient_hash"]
            ):
                continue
            row = {
                "hospital": self.hospital,
                "person_key": values["delivered_person_key"],
                "delivered_patient_hash": values["desired_patient_hash"],
                "delivered_snapshot_at": values["delivered_snapshot_at"],
            }
            before = newest.get(row["person_key"])
            if before is None or before["delivered_snapshot_at"] <= row["delivered_snapshot_at"]:
                newest[row["person_key"]] = row
        if not newest:
            return
        query = select(t.person.c.person_key, t.person.c.delivered_snapshot_at).where(
            t.person.c.hospital == self.hospital, t.person.c.person_key.in_(newest)
        )
        known = {key: snapshot_at for key, snapshot_at in self.connection.execute(query)}  # noqa: C416
        fresh = [
            row
            for key, row in newest.items()
            if key not in known or known[key] <= row["delivered_snapshot_at"]
        ]
        upsert(self.connection, t.person, fresh)

    def _notes(self, outcomes: Sequence[Outcome]) -> None:
        settled = [o for o in outcomes if o.result in ("delivered", "rejected")]
        if settled:
            note = t.delivery_note
            self.connection.execute(
                delete(note).where(
                    note.c.hospital == self.hospital,
                    note.c.kind == self.kind,
                    note.c.reference == bindparam("k_reference"),
                ),
                [{"k_reference": o.claim.reference} for o in settled],
            )
        rows = [
            {
                "hospital": self.hospital,
                "kind": self.kind,
                "reference": o.claim.reference,
                "version": o.claim.version,
                "position": position,
                "severity": severity,
                "code": code,
                "text": text,
                "noted_at": self.stamp,
            }
            for o in settled
            for position, (severity, code, text) in enumerate(o.notes)
        ]
        if rows:
            self.connection.execute(insert(t.delivery_note), rows)


def _may_write(claim: Claim) -> dict[str, str | None]:
    """What a call for this claim writes, if it arrives: the ``maybe`` columns of it alone."""
    return {
        "maybe_children": claim.values["delivered_children"],
        "maybe_keys": claim.values["delivered_keys"],
        "maybe_person_key": claim.values["delivered_person_key"],
        "maybe_days": claim.values["delivered_day"].isoformat(),
    }
