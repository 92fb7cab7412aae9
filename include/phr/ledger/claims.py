"""What is claimed from the outbox, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Result = Literal["delivered", "rejected", "retry", "unknown", "unsent"]

#: the delivered slot of a document of which nothing is at the national side
NOTHING_THERE: dict[str, None] = dict.fromkeys(
    (
        "delivered_version",
        "delivered_hash",
        "delivered_source_hash",
        "delivered_at",
        "delivered_snapshot_at",
        "delivered_mapping",
        "delivered_policy",
        "delivered_class",
        "delivered_day",
        "delivered_person_key",
        "delivered_children",
        "delivered_keys",
        "delivered_by",
    )
)
#: columns of open calls when there is none
NO_MAYBE: dict[str, None] = dict.fromkeys(("maybe_children", "maybe_keys", "maybe_person_key", "maybe_days"))


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
    #: service day it will stand under, and those under which earlier versions lie or may lie
    service_day: date | None = None
    standing_days: tuple[date, ...] = ()
    #: nothing of it was delivered before
    new: bool = True
    #: how much of what is there this version takes away
    removes: int = 0
    #: what is there stands, or may stand, under another person
    other_person: bool = False
    #: RemoveEncounter was called for it and never proved
    removal_open: bool = False
    #: number of entries the document holds, for kinds whose call replaces a whole set
    entries: int = 0
    #: hashes of national keys that lie or may lie there: those this version takes away, and those it keeps
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claimed document.

    ``retry``: surely not written; ``unknown``: may have been written; ``unsent``: given back unused.
    ``notes`` are (severity, code, safe text). ``doubtful``: an earlier try may have been written.
    """

    claim: Claim
    result: Result
    code: str | None = None
    notes: tuple[tuple[str, str | None, str], ...] = ()
    doubtful: bool = False


def claim_of(row: Any, token: str, carried: str | None) -> Claim:
    """The claim of a ``document`` row.

    :param carried: hash of the Patient block in the body at hand.
    """
    # the content hash leaves the Patient block out: a body made from an older snapshot than the row may carry
    # an older block, and must not be written down as the newest one
    patient = carried if carried == row["desired_patient_hash"] else None
    there = set((merged(row["delivered_keys"], row["maybe_keys"]) or "").split())
    wanted = set((row["desired_keys"] or "").split())
    persons = set(f"{row['delivered_person_key'] or ''} {row['maybe_person_key'] or ''}".split())
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
            "delivered_keys": row["desired_keys"],
            "delivered_day": row["service_day"],
            "delivered_person_key": row["person_key"],
            "delivered_by": "ours",
            "desired_patient_hash": patient,
        },
        doubtful=row["lease_token"] is not None,
        service_day=row["service_day"],
        standing_days=standing_days(row),
        new=row["delivered_version"] is None,
        removes=row["removes"],
        other_person=bool(row["person_key"] and persons - {row["person_key"]}),
        removal_open=row["removal"] is not None,
        entries=len((row["desired_keys"] or "").split()),
        gone=tuple(sorted(there - wanted)),
        kept=tuple(sorted(set((row["delivered_keys"] or "").split()) & wanted)),
    )


def standing_days(row: Any) -> tuple[date, ...]:
    """Service days under which something of a ``document`` row lies or may lie nationally, ascending.

    A list of one of them proves nothing of the others: a visit that moved may stand under either day.
    """
    found = {date.fromisoformat(day) for day in (row["maybe_days"] or "").split()}
    if row["delivered_day"] is not None:
        found.add(row["delivered_day"])
    return tuple(sorted(found or {row["service_day"]}))


def merged(*words: str | None) -> str | None:
    """Space-separated words, each once, sorted; None when there are none."""
    found = {part for text in words for part in (text or "").split()}
    return " ".join(sorted(found)) or None
