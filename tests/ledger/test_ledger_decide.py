"""decide(): every branch of what a freshly built document means for its row (R2, R4, R11)."""

from __future__ import annotations

from typing import Any

import pytest
from ledger_parts import at, want

from phr.ledger.decide import (
    CHILD_WAS_DELIVERED,
    PATIENT_CHANGED,
    REGISTER_SHRANK,
    REMOVAL_BRAKE,
    REMOVAL_OFF,
    TAKEN_OVER,
    Verdict,
    decide,
)


def existing(**changes: Any) -> dict[str, Any]:
    """A row whose content "a" was delivered from the snapshot of minute 0."""
    return {
        "desired_snapshot_at": at(0),
        "absent_since": None,
        "desired_state": "delivered",
        "desired_reason": None,
        "desired_hash": "k1:a",
        "desired_mapping": "1",
        "desired_policy": "p1",
        "desired_children": "c1 c2",
        "desired_source_hash": "k1:source-a",
        "delivered_by": "ours",
        "delivered_version": 1,
        "delivered_hash": "k1:a",
        "delivered_source_hash": "k1:source-a",
        "delivered_mapping": "1",
        "delivered_children": "c1 c2",
        "delivered_keys": "n1 n2",
        "delivered_person_key": "k1:person-v1",
        "maybe_children": None,
        "maybe_keys": None,
        "maybe_person_key": None,
        "lease_token": None,
        "removal": None,
        **changes,
    }


NEVER = {"delivered_version": None, "delivered_hash": None, "delivered_source_hash": None}
NEVER |= {"delivered_children": None, "delivered_keys": None, "delivered_person_key": None}
REJECTED = {**NEVER, "desired_state": "rejected", "desired_reason": None}
BRAKED = {"desired_state": "held", "desired_reason": REMOVAL_BRAKE, "desired_hash": "k1:b"}
LESS = {"content": "b", "children": ("c1",), "keys": ("n1",)}
PENDING_B = {"desired_state": "pending", "desired_hash": "k1:b"}

