"""What is claimed from the outbox, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Result = Literal["delivered", "rejected", "retry", "unknown", "unsent"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One document claimed for sending: exactly what will stand in the delivered slot when it arrives."""

    reference: str
    version: int
    token: str
    content_hash: str
    values: dict[str, Any] = field(repr=False)
    #: an earlier call for this document was never settled: it may have been written
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claimed document.

    ``retry``: surely not written; ``unknown``: may have been written; ``unsent``: given back unused.
    ``notes`` are (severity, code, safe text).
    """

    claim: Claim
    result: Result
    code: str | None = None
    notes: tuple[tuple[str, str | None, str], ...] = ()


def claim_of(row: Any, token: str, made_from: datetime | None) -> Claim:
    """The claim of a ``document`` row.

    :param made_from: time of the snapshot the body at hand was made from.
    """
    # content is compared by hash, the Patient block is not: a body made from an older snapshot than the row
    # carries an older block, and must not be written down as the newest one
    patient = row["desired_patient_hash"] if made_from == row["desired_snapshot_at"] else None
    return Claim(
        reference=row["reference"],
        version=row["desired_version"],
        token=token,
        content_hash=row["desired_hash"],
        values={
            "delivered_hash": row["desired_hash"],
            "delivered_source_hash": row["desired_source_hash"],
            "delivered_snapshot_at": row["desired_snapshot_at"],
            "delivered_mapping": row["desired_mapping"],
            "delivered_policy": row["desired_policy"],
            "delivered_class": row["desired_class"],
            "delivered_children": row["desired_children"],
            "person_key": row["person_key"],
            "desired_patient_hash": patient,
        },
        doubtful=row["lease_token"] is not None,
    )
