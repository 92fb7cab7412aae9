"""What a freshly built document means for its ledger row: a pure function, rule by rule (R2, R4, R11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

#: a child that was delivered and is now invalid: leaving it out might delete it nationally
CHILD_WAS_DELIVERED = "CHILD_DELIVERED_NOW_INVALID"
PATIENT_CHANGED = "PATIENT_CHANGED"

#: states whose desired content still has to reach the national side
OPEN_STATES = frozenset({"pending", "in_flight", "unknown"})


@dataclass(frozen=True, slots=True)
class Desired:
    """A document as one snapshot wants it. Hashes read ``<key id>:<hex>``."""

    reference: str
    service_day: date
    state: Literal["pending", "held", "quarantined"]
    reason: str | None = None
    person_key: str | None = None
    content_hash: str | None = None
    source_hash: str | None = None
    #: earlier mapping version -> hash of the same rows as that version made it
    earlier_sources: Mapping[str, str] = field(default_factory=dict)
    patient_hash: str | None = None
    mapping: str | None = None
    policy: str | None = None
    data_class: str | None = None
    children: tuple[str, ...] = ()
    #: hashes of children that the checks put aside
    bad_children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """New state of the desired slot and what the run did with the document."""

    disposition: str
    state: str
    reason: str | None
    #: True: the desired version counts up and pending work of other runs is superseded
    bump: bool
    #: False: the row stays as it is (an older snapshot woke up)
    write: bool = True
    #: True: the delivered slot already holds this content, so its version follows
    settled: bool = False


def decide(
    existing: Mapping[str, Any] | None,
    want: Desired,
    snapshot_at: datetime,
    *,
    resend_unchanged: bool = False,
    send_patient: bool = False,
) -> Verdict:
    """Compare a document with its ledger row.

    :param existing: the ``document`` row, or None when the document is new.
    :param send_patient: this document was chosen to carry a changed Patient block (R4).
    """
    if existing is None:
        return Verdict(want.state, want.state, want.reason, bump=True)
    # a newer snapshot looked at this document, or looked for it and found it gone
    if max(existing["desired_snapshot_at"], existing["absent_since"] or snapshot_at) > snapshot_at:
        return Verdict("superseded", existing["desired_state"], None, bump=False, write=False)
    if want.state != "pending":
        return _keep_back(existing, want, want.state, want.reason)
    there = set((existing["delivered_children"] or "").split())
    if existing["lease_token"] is not None:  # a call whose outcome is open may have delivered these too
        there.update((existing["desired_children"] or "").split())
    if there.intersection(want.bad_children):
        return _keep_back(existing, want, "held", CHILD_WAS_DELIVERED)

    if _already_delivered(existing, want) and not resend_unchanged and not send_patient:
        was = existing["desired_state"]
        return Verdict("unchanged", "delivered", None, bump=was != "delivered", settled=True)
    same_wish = existing["desired_hash"] == want.content_hash
    if same_wish and existing["desired_state"] in OPEN_STATES:
        return Verdict("pending", existing["desired_state"], existing["desired_reason"], bump=False)
    if (
        same_wish
        and existing["desired_state"] == "rejected"
        and not resend_unchanged
        and _same_rules(existing, want)
    ):
        return Verdict("rejected", "rejected", existing["desired_reason"], bump=False)
    return Verdict("pending", "pending", PATIENT_CHANGED if send_patient else None, bump=True)


def _keep_back(existing: Mapping[str, Any], want: Desired, state: str, reason: str | None) -> Verdict:
    same = (
        existing["desired_state"] == state
        and existing["desired_reason"] == reason
        and existing["desired_hash"] == want.content_hash
    )
    return Verdict(state, state, reason, bump=not same)


def _already_delivered(existing: Mapping[str, Any], want: Desired) -> bool:
    """Equal to what is there, and no call is open whose outcome might still change what is there."""
    if existing["delivered_version"] is None or existing["lease_token"] is not None:
        return False
    if existing["delivered_hash"] == want.content_hash:
        return True
    # a release that maps differently re-sends nothing by itself (R4): the source decides, as the delivered
    # version saw it, with the columns it knew
    source = want.earlier_sources.get(existing["delivered_mapping"], want.source_hash)
    return bool(
        existing["delivered_mapping"] != want.mapping
        and existing["delivered_source_hash"] is not None
        and existing["delivered_source_hash"] == source
    )


def _same_rules(existing: Mapping[str, Any], want: Desired) -> bool:
    return bool(existing["desired_mapping"] == want.mapping and existing["desired_policy"] == want.policy)
