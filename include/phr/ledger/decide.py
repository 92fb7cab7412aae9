"""What a freshly built document means for its ledger row: a pure function, rule by rule (R2, R4, R11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

#: a child that was delivered and is now invalid: leaving it out might delete it nationally
CHILD_WAS_DELIVERED = "CHILD_DELIVERED_NOW_INVALID"
PATIENT_CHANGED = "PATIENT_CHANGED"
#: a register without a dose or entry that was delivered: sending it deletes that one (R6)
REGISTER_SHRANK = "REGISTER_SHRANK"
#: an entry is gone, and the endpoint settings do not allow its removal: nothing is asked, nothing is sent
REMOVAL_OFF = "REMOVAL_OFF"
#: more versions that take something away than the hospital's brake lets through at once
REMOVAL_BRAKE = "REMOVAL_BRAKE"
#: another sender delivered it: it is there, nobody knows what
TAKEN_OVER = "TAKEN_OVER"

#: states whose desired content still has to reach the national side
OPEN_STATES = frozenset({"pending", "in_flight", "unknown"})
#: kinds whose every call carries the whole set of one person at the hospital: it replaces the one before it
#: (contract 4.5), or nobody has said that it does not (4.3)
SET_KINDS = frozenset({"immunization", "allergy", "chronic"})
#: of these, kinds whose call only adds and updates: what is gone is taken away by a call of its own (4.4)
REMOVE_CALL_KINDS = frozenset({"chronic"})


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
    #: hashes of the rows in the document
    children: tuple[str, ...] = ()
    #: hashes of the keys by which the national side tells children apart (R5)
    keys: tuple[str, ...] = ()
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
    #: how much of what is there this version takes away: children, and the person it stands under
    removes: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What lies at the national side, or may lie there because of a call whose outcome is open."""

    children: frozenset[str]
    keys: frozenset[str]
    persons: frozenset[str]
    #: False: delivered before keys were kept (ledger 0001); its rows have to stand for them
    keys_known: bool = True

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Standing:
        """The standing of a ``document`` row."""

        def both(name: str) -> frozenset[str]:
            words = f"{row[f'delivered_{name}'] or ''} {row[f'maybe_{name}'] or ''}"
            return frozenset(words.split())

        known = row["delivered_keys"] is not None or row["delivered_children"] is None
        return cls(both("children"), both("keys"), both("person_key"), known)

    def removed_by(
        self, keys: Collection[str], person_key: str | None, children: Collection[str] = ()
    ) -> int:
        """Number of national keys that a version with these ``keys`` takes away, and one for another person.

        Where only the rows of what was delivered are known, a row that is gone counts for a key.
        """
        other_person = bool(person_key and self.persons - {person_key})
        gone = len(self.keys.difference(keys))
        if not self.keys_known:
            gone = max(gone, len(self.children.difference(children)))
        return gone + other_person

    def shrunk_by(self, want: Desired) -> bool:
        """Whether an entry of a set is gone: neither a row of it nor the same entry from another row is left.

        A corrected date or code keeps its row, so it is no loss.
        """
        return bool(self.children.difference(want.children) and self.keys.difference(want.keys))


def decide(
    existing: Mapping[str, Any] | None,
    want: Desired,
    snapshot_at: datetime,
    *,
    kind: str = "encounter",
    approved: bool = False,
    may_remove: bool = False,
    take_over: bool = False,
    resend_unchanged: bool = False,
    send_patient: bool = False,
) -> Verdict:
    """Compare a document with its ledger row.

    :param existing: the ``document`` row, or None when the document is new.
    :param approved: a person has approved that exactly this content takes something away (R13).
    :param may_remove: the settings allow the removal call of kinds that have one.
    :param take_over: a document of another sender may be replaced by ours in this run.
    :param send_patient: this document was chosen to carry a changed Patient block (R4).
    """
    if existing is None:
        return Verdict(want.state, want.state, want.reason, bump=True)
    # a newer snapshot looked at this document, or looked for it and found it gone
    if max(existing["desired_snapshot_at"], existing["absent_since"] or snapshot_at) > snapshot_at:
        return Verdict("superseded", existing["desired_state"], None, bump=False, write=False)
    if want.state != "pending":
        return _keep_back(existing, want, want.state, want.reason)
    there = Standing.of(existing)
    if there.children.intersection(want.bad_children):
        return _keep_back(existing, want, "held", CHILD_WAS_DELIVERED)

    if _already_delivered(existing, want) and not resend_unchanged and not send_patient:
        was = existing["desired_state"]
        return Verdict("unchanged", "delivered", None, bump=was != "delivered", settled=True)
    if (
        _is_others(existing)
        and existing["desired_state"] == "delivered"
        and not (take_over or resend_unchanged)
    ):
        known = existing["desired_source_hash"]
        if known in (None, want.earlier_sources.get(existing["desired_mapping"], want.source_hash)):
            return Verdict("unchanged", "delivered", TAKEN_OVER, bump=False)
    removes = there.removed_by(want.keys, want.person_key, want.children)
    same_wish = existing["desired_hash"] == want.content_hash
    if removes and kind in REMOVE_CALL_KINDS and not (may_remove and approved):
        # never by the brake: each of these calls is made on a person's word alone
        return _keep_back(existing, want, "held", REGISTER_SHRANK if may_remove else REMOVAL_OFF, removes)
    if removes and not approved:
        if kind in SET_KINDS and there.shrunk_by(want):
            return _keep_back(existing, want, "held", REGISTER_SHRANK, removes)
        if same_wish and existing["desired_reason"] == REMOVAL_BRAKE:
            return _keep_back(existing, want, "held", REMOVAL_BRAKE, removes)
    if same_wish and existing["desired_state"] in OPEN_STATES:
        return Verdict(
            "pending", existing["desired_state"], existing["desired_reason"], bump=False, removes=removes
        )
    if (
        same_wish
        and existing["desired_state"] == "rejected"
        and not resend_unchanged
        and _same_rules(existing, want)
    ):
        return Verdict("rejected", "rejected", existing["desired_reason"], bump=False)
    return Verdict(
        "pending", "pending", PATIENT_CHANGED if send_patient else None, bump=True, removes=removes
    )


def _keep_back(
    existing: Mapping[str, Any], want: Desired, state: str, reason: str | None, removes: int = 0
) -> Verdict:
    same = (
        existing["desired_state"] == state
        and existing["desired_reason"] == reason
        and existing["desired_hash"] == want.content_hash
    )
    return Verdict(state, state, reason, bump=not same, removes=removes)


def _already_delivered(existing: Mapping[str, Any], want: Desired) -> bool:
    """Equal to what is there, and no call is open whose outcome might still change what is there: neither one
    that sent it nor one that removed it."""
    if existing["delivered_version"] is None or existing["lease_token"] is not None or existing["removal"]:
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


def _is_others(existing: Mapping[str, Any]) -> bool:
    return existing["delivered_by"] == "other" and existing["delivered_version"] is not None


def _same_rules(existing: Mapping[str, Any], want: Desired) -> bool:
    return bool(existing["desired_mapping"] == want.mapping and existing["desired_policy"] == want.policy)
