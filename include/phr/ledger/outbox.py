"""The outbox: claim with a lease and a fencing token, check before each call, settle in batches (R3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from phr.ledger import tables as t
from phr.ledger.claims import Claim, Outcome, Result, claim_of
from phr.ledger.store import Ledger, now, upsert

__all__ = ["Claim", "Outbox", "Outcome", "Result"]


@dataclass
class Outbox:
    """Delivery side of the ledger for one (run, hospital, kind)."""

    ledger: Ledger
    run_id: str
    hospital: str
    kind: str
    lease_seconds: float

    def claim(self, wanted: dict[str, str]) -> tuple[list[Claim], int]:
        """Claim the documents of ``wanted`` (reference -> content hash of the body at hand).

        Skips what is settled, superseded (other hash) or leased to a living deliverer. Returns the claims, in
        the order of ``wanted``, and how many were left to another deliverer.
        """
        token, stamp = str(uuid.uuid4()), now()
        table, claims, busy = t.document, [], 0
        with self.ledger.write(self.hospital) as connection:
            found = {row["reference"]: row for row in self._rows(connection, list(wanted))}
            made_from = self._generations(connection, list(wanted))
            for row in (found[reference] for reference in wanted if reference in found):
                if row["desired_state"] not in ("pending", "in_flight", "unknown"):
                    continue
                if row["absent_since"] is not None:  # gone from the HIS since: nothing of it may arrive now
                    continue
                if row["desired_hash"] != wanted[row["reference"]]:
                    continue
                if row["lease_token"] is not None and row["lease_until"] > stamp:
                    busy += 1
                    continue
                claims.append(claim_of(row, token, made_from.get(row["reference"])))
            if claims:
                connection.execute(
                    update(table)
                    .where(*self._key())
                    .values(
                        desired_state="in_flight",
                        lease_token=token,
                        lease_version=bindparam("v_version"),
                        lease_until=stamp + timedelta(seconds=self.lease_seconds),
                        attempts=table.c.attempts + 1,
                        updated_at=stamp,
                    ),
                    [{"k_reference": c.reference, "v_version": c.version} for c in claims],
                )
        return claims, busy

    def by_attempts(self, references: list[str]) -> list[str]:
        """The references, those tried least first, else in their own order."""
        with self.ledger.read() as connection:
            tried = {row["reference"]: row["attempts"] for row in self._rows(connection, references)}
        return sorted(references, key=lambda reference: (tried.get(reference, 0), reference))

    def renew(self, claims: Sequence[Claim]) -> None:
        """Extend the lease of claims still held; a living deliverer does so every third of the lease."""
        if not claims:
            return
        with self.ledger.write(self.hospital) as connection:
            connection.execute(
                update(t.document)
                .where(*self._key(), t.document.c.lease_token == bindparam("k_token"))
                .values(lease_until=now() + timedelta(seconds=self.lease_seconds)),
                [{"k_reference": c.reference, "k_token": c.token} for c in claims],
            )

    def still_mine(self, claim: Claim) -> bool:
        """Right before the call: is the lease ours and alive, and is this still the version to send?"""
        table = t.document
        query = select(
            table.c.lease_token,
            table.c.lease_until,
            table.c.desired_version,
            table.c.desired_state,
            table.c.absent_since,
        )
        with self.ledger.read() as connection:
            row = connection.execute(
                query.where(
                    table.c.hospital == self.hospital,
                    table.c.kind == self.kind,
                    table.c.reference == claim.reference,
                )
            ).first()
        return bool(
            row is not None
            and row[0] == claim.token
            and row[1] > now()
            and row[2] == claim.version
            and row[3] == "in_flight"
            and row[4] is None
        )

    def settle(self, outcomes: Sequence[Outcome]) -> int:
        """Write outcomes down in one transaction; a lease lost meanwhile is noticed and mended.

        Returns how many documents have to be sent again because of a lost lease.
        """
        if not outcomes:
            return 0
        stamp, ours, stale = now(), [], 0
        with self.ledger.write(self.hospital) as connection:
            rows = {r["reference"]: r for r in self._rows(connection, [o.claim.reference for o in outcomes])}
            for outcome in outcomes:
                row = rows[outcome.claim.reference]
                if row["lease_token"] == outcome.claim.token:
                    self._settle_one(connection, row, outcome, stamp)
                    ours.append(outcome)
                elif outcome.result in ("delivered", "unknown"):
                    stale += self._stale_send(connection, row, outcome)
            self._patients(connection, ours)
            self._notes(connection, ours, stamp)
        return stale

    def waiting(self) -> tuple[int, datetime | None]:
        """How many documents of this run are leased to somebody, and when the last lease would expire."""
        mine = and_(
            t.run_document.c.run_id == self.run_id,
            t.run_document.c.hospital == self.hospital,
            t.run_document.c.kind == self.kind,
            t.run_document.c.disposition == "pending",
        )
        query = (
            select(t.document.c.lease_until)
            .join(
                t.run_document,
                and_(
                    t.run_document.c.hospital == t.document.c.hospital,
                    t.run_document.c.kind == t.document.c.kind,
                    t.run_document.c.reference == t.document.c.reference,
                ),
            )
            .where(mine, t.document.c.desired_state == "in_flight", t.document.c.lease_until > now())
        )
        with self.ledger.read() as connection:
            leases = list(connection.execute(query).scalars())
        return len(leases), max(leases, default=None)

    # -- details ---------------------------------------------------------------------------------

    def _key(self) -> tuple[Any, ...]:
        table = t.document
        return (
            table.c.hospital == self.hospital,
            table.c.kind == self.kind,
            table.c.reference == bindparam("k_reference"),
        )

    def _rows(self, connection: Connection, references: list[str]) -> list[Any]:
        table = t.document
        query = select(table).where(
            table.c.hospital == self.hospital, table.c.kind == self.kind, table.c.reference.in_(references)
        )
        return list(connection.execute(query.order_by(table.c.reference)).mappings())

    def _settle_one(self, connection: Connection, row: Any, outcome: Outcome, stamp: datetime) -> None:
        claim = outcome.claim
        current = row["desired_version"] == claim.version and row["desired_state"] == "in_flight"
        values: dict[str, Any] = {"last_code": outcome.code, "updated_at": stamp}
        disposition: str | None = None
        open_before = claim.doubtful and outcome.result != "delivered"
        if outcome.result == "unknown" or open_before:
            # the token stays: nobody may call this "unchanged" until a call has settled it
            values |= {"lease_until": stamp}
            if current:
                values |= {"desired_state": "rejected" if outcome.result == "rejected" else "unknown"}
            if outcome.result == "rejected":
                disposition = "rejected"
        else:
            values |= {"lease_token": None, "lease_version": None, "lease_until": None}
            if outcome.result == "delivered":
                values |= {
                    **{k: v for k, v in claim.values.items() if k.startswith("delivered_")},
                    "delivered_version": claim.version,
                    "delivered_at": stamp,
                    "attempts": 0,
                }
                disposition = "sent"
                if current:  # None: the newest block of this person has not arrived yet
                    values |= {"desired_patient_hash": claim.values["desired_patient_hash"]}
            elif outcome.result == "rejected":
                disposition = "rejected"
            if current:
                states = {
                    "delivered": "delivered",
                    "rejected": "rejected",
                    "retry": "pending",
                    "unsent": "pending",
                }
                state = states[outcome.result]
                if state == "pending" and row["absent_since"] and row["delivered_version"] is None:
                    state = "retracted"  # it vanished before anything of it was written
                values |= {"desired_state": state}
        if outcome.result == "unsent" and row["attempts"]:
            values |= {"attempts": row["attempts"] - 1}
        connection.execute(
            update(t.document).where(*self._key()).values(**values), {"k_reference": claim.reference}
        )
        if disposition:
            self._dispose(connection, claim, disposition)

    def _dispose(self, connection: Connection, claim: Claim, disposition: str) -> None:
        """Every run that waits for this very version learns what became of it."""
        table = t.run_document
        connection.execute(
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

    def _stale_send(self, connection: Connection, row: Any, outcome: Outcome) -> bool:
        """We sent after losing the lease: an older body may lie over a newer one. Send the newest again."""
        self._something_is_there(connection, row, outcome)
        if row["desired_state"] not in ("delivered", "in_flight", "pending", "unknown"):
            return False
        version = row["desired_version"] + 1
        connection.execute(
            update(t.document)
            .where(*self._key())
            .values(
                desired_version=version,
                desired_state="pending",
                desired_reason="STALE_SEND",
                updated_at=now(),
            ),
            {"k_reference": row["reference"]},
        )
        table = t.run_document
        connection.execute(
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

    def _something_is_there(self, connection: Connection, row: Any, outcome: Outcome) -> None:
        """The ledger must not claim to know which body lies there now, nor that nothing does. Without a hash
        nothing is "unchanged" before it has been sent again."""
        children = {*(row["delivered_children"] or "").split()}
        children.update((outcome.claim.values["delivered_children"] or "").split())
        values: dict[str, Any] = {"delivered_hash": None, "delivered_source_hash": None, "updated_at": now()}
        if row["delivered_version"] is None:
            sent = {k: v for k, v in outcome.claim.values.items() if k.startswith("delivered_")}
            values = {**sent, **values}
            values |= {"delivered_version": outcome.claim.version, "delivered_at": now()}
        values["delivered_children"] = " ".join(sorted(children)) or None
        connection.execute(
            update(t.document).where(*self._key()).values(**values), {"k_reference": row["reference"]}
        )

    def _generations(self, connection: Connection, references: list[str]) -> dict[str, datetime]:
        table = t.run_document
        query = select(table.c.reference, table.c.generation).where(
            table.c.run_id == self.run_id,
            table.c.hospital == self.hospital,
            table.c.kind == self.kind,
            table.c.reference.in_(references),
        )
        return {row.reference: row.generation for row in connection.execute(query)}

    def _patients(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        newest: dict[str, dict[str, Any]] = {}
        for outcome in outcomes:
            values = outcome.claim.values
            if (
                outcome.result != "delivered"
                or not values["person_key"]
                or not values["desired_patient_hash"]
            ):
                continue
            row = {
                "hospital": self.hospital,
                "person_key": values["person_key"],
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
        known = {key: snapshot_at for key, snapshot_at in connection.execute(query)}  # noqa: C416
        fresh = [
            row
            for key, row in newest.items()
            if key not in known or known[key] <= row["delivered_snapshot_at"]
        ]
        upsert(connection, t.person, fresh)

    def _notes(self, connection: Connection, outcomes: Sequence[Outcome], stamp: datetime) -> None:
        settled = [o for o in outcomes if o.result in ("delivered", "rejected")]
        if settled:
            note = t.delivery_note
            connection.execute(
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
                "noted_at": stamp,
            }
            for o in settled
            for position, (severity, code, text) in enumerate(o.notes)
        ]
        if rows:
            connection.execute(insert(t.delivery_note), rows)
