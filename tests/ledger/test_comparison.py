"""What the ledger does with a national list: what is missing goes again, what vanished is settled (IN9)."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from ledger_parts import (
    DAY,
    HOSPITAL,
    KIND,
    at,
    claim_one,
    deliver,
    disposition,
    outbox,
    remainders,
    row,
    snapshot,
    want,
)

from phr.ledger import Ledger
from phr.ledger.comparison import found_missing, mark_missing, record_findings, settle_vanished
from phr.ledger.outbox import Outcome, Result
from phr.ledger.taken_over import take_over_references

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def delivered(ledger: Ledger) -> Ledger:
    """v1 to v3 have arrived."""
    snapshot(ledger, "r1", at(0), [want(f"v{n}") for n in (1, 2, 3)])
    for n in (1, 2, 3):
        deliver(ledger, "r1", f"v{n}")
    return ledger


def test_what_is_missing_goes_again_and_what_is_kept_back_does_not(delivered: Ledger) -> None:
    held = want("v2", state="held", reason="RESTRICTED")
    snapshot(delivered, "r2", at(1), [want("v1"), held])
    assert mark_missing(delivered, HOSPITAL, KIND, {"v1", "v2", "v3", "unheard of"}) == 1
    states = {
        ref: (row(delivered, ref)["desired_state"], row(delivered, ref)["delivered_version"])
        for ref in ("v1", "v2", "v3")
    }
    assert states == {"v1": ("pending", None), "v2": ("held", None), "v3": ("retracted", None)}
    assert remainders(delivered) == {}
    assert snapshot(delivered, "r3", at(2), [want("v1"), held])[0] == {"v1"}
    deliver(delivered, "r3", "v1")
    assert disposition(delivered, "r1", "v1") == "sent"
    assert remainders(delivered) == {}


def test_a_vanished_visit_that_is_missing_there_too_comes_back_like_a_new_one(delivered: Ledger) -> None:
    snapshot(delivered, "r2", at(1), [want("v1"), want("v2")])
    mark_missing(delivered, HOSPITAL, KIND, {"v3"})
    assert remainders(delivered) == {}
    assert snapshot(delivered, "r3", at(2), [want(f"v{n}") for n in (1, 2, 3)])[0] == {"v3"}
    assert remainders(delivered) == {}


def test_what_is_being_sent_is_not_marked(delivered: Ledger) -> None:
    snapshot(delivered, "r2", at(1), [want("v1", "b"), want("v2"), want("v3")])
    claim = claim_one(outbox(delivered, "r2"), "v1", "b")
    assert mark_missing(delivered, HOSPITAL, KIND, {"v1"}) == 0
    assert outbox(delivered, "r2").still_mine(claim)


def test_nothing_that_is_missing_there_has_to_be_removed_first(delivered: Ledger) -> None:
    snapshot(delivered, "r2", at(1), [want("v1", "b", children=("c1",), keys=("n1",))])
    assert row(delivered, "v1")["removes"] == 1
    mark_missing(delivered, HOSPITAL, KIND, {"v1"})
    assert claim_one(outbox(delivered, "r2"), "v1", "b").removes == 0


def test_another_senders_reference_that_is_gone_stays_known_as_such(ledger: Ledger) -> None:
    take_over_references(ledger, HOSPITAL, KIND, DAY, {"v1", "v2"}, moment=at(0))
    snapshot(ledger, "r1", at(1), [want("v1")])
    assert mark_missing(ledger, HOSPITAL, KIND, {"v1", "v2"}) == 1
    assert (row(ledger, "v1")["desired_state"], row(ledger, "v2")["desired_state"]) == (
        "pending",
        "retracted",
    )
    assert row(ledger, "v2")["desired_reason"] == "TAKEN_OVER"
    assert remainders(ledger) == {}


# -- settled by read-back -----------------------------------------------------------------------------------


def vanish(ledger: Ledger, *, before: Result | None, lease: float = 30.0) -> None:
    """A call for v1 has an open outcome, and the visit is no longer in the HIS."""
    snapshot(ledger, "r1", at(0), [want("v1", "a")])
    if before:
        deliver(ledger, "r1", "v1", result=before)
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    box = outbox(ledger, "r2", lease=lease)
    claim = claim_one(box, "v1", "b")
    snapshot(ledger, "r3", at(2), [])
    if lease == 30.0:
        box.settle([Outcome(claim, "unknown")])
    assert row(ledger, "v1")["lease_token"] is not None


@pytest.mark.parametrize("before", [None, "delivered"])
def test_a_vanished_visit_whose_call_arrived_can_be_taken_back(ledger: Ledger, before: Result | None) -> None:
    vanish(ledger, before=before)
    assert settle_vanished(ledger, HOSPITAL, KIND, {DAY: {"v1", "x"}}, [DAY]) == 1
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_by"], after["delivered_hash"]) == (
        "delivered",
        "ours",
        None,
    )
    assert after["delivered_version"] is not None
    assert (after["delivered_day"], after["lease_token"]) == (DAY, None)
    assert remainders(ledger) == {}
    assert settle_vanished(ledger, HOSPITAL, KIND, {DAY: set()}, [DAY]) == 0


@pytest.mark.parametrize("before", [None, "delivered"])
def test_a_vanished_visit_that_is_on_no_list_has_nothing_to_be_retracted(
    ledger: Ledger, before: Result | None
) -> None:
    vanish(ledger, before=before)
    assert settle_vanished(ledger, HOSPITAL, KIND, {DAY: {"x"}}, []) == 0, "a list that cannot be believed"
    assert settle_vanished(ledger, HOSPITAL, KIND, {NEXT: {"x"}}, [NEXT]) == 0, "another day's list"
    assert settle_vanished(ledger, HOSPITAL, KIND, {DAY: {"x"}}, [DAY]) == 1
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_version"], after["maybe_keys"]) == (
        "retracted",
        None,
        None,
    )
    assert remainders(ledger) == {}


def test_a_living_call_is_waited_for(ledger: Ledger) -> None:
    vanish(ledger, before=None, lease=0.3)
    assert settle_vanished(ledger, HOSPITAL, KIND, {DAY: {"v1"}}, [DAY]) == 0
    time.sleep(0.35)
    assert settle_vanished(ledger, HOSPITAL, KIND, {DAY: {"v1"}}, [DAY]) == 1


def test_what_was_found_missing_is_known_until_it_is_seen(delivered: Ledger) -> None:
    found = {("missing_there", "v1"): DAY, ("extra_other", "x"): DAY}
    record_findings(delivered, HOSPITAL, KIND, found, days=[DAY], moment=at(1))
    record_findings(delivered, HOSPITAL, KIND, found, days=[DAY], moment=at(2))
    record_findings(delivered, HOSPITAL, KIND, {}, days=[NEXT], moment=at(3))
    assert found_missing(delivered, HOSPITAL, KIND) == {"v1": at(1)}
    record_findings(delivered, HOSPITAL, KIND, {}, days=[DAY], moment=at(4))
    assert found_missing(delivered, HOSPITAL, KIND) == {}
    record_findings(delivered, HOSPITAL, KIND, found, days=[DAY], moment=at(5))
    assert found_missing(delivered, HOSPITAL, KIND) == {"v1": at(5)}
