"""A vanished visit is never sent afterwards, and what was never sent needs no retraction."""

from __future__ import annotations

from ledger_parts import at, claim_one, deliver, disposition, outbox, remainders, row, snapshot, want

from phr.ledger import Ledger
from phr.ledger.outbox import Outcome


def test_what_was_never_sent_counts_as_retracted_at_once(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2"), want("v3", state="held", reason="R")])
    snapshot(ledger, "r2", at(1), [want("v2")])
    assert [row(ledger, ref)["desired_state"] for ref in ("v1", "v2", "v3")] == [
        "retracted",
        "pending",
        "retracted",
    ]
    assert disposition(ledger, "r1", "v1") == "superseded"
    assert remainders(ledger) == {}


def test_a_vanished_visit_is_not_sent_by_the_run_that_still_waited_for_it(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b"), want("v2")])
    snapshot(ledger, "r3", at(2), [want("v2")])  # v1 deleted before its new version went out
    claims, busy = outbox(ledger, "r2").claim({"v1": "k1:b", "v2": "k1:a"})
    assert ([c.reference for c in claims], busy) == (["v2"], 0)
    assert row(ledger, "v1")["delivered_hash"] == "k1:a", (
        "what was delivered stays until a retraction is approved"
    )
    assert remainders(ledger) == {}


def test_vanishing_between_claim_and_call_stops_the_call(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    box = outbox(ledger)
    claim = claim_one(box, "v1")
    snapshot(ledger, "r2", at(1), [want("v2")])
    assert not box.still_mine(claim)
    box.settle([Outcome(claim, "unsent", "SUPERSEDED")])
    assert row(ledger, "v1")["desired_state"] == "retracted"
    assert remainders(ledger) == {}


def test_a_call_that_was_out_when_the_visit_vanished_is_counted_as_delivered(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger)
    claim = claim_one(box, "v1")
    snapshot(ledger, "r2", at(1), [])
    box.settle([Outcome(claim, "delivered", "200")])
    gone = row(ledger, "v1")
    assert (gone["desired_state"], gone["absent_since"]) == ("delivered", at(1))
    assert remainders(ledger) == {}


def test_a_visit_that_comes_back_is_sent(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    snapshot(ledger, "r2", at(1), [])
    assert snapshot(ledger, "r3", at(2), [want("v1")])[0] == {"v1"}
    deliver(ledger, "r3", "v1")
    assert row(ledger, "v1")["desired_state"] == "delivered"
    assert remainders(ledger) == {}
