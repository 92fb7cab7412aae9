"""Claim, lease, fencing, settle (R3), and what is kept of the answers (R11)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from ledger_parts import at, claim_one, deliver, disposition, outbox, remainders, row, snapshot, want
from sqlalchemy import select, update

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import state_equations
from phr.ledger.budget import Lane, RateBudget
from phr.ledger.credentials import RefusedCredentials
from phr.ledger.outbox import Outcome

SHORT = 0.05


def states(ledger: Ledger) -> dict[str, int]:
    (line,) = state_equations(ledger)
    return {name: n for name, n in line.terms.items() if n}


def test_two_processes_never_claim_the_same_document(ledger: Ledger, ledger_url: str) -> None:
    n = 25
    snapshot(ledger, "r1", at(0), [want(f"v{i}") for i in range(n)])
    command = [sys.executable, str(Path(__file__).with_name("claiming.py")), ledger_url, str(n)]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    claimed = []
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        claimed += child.communicate(timeout=60)[0].split()
    assert sorted(claimed) == sorted(f"v{i}" for i in range(n))


def test_a_leased_document_is_left_to_its_deliverer(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    claim_one(outbox(ledger), "v1")
    assert outbox(ledger).claim({"v1": "k1:a"}) == ([], 1)
    assert outbox(ledger).waiting()[0] == 1
    assert states(ledger) == {"pending": 1}


def test_only_the_wanted_version_is_claimed(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2", state="held"), want("v3", state="quarantined")])
    wishes = {"v1": "k1:other", "v2": "k1:a", "v3": "k1:a", "v4": "k1:a"}
    assert outbox(ledger).claim(wishes) == ([], 0)


def test_an_expired_lease_is_unknown_and_claimed_again(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    first = claim_one(outbox(ledger, lease=SHORT), "v1")
    time.sleep(2 * SHORT)
    assert states(ledger) == {"unknown": 1}
    assert not outbox(ledger).still_mine(first)
    second = claim_one(outbox(ledger), "v1")
    assert second.token != first.token
    assert second.doubtful
    assert outbox(ledger).still_mine(second)


def test_renewal_keeps_the_lease(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger, lease=0.4)
    claim = claim_one(box, "v1")
    for _ in range(4):
        time.sleep(0.15)
        box.renew([claim])
    assert box.still_mine(claim)
    assert outbox(ledger).claim({"v1": "k1:a"}) == ([], 1)


def test_renewal_does_not_take_a_lost_lease_back(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger, lease=SHORT)
    first = claim_one(box, "v1")
    time.sleep(2 * SHORT)
    second = claim_one(outbox(ledger), "v1")
    box.renew([first])
    assert outbox(ledger).still_mine(second)
    assert not box.still_mine(first)


def test_a_newer_snapshot_before_the_call_stops_it(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger)
    claim = claim_one(box, "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    assert not box.still_mine(claim)
    box.settle([Outcome(claim, "unsent", "SUPERSEDED")])
    assert (row(ledger, "v1")["lease_token"], row(ledger, "v1")["attempts"]) == (None, 0)
    deliver(ledger, "r2", "v1", "b")
    assert states(ledger) == {"delivered": 1}


def test_a_newer_snapshot_during_the_call_is_sent_after_it(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger)
    claim = claim_one(box, "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b", children=("c9",))])
    assert outbox(ledger, "r2").claim({"v1": "k1:b"}) == ([], 1)
    box.settle([Outcome(claim, "delivered", "200")])
    after = row(ledger, "v1")
    assert (after["delivered_version"], after["delivered_hash"], after["delivered_children"]) == (
        1,
        "k1:a",
        "c1 c2",
    )
    assert (after["desired_version"], after["desired_hash"], after["desired_state"]) == (2, "k1:b", "pending")
    deliver(ledger, "r2", "v1", "b")
    assert row(ledger, "v1")["delivered_version"] == 2
    assert remainders(ledger) == {}


def test_settling_after_a_lost_lease_overwrites_nothing_and_sends_the_newest_again(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    sleeper = outbox(ledger, lease=SHORT)
    old = claim_one(sleeper, "v1")
    time.sleep(2 * SHORT)
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    deliver(ledger, "r2", "v1", "b")
    assert sleeper.settle([Outcome(old, "delivered", "200")]) == 1
    after = row(ledger, "v1")
    assert (after["delivered_version"], after["desired_state"], after["desired_reason"]) == (
        2,
        "pending",
        "STALE_SEND",
    )
    assert disposition(ledger, "r2", "v1") == "pending"
    assert remainders(ledger) == {}
    # another run must not call it unchanged before it was sent again
    assert snapshot(ledger, "r3", at(2), [want("v1", "b")])[0] == {"v1"}
    deliver(ledger, "r3", "v1", "b")
    assert disposition(ledger, "r2", "v1") == disposition(ledger, "r3", "v1") == "sent"
    assert snapshot(ledger, "r4", at(3), [want("v1", "b")])[0] == set()
    assert remainders(ledger) == {}


def test_a_late_send_under_a_held_document_is_not_denied(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    sleeper = outbox(ledger, lease=SHORT)
    old = claim_one(sleeper, "v1")
    time.sleep(2 * SHORT)
    deliver(ledger, "r1", "v1", result="retry")
    claim_one(outbox(ledger, lease=SHORT), "v1")
    time.sleep(2 * SHORT)
    snapshot(ledger, "r2", at(1), [want("v1", state="held", reason="RESTRICTED")])
    sleeper.settle([Outcome(old, "delivered", "200")])
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_version"]) == ("held", 1)
    assert after["delivered_children"] == "c1 c2"
    # what lies there is not known for sure, so a release sends it
    assert snapshot(ledger, "r3", at(2), [want("v1")])[0] == {"v1"}
    assert remainders(ledger) == {}


@pytest.mark.parametrize("result", ["retry", "unsent", "rejected"])
def test_an_open_outcome_is_not_forgotten_by_a_later_call_that_wrote_nothing(
    ledger: Ledger, result: str
) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    deliver(ledger, "r2", "v1", "b", result="unknown")  # may be there
    deliver(ledger, "r2", "v1", "b", result=result)  # type: ignore[arg-type]
    assert states(ledger) == {"rejected" if result == "rejected" else "unknown": 1}
    # the source goes back to what was delivered first: it must be sent, "b" may lie over it
    assert snapshot(ledger, "r3", at(2), [want("v1")])[0] == {"v1"}
    assert remainders(ledger) == {}


def test_an_outage_leaves_pending(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1", result="retry")
    after = row(ledger, "v1")
    assert (states(ledger), after["lease_token"], after["attempts"]) == ({"pending": 1}, None, 1)


def test_a_body_older_than_the_row_does_not_pass_for_the_newest_patient_block(ledger: Ledger) -> None:
    person = {"person_key": "k1:p"}
    snapshot(ledger, "r1", at(0), [want("v1", **person)])
    newer = want("v1", **person, patient_hash="k1:new")
    snapshot(ledger, "r2", at(1), [newer])  # same content, so the body of r1 would still be taken
    deliver(ledger, "r1", "v1")
    assert snapshot(ledger, "r3", at(2), [newer])[0] == {"v1"}
    deliver(ledger, "r3", "v1")
    assert snapshot(ledger, "r4", at(3), [newer])[0] == set()


def test_a_body_that_carries_the_newest_patient_block_is_enough_whichever_run_made_it(ledger: Ledger) -> None:
    person = {"person_key": "k1:p"}
    snapshot(ledger, "visits", at(0), [want("v1", **person)])
    snapshot(ledger, "labs", at(1), [want("v1", **person)])  # another feed looks before anything was sent
    deliver(ledger, "visits", "v1")
    assert snapshot(ledger, "drugs", at(2), [want("v1", **person)])[0] == set()


def test_every_warning_is_kept_until_the_next_answer(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    box = outbox(ledger)
    notes = tuple(("warning", "200", f"warning {n}") for n in range(3))
    box.settle([Outcome(claim_one(box, "v1"), "delivered", "200", notes)])
    with ledger.read() as connection:
        texts = list(connection.execute(select(t.delivery_note.c.text)).scalars())
    assert texts == ["warning 0", "warning 1", "warning 2"]
    assert states(ledger) == {"delivered": 1}
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    deliver(ledger, "r2", "v1", "b")
    with ledger.read() as connection:
        assert connection.execute(select(t.delivery_note)).all() == []


def test_references_of_two_hospitals_do_not_meet(ledger: Ledger) -> None:
    for hospital in ("99001", "99002"):
        snapshot(ledger, f"r-{hospital}", at(0), [want("v1")], hospital=hospital)
    box = outbox(ledger, "r-99001", hospital="99001")
    box.settle([Outcome(claim_one(box, "v1"), "delivered", "200")])
    assert row(ledger, "v1", "99001")["desired_state"] == "delivered"
    assert row(ledger, "v1", "99002")["desired_state"] == "pending"


def test_a_refused_password_is_remembered_until_it_changes(ledger: Ledger) -> None:
    memory = RefusedCredentials(ledger)
    memory.refuse("99001", "old")
    memory.refuse("99001", "old")
    assert memory.is_refused("99001", "old")
    assert not memory.is_refused("99001", "new")
    assert not memory.is_refused("99002", "old")


def test_reservations_queue_up_at_the_rate(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phr.ledger.budget.time.time", lambda: 1_000_000.0)
    budget = RateBudget(ledger, "https://api", calls_per_minute=600, burst_seconds=0)
    waits = [budget.reserve(1).wait for _ in range(5)]
    assert waits == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.001)
    assert RateBudget(ledger, "https://api", 600).expected_wait() == pytest.approx(0.5, abs=0.001)
    assert RateBudget(ledger, "https://other", 600).expected_wait() == 0
    assert RateBudget(ledger, "https://api", None).reserve(1000).wait == 0


def test_a_lower_lane_gets_nothing_while_a_higher_one_wants_calls(ledger: Ledger) -> None:
    budget = RateBudget(ledger, "https://api", 600)
    assert budget.reserve(1, Lane.BACKFILL).given
    assert budget.reserve(1, Lane.FIRST).given
    for lane in (Lane.CORRECTION, Lane.RETRACTION, Lane.BACKFILL):
        assert not budget.reserve(1, lane).given
    assert budget.reserve(1, Lane.FIRST).given  # nobody above it
    assert RateBudget(ledger, "https://other", 600).reserve(1, Lane.BACKFILL).given
    assert budget.expected_wait(Lane.BACKFILL) >= 1
    with ledger.write("budget") as connection:  # some seconds later
        connection.execute(update(t.rate_lane).values(wanted_until=0.0))
    assert budget.reserve(1, Lane.BACKFILL).given


def test_a_lane_that_waits_long_for_its_call_keeps_its_place(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1_000_000.0
    monkeypatch.setattr("phr.ledger.budget.time.time", lambda: clock)
    budget = RateBudget(ledger, "https://api", calls_per_minute=12, burst_seconds=0)
    assert [budget.reserve(1, Lane.FIRST).wait for _ in range(3)] == [0, 5, 10]
    clock += 9  # two calls were made, the third one sleeps and asks for nothing
    assert not budget.reserve(1, Lane.BACKFILL).given
    clock += 4
    assert budget.reserve(1, Lane.BACKFILL).given


def test_a_backfill_makes_way_without_a_call_limit_too(ledger: Ledger) -> None:
    today = RateBudget(ledger, "https://api", None)
    assert today.reserve(1, Lane.FIRST).given
    assert today.reserve(1, Lane.CORRECTION).given
    assert not RateBudget(ledger, "https://api", None).reserve(1, Lane.BACKFILL).given
