"""Calls whose outcome is open: what they may have written is kept until it is settled (R3, R5)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from ledger_parts import DAY, at, claim_one, deliver, outbox, remainders, row, snapshot, want

from phr.ledger import Ledger
from phr.ledger.outbox import Claim, Outbox, Outcome

SHORT = 0.02
NEXT = DAY + timedelta(days=1)
MORE: dict[str, Any] = {"children": ("c1", "c2", "c3"), "keys": ("n1", "n2", "n3")}


def asleep(ledger: Ledger, run_id: str, content: str) -> tuple[Outbox, Claim]:
    """A deliverer that claimed v1 and was stopped before its call for longer than its lease."""
    box = outbox(ledger, run_id, lease=SHORT)
    claim = claim_one(box, "v1", content)
    time.sleep(2 * SHORT)
    return box, claim


def test_every_person_an_open_call_may_have_written_under_is_remembered(ledger: Ledger) -> None:
    people = [want("v1", c, person_key=f"k1:{c * 32}") for c in "abc"]
    snapshot(ledger, "r1", at(0), people[:1])
    deliver(ledger, "r1", "v1", "a", result="unknown")
    snapshot(ledger, "r2", at(1), people[1:2])
    deliver(ledger, "r2", "v1", "b", result="unknown")
    snapshot(ledger, "r3", at(2), people[2:])
    deliver(ledger, "r3", "v1", "c", result="unsent")  # given back: it knows nothing of the first two
    claim = claim_one(outbox(ledger, "r3"), "v1", "c")
    assert (claim.other_person, claim.removes) == (True, 1)
    outbox(ledger, "r3").settle([Outcome(claim, "unsent")])
    snapshot(ledger, "r4", at(3), people[:1])  # the first one again: the call for the second may have arrived
    assert claim_one(outbox(ledger, "r4"), "v1", "a").other_person


def test_every_day_an_open_call_may_have_written_under_is_looked_at(ledger: Ledger) -> None:
    days = [DAY, NEXT, NEXT + timedelta(days=1)]
    snapshot(ledger, "r1", at(0), [want("v1")], days=days)
    deliver(ledger, "r1", "v1")
    for n, day in enumerate(days[1:], 2):
        snapshot(ledger, f"r{n}", at(n), [want("v1", "b", day=day)], days=days)
        claim = claim_one(outbox(ledger, f"r{n}"), "v1", "b")
        assert claim.standing_days == tuple(days[: n - 1])
        outbox(ledger, f"r{n}").settle([Outcome(claim, "unknown")])
    last = claim_one(outbox(ledger, "r3"), "v1", "b")
    outbox(ledger, "r3").settle([Outcome(last, "delivered")])
    assert row(ledger, "v1")["maybe_days"] is None
    assert remainders(ledger) == {}


def test_what_is_sent_after_a_proved_removal_may_have_arrived(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", **MORE)])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    box = outbox(ledger, "r2")
    claim = claim_one(box, "v1", "b")
    assert box.removal_called(claim)
    assert box.removed(claim)
    box.settle([Outcome(claim, "unknown")])
    snapshot(ledger, "r3", at(2), [want("v1", "c", children=("c1",), keys=("n1",))])
    assert row(ledger, "v1")["removes"] == 1, "n2 may have been written by the call that is still open"


def test_a_removal_waits_no_longer_for_its_turn_when_the_version_is_not_wanted_any_more(
    ledger: Ledger,
) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", **MORE)])
    deliver(ledger, "r1", "v1")
    for n, wants in enumerate(([want("v1", "c", **MORE)], [], [want("v1", "d", state="held", reason="R")])):
        snapshot(ledger, f"r{n}-less", at(2 * n + 1), [want("v1", "b")])
        box = outbox(ledger, f"r{n}-less")
        claim = claim_one(box, "v1", "b")
        snapshot(ledger, f"r{n}-newer", at(2 * n + 2), wants)
        assert not box.removal_called(claim)
        assert row(ledger, "v1")["removal"] is None
        box.settle([Outcome(claim, "unsent")])


def test_an_older_body_that_arrives_late_brings_its_children_back(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", **MORE)])
    box, old = asleep(ledger, "r1", "a")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    deliver(ledger, "r2", "v1", "b")
    assert box.settle([Outcome(old, "delivered")]) == 1
    assert row(ledger, "v1")["removes"] == 1
    again = claim_one(outbox(ledger, "r2"), "v1", "b")
    assert again.removes == 1, "under merge a plain update would leave n3 there for ever"
    outbox(ledger, "r2").settle([Outcome(again, "delivered")])
    settled = row(ledger, "v1")
    assert (settled["removes"], settled["maybe_keys"], settled["desired_state"]) == (0, None, "delivered")
    assert remainders(ledger) == {}


def test_an_older_body_under_another_person_is_removed_before_the_newest_goes_again(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", person_key="k1:old")])
    box, old = asleep(ledger, "r1", "a")
    snapshot(ledger, "r2", at(1), [want("v1", "b", person_key="k1:new")])
    deliver(ledger, "r2", "v1", "b")
    box.settle([Outcome(old, "unknown")])
    assert claim_one(outbox(ledger, "r2"), "v1", "b").other_person


def test_an_older_body_that_arrives_while_the_newest_is_on_its_way_leaves_nothing_sure(
    ledger: Ledger,
) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", **MORE)])
    box, old = asleep(ledger, "r1", "a")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    newer = outbox(ledger, "r2")
    flying = claim_one(newer, "v1", "b")
    box.settle([Outcome(old, "delivered")])
    newer.settle([Outcome(flying, "delivered")])
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_hash"], after["removes"]) == ("pending", None, 1)
    # what another run finds: it must go again, and it takes something away
    assert snapshot(ledger, "r3", at(2), [want("v1", "b")])[0] == {"v1"}
    assert row(ledger, "v1")["removes"] == 1
    deliver(ledger, "r3", "v1", "b")
    assert snapshot(ledger, "r4", at(3), [want("v1", "b")])[0] == set()
    assert row(ledger, "v1")["maybe_keys"] is None
    assert remainders(ledger) == {}


def test_what_arrives_late_of_a_vanished_visit_is_not_sent_again(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    box, old = asleep(ledger, "r2", "b")
    deliver(ledger, "r2", "v1", "b")
    snapshot(ledger, "r3", at(2), [])
    assert box.settle([Outcome(old, "delivered")]) == 0
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_hash"]) == ("delivered", None)
    assert remainders(ledger) == {}


def test_a_refusal_after_a_try_that_may_have_arrived_settles_nothing(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger, "r1")
    box.settle([Outcome(claim_one(box, "v1"), "rejected", "400", doubtful=True)])
    after = row(ledger, "v1")
    assert (after["desired_state"], after["maybe_keys"]) == ("rejected", "n1 n2")
    assert after["lease_token"] is not None
    snapshot(ledger, "r2", at(1), [want("v1", "b", children=("c1",), keys=("n1",))])
    assert row(ledger, "v1")["removes"] == 1