CASES: dict[str, tuple[dict[str, Any] | None, dict[str, Any], Verdict]] = {
    "new": (None, {}, Verdict("pending", "pending", None, bump=True)),
    "new and held": (
        None,
        {"state": "held", "reason": "RESTRICTED"},
        Verdict("held", "held", "RESTRICTED", bump=True),
    ),
    "same content delivered": (
        existing(),
        {},
        Verdict("unchanged", "delivered", None, bump=False, settled=True),
    ),
    "changed content": (existing(), {"content": "b"}, Verdict("pending", "pending", None, bump=True)),
    "changed content waits already": (
        existing(**PENDING_B),
        {"content": "b"},
        Verdict("pending", "pending", None, bump=False),
    ),
    "change taken back before it was sent": (
        existing(**PENDING_B),
        {},
        Verdict("unchanged", "delivered", None, bump=True, settled=True),
    ),
    "change taken back while its call is out": (
        existing(desired_state="in_flight", desired_hash="k1:b", lease_token="t"),
        {},
        Verdict("pending", "pending", None, bump=True),
    ),
    "unresolved call of the very content": (
        existing(desired_state="unknown", lease_token="t"),
        {},
        Verdict("pending", "unknown", None, bump=False),
    ),
    "older snapshot": (
        existing(desired_snapshot_at=at(9)),
        {"content": "b"},
        Verdict("superseded", "delivered", None, bump=False, write=False),
    ),
    "older snapshot of a document that a newer one missed": (
        existing(absent_since=at(9)),
        {"content": "b"},
        Verdict("superseded", "delivered", None, bump=False, write=False),
    ),
    "held over delivered": (
        existing(),
        {"state": "held", "reason": "RESTRICTED"},
        Verdict("held", "held", "RESTRICTED", bump=True),
    ),
    "held again for the same reason": (
        existing(desired_state="held", desired_reason="RESTRICTED"),
        {"state": "held", "reason": "RESTRICTED"},
        Verdict("held", "held", "RESTRICTED", bump=False),
    ),
    "quarantined over delivered": (
        existing(),
        {"state": "quarantined", "reason": "NO_CID", "content_hash": None},
        Verdict("quarantined", "quarantined", "NO_CID", bump=True),
    ),
    "released again, content still the delivered one": (
        existing(desired_state="held", desired_reason="RESTRICTED"),
        {},
        Verdict("unchanged", "delivered", None, bump=True, settled=True),
    ),
    "delivered child is now invalid": (
        existing(),
        {"content": "b", "children": ("c1",), "bad_children": ("c2",)},
        Verdict("held", "held", CHILD_WAS_DELIVERED, bump=True),
    ),
    "child under way is now invalid": (
        existing(**NEVER, desired_state="in_flight", maybe_children="c1 c2", lease_token="t"),
        {"content": "b", "children": ("c1",), "bad_children": ("c2",)},
        Verdict("held", "held", CHILD_WAS_DELIVERED, bump=True),
    ),
    "child never delivered is invalid": (
        existing(**NEVER, **PENDING_B),
        {"content": "c", "children": ("c1",), "bad_children": ("c2",)},
        Verdict("pending", "pending", None, bump=True),
    ),
    "mapping changed, source did not": (
        existing(),
        {"content": "b", "source_hash": "k1:source-a", "mapping": "2"},
        Verdict("unchanged", "delivered", None, bump=False, settled=True),
    ),
    "delivered by an older mapping, which saw no change": (
        existing(delivered_mapping="0", delivered_source_hash="k1:old-a"),
        {"content": "b", "earlier_sources": {"0": "k1:old-a"}},
        Verdict("unchanged", "delivered", None, bump=False, settled=True),
    ),
    "delivered by an older mapping, which sees a change": (
        existing(delivered_mapping="0", delivered_source_hash="k1:old-a"),
        {"earlier_sources": {"0": "k1:old-b"}, "content": "b"},
        Verdict("pending", "pending", None, bump=True),
    ),
    "delivered by an older mapping whose hash happens to be that of today": (
        existing(delivered_mapping="0", delivered_source_hash="k1:source-b"),
        {"earlier_sources": {"0": "k1:old-b"}, "content": "b"},
        Verdict("pending", "pending", None, bump=True),
    ),
    "content changed under one mapping although the source hash is equal": (
        existing(),
        {"content": "b", "source_hash": "k1:source-a"},
        Verdict("pending", "pending", None, bump=True),
    ),
    "mapping and source changed": (
        existing(),
        {"content": "b", "mapping": "2"},
        Verdict("pending", "pending", None, bump=True),
    ),
    "rejected stays rejected": (existing(**REJECTED), {}, Verdict("rejected", "rejected", None, bump=False)),
    "rejected, content mended": (
        existing(**REJECTED),
        {"content": "b"},
        Verdict("pending", "pending", None, bump=True),
    ),
    "rejected, mapping mended": (
        existing(**REJECTED),
        {"mapping": "2"},
        Verdict("pending", "pending", None, bump=True),
    ),
    "a delivered child is no longer wanted": (
        existing(),
        LESS,
        Verdict("pending", "pending", None, bump=True, removes=1),
    ),
    "a child that an open call may have written is no longer wanted": (
        existing(**NEVER, desired_state="unknown", maybe_keys="n1 n2", lease_token="t"),
        LESS,
        Verdict("pending", "pending", None, bump=True, removes=1),
    ),
    "another person": (
        existing(delivered_person_key="k1:other"),
        {"content": "b"},
        Verdict("pending", "pending", None, bump=True, removes=1),
    ),
    "another person than an open call may have written": (
        existing(**NEVER, desired_state="unknown", maybe_person_key="k1:other", lease_token="t"),
        {"content": "b"},
        Verdict("pending", "pending", None, bump=True, removes=1),
    ),
    "the braked version again": (
        existing(**BRAKED),
        LESS,
        Verdict("held", "held", REMOVAL_BRAKE, bump=False, removes=1),
    ),
    "a new version after a braked one": (
        existing(**BRAKED),
        {**LESS, "content": "c"},
        Verdict("pending", "pending", None, bump=True, removes=1),
    ),
    "the braked version takes nothing away any more": (
        existing(**BRAKED, delivered_keys="n1", delivered_children="c1"),
        LESS,
        Verdict("pending", "pending", None, bump=True),
    ),
    "delivered before keys were kept, and a row is gone": (
        existing(delivered_keys=None),
        LESS,
        Verdict("pending", "pending", None, bump=True, removes=1),
    ),
    "delivered before keys were kept, and a row was added": (
        existing(delivered_keys=None),
        {"content": "b", "children": ("c1", "c2", "c3"), "keys": ("n1", "n2", "n3")},
        Verdict("pending", "pending", None, bump=True),
    ),
    "what was delivered, but its removal was called and never proved": (
        existing(desired_state="pending", desired_hash="k1:b", removal="called"),
        {},
        Verdict("pending", "pending", None, bump=True),
    ),
    "rejected, policy changed": (
        existing(**REJECTED),
        {"policy": "p2"},
        Verdict("pending", "pending", None, bump=True),
    ),
}


@pytest.mark.parametrize(("before", "wish", "verdict"), CASES.values(), ids=CASES.keys())
def test_verdict(before: dict[str, Any] | None, wish: dict[str, Any], verdict: Verdict) -> None:
    assert decide(before, want("v1", **wish), at(5)) == verdict


def test_unchanged_is_sent_again_only_on_demand() -> None:
    assert decide(existing(), want("v1"), at(5), resend_unchanged=True) == Verdict(
        "pending", "pending", None, bump=True
    )
    assert decide(existing(), want("v1"), at(5), send_patient=True) == Verdict(
        "pending", "pending", PATIENT_CHANGED, bump=True
    )


def test_rejected_is_tried_again_on_demand() -> None:
    assert decide(existing(**REJECTED), want("v1"), at(5), resend_unchanged=True).disposition == "pending"


