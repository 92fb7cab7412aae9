"""The outbox: claim with a lease and a fencing token, check before each call, settle in batches (R3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from phr.ledger import tables as t
from phr.ledger.claims import Claim, Outcome, Result, claim_of, merged
from phr.ledger.settling import Settlement
from phr.ledger.store import Ledger, now

__all__ = ["Claim", "Outbox", "Outcome", "Result"]

_IN_LIST = 500


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
            carried = self._patients(connection, list(wanted))
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
                claims.append(claim_of(row, token, carried.get(row["reference"])))
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
                        maybe_children=bindparam("v_children"),
                        maybe_keys=bindparam("v_keys"),
                        maybe_person_key=bindparam("v_persons"),
                        maybe_days=bindparam("v_days"),
                        updated_at=stamp,
                    ),
                    [_leased(claim, found[claim.reference]) for claim in claims],
                )
        return claims, busy

    def in_order(self, references: list[str], today: date | None = None) -> list[str]:
        """The references in the order they should go: those never tried, of them first sends of today's
        work, then what failed before, least often first; else in their own order."""
        rows: dict[str, Any] = {}
        with self.ledger.read() as connection:
            for start in range(0, len(references), _IN_LIST):
                part = references[start : start + _IN_LIST]
                rows.update({row["reference"]: row for row in self._rows(connection, part)})

        def place(reference: str) -> tuple[int, bool, str]:
            row = rows.get(reference)
            if row is None:
                return 0, False, reference
            recent = today is None or row["service_day"] >= today
            return row["attempts"], not (recent and row["delivered_version"] is None), reference

        return sorted(references, key=place)

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
        with self.ledger.write(self.hospital) as connection:
            rows = {r["reference"]: r for r in self._rows(connection, [o.claim.reference for o in outcomes])}
            return self._settlement(connection).settle(outcomes, rows)

    def removal_called(self, claim: Claim) -> bool:
        """Right before RemoveEncounter: the ledger knows that it is called; False when the lease is lost, or
        this is no longer the version to send."""
        d = t.document
        with self.ledger.write(self.hospital) as connection:
            changed = connection.execute(
                update(d)
                .where(
                    *self._key(),
                    d.c.lease_token == bindparam("k_token"),
                    d.c.desired_version == bindparam("k_version"),
                    d.c.desired_state == "in_flight",
                    d.c.absent_since.is_(None),
                )
                .values(removal="called", updated_at=now()),
                {"k_reference": claim.reference, "k_token": claim.token, "k_version": claim.version},
            )
            return changed.rowcount == 1

    def removed(self, claim: Claim) -> bool:
        """RemoveEncounter is proved; False when the lease was lost and the newest version goes once more."""
        with self.ledger.write(self.hospital) as connection:
            (row,) = self._rows(connection, [claim.reference])
            return self._settlement(connection).removed(row, claim)

    def entries_removed(self, claim: Claim) -> bool:
        """What a version takes away is proved to be gone, so it is no longer part of what lies there; False
        when the lease was lost."""
        d = t.document
        with self.ledger.write(self.hospital) as connection:
            (row,) = self._rows(connection, [claim.reference])
            if row["lease_token"] != claim.token or row["desired_version"] != claim.version:
                return False
            wanted = set((row["desired_children"] or "").split())
            values: dict[str, Any] = {"removes": 0, "updated_at": now()}
            for slot in ("delivered", "maybe"):
                keys = set((row[f"{slot}_keys"] or "").split()).difference(claim.gone)
                children = set((row[f"{slot}_children"] or "").split()) & wanted
                values[f"{slot}_keys"] = " ".join(sorted(keys)) or None
                values[f"{slot}_children"] = " ".join(sorted(children)) or None
            connection.execute(
                update(d).where(*self._key()).values(**values), {"k_reference": claim.reference}
            )
        return True

    def _settlement(self, connection: Connection) -> Settlement:
        return Settlement(connection, self.hospital, self.kind, now())

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

    def _patients(self, connection: Connection, references: list[str]) -> dict[str, str | None]:
        """Patient blocks of the bodies at hand, as hashes."""
        table = t.run_document
        query = select(table.c.reference, table.c.patient_hash).where(
            table.c.run_id == self.run_id,
            table.c.hospital == self.hospital,
            table.c.kind == self.kind,
            table.c.reference.in_(references),
        )
        return {row.reference: row.patient_hash for row in connection.execute(query)}


def _leased(claim: Claim, row: Any) -> dict[str, Any]:
    """What the call may write stands in the row before it is made, beside what open calls may have."""
    return {
        "k_reference": claim.reference,
        "v_version": claim.version,
        "v_children": merged(row["maybe_children"], row["desired_children"]),
        "v_keys": merged(row["maybe_keys"], row["desired_keys"]),
        "v_persons": merged(row["maybe_person_key"], row["person_key"]),
        "v_days": merged(row["maybe_days"], row["service_day"].isoformat()),
    }