OTHERS = {
    "delivered_by": "other",
    "delivered_hash": None,
    "delivered_source_hash": None,
    "delivered_keys": None,
}
UNSEEN = {**OTHERS, "desired_source_hash": None, "desired_hash": None, "desired_reason": TAKEN_OVER}
STAYS = Verdict("unchanged", "delivered", TAKEN_OVER, bump=False)
GOES = Verdict("pending", "pending", None, bump=True)


@pytest.mark.parametrize(
    ("row", "wish", "options", "verdict"),
    [
        pytest.param(UNSEEN, {}, {}, STAYS, id="first seen"),
        pytest.param(OTHERS, {}, {}, STAYS, id="seen again"),
        pytest.param(OTHERS, {"content": "b", "source_hash": "k1:source-b"}, {}, GOES, id="changed since"),
        pytest.param(
            OTHERS,
            {"source_hash": "k1:new", "mapping": "2", "earlier_sources": {"1": "k1:source-a"}},
            {},
            STAYS,
            id="a release maps it differently",
        ),
        pytest.param(
            OTHERS,
            {"source_hash": "k1:source-a", "mapping": "2", "earlier_sources": {"1": "k1:other"}},
            {},
            GOES,
            id="changed since, as the mapping that saw it first sees it",
        ),
        pytest.param(OTHERS, {}, {"take_over": True}, GOES, id="its turn"),
        pytest.param(OTHERS, {}, {"resend_unchanged": True}, GOES, id="on demand"),
        pytest.param(
            OTHERS,
            {"state": "held", "reason": "RESTRICTED"},
            {},
            Verdict("held", "held", "RESTRICTED", bump=True),
            id="restricted",
        ),
    ],
)
def test_what_another_sender_delivered_goes_when_it_changes_or_by_pace(
    row: dict[str, Any], wish: dict[str, Any], options: dict[str, Any], verdict: Verdict
) -> None:
    assert decide(existing(**row), want("v1", **wish), at(5), **options) == verdict


def test_an_approved_removal_goes() -> None:
    verdict = decide(existing(**BRAKED), want("v1", **LESS), at(5), approved=True)
    assert verdict == Verdict("pending", "pending", None, bump=True, removes=1)


REGISTER = {
    "a dose is gone": (LESS, REGISTER_SHRANK),
    "one of two rows that tell of one dose is gone": ({"content": "b", "children": ("c1",)}, None),
    "a dose was entered anew as another row": ({"content": "b", "children": ("c1", "c9")}, None),
    "the date of a dose was corrected": ({"content": "b", "keys": ("n1", "n9")}, None),
    "a dose was added": ({"content": "b", "children": ("c1", "c2", "c3"), "keys": ("n1", "n2", "n3")}, None),
    "another dose came, one is gone": (
        {"content": "b", "children": ("c1", "c3"), "keys": ("n1", "n3")},
        REGISTER_SHRANK,
    ),
}


@pytest.mark.parametrize(("wish", "reason"), REGISTER.values(), ids=REGISTER.keys())
def test_a_register_that_lost_a_dose_waits_for_a_person(wish: dict[str, Any], reason: str | None) -> None:
    verdict = decide(existing(), want("v1", **wish), at(5), kind="immunization")
    assert (verdict.disposition, verdict.reason) == ("held" if reason else "pending", reason)
    approved = decide(existing(), want("v1", **wish), at(5), kind="immunization", approved=True)
    assert approved.disposition == "pending"


def test_a_register_loses_what_an_open_call_may_have_written_only_by_approval() -> None:
    row = existing(
        **NEVER, desired_state="unknown", maybe_children="c1 c2", maybe_keys="n1 n2", lease_token="t"
    )
    assert decide(row, want("v1", **LESS), at(5), kind="immunization").reason == REGISTER_SHRANK


@pytest.mark.parametrize(
    ("may_remove", "approved", "state", "reason"),
    [
        (False, False, "held", REMOVAL_OFF),
        (False, True, "held", REMOVAL_OFF),
        (True, False, "held", REGISTER_SHRANK),
        (True, True, "pending", None),
    ],
)
def test_an_entry_of_a_kind_with_a_removal_call_goes_by_setting_and_word_alone(
    may_remove: bool, approved: bool, state: str, reason: str | None
) -> None:
    verdict = decide(
        existing(), want("v1", **LESS), at(1), kind="chronic", approved=approved, may_remove=may_remove
    )
    assert (verdict.state, verdict.reason, verdict.removes) == (state, reason, 1)


def test_such_an_entry_is_asked_about_even_when_its_row_is_still_there() -> None:
    """Under another national code the row is the same and the entry another one: no brake decides that."""
    recoded = want("v1", content="b", children=("c1", "c2"), keys=("n1", "n3"))
    assert decide(existing(), recoded, at(1), kind="chronic", may_remove=True).reason == REGISTER_SHRANK
    assert decide(existing(), recoded, at(1), kind="immunization").state == "pending"
