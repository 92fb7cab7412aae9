"""Second looks and taking back: only what is ours, gone or kept back, and not in somebody's hands (R7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ledger_parts import DAY, HOSPITAL, KIND, at, claim_one, deliver, outbox, remainders, row, snapshot, want
from sqlalchemy import update

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.outbox import Outcome
from phr.ledger.retractions import Candidate, Retractions
from phr.ledger.taken_over import take_over_references

LATER = 25 * 60
RESTRICTED: dict[str, Any] = {"state": "held", "reason": "RESTRICTED"}


def look(ledger: Ledger, minute: int, *found: str, fingerprint: str = "f") -> list[str]:
    """A second look in a snapshot of this minute that finds these visits; returns what was looked for."""
    retractions = Retractions(ledger, HOSPITAL, KIND)
    due = retractions.to_look_for(at(minute), fingerprint=fingerprint)
    retractions.looked(set(found).intersection(due), set(due).difference(found), at(minute))
    return due


def candidates(ledger: Ledger, minute: int) -> dict[str, Candidate]:
    with ledger.read() as connection:
        found = Retractions(ledger, HOSPITAL, KIND).candidates(connection, at(minute))
    return {c.reference: c for c in found}


@pytest.fixture
def gone(ledger: Ledger) -> Retractions:
    """v1 and v2 were delivered; v1 is deleted in the HIS and was looked for twice."""
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")], fingerprint="f")
    deliver(ledger, "r1", "v1")
    deliver(ledger, "r1", "v2")
    snapshot(ledger, "r2", at(1), [want("v2")], fingerprint="f")
    assert look(ledger, 2) == [], "not a day later yet"
    assert look(ledger, LATER) == ["v1"]
    return Retractions(ledger, HOSPITAL, KIND)


def test_what_is_gone_is_a_candidate_and_taken_back_it_is_retracted(
    ledger: Ledger, gone: Retractions
) -> None:
    found = candidates(ledger, LATER)
    assert list(found) == ["v1"]
    assert (found["v1"].reason, found["v1"].days, found["v1"].sure) == ("GONE", (DAY,), True)
    assert gone.called(found["v1"])
    assert row(ledger, "v1")["removal"] == "called"
    assert gone.removed(found["v1"])
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_version"], after["removal"]) == ("retracted", None, None)
    assert candidates(ledger, LATER) == {}
    assert remainders(ledger) == {}


def test_a_look_of_an_earlier_run_does_not_make_it_sure(ledger: Ledger, gone: Retractions) -> None:
    assert not candidates(ledger, LATER + 60)["v1"].sure
    assert look(ledger, LATER + 60) == ["v1"], "what is gone is looked for again each time"
    assert candidates(ledger, LATER + 60)["v1"].sure


def test_what_is_found_again_is_no_candidate(ledger: Ledger, gone: Retractions) -> None:
    look(ledger, LATER + 60, "v1")
    assert candidates(ledger, LATER + 60) == {}
    look(ledger, LATER + 120)
    assert list(candidates(ledger, LATER + 120)) == ["v1"]


def test_another_reader_starts_the_time_anew(ledger: Ledger, gone: Retractions) -> None:
    assert look(ledger, LATER + 60, fingerprint="g") == []
    assert candidates(ledger, LATER + 60) == {}
    assert look(ledger, LATER + 60 + LATER, fingerprint="g") == ["v1"]


def test_a_reading_of_before_such_a_restart_invents_nothing(ledger: Ledger, gone: Retractions) -> None:
    look(ledger, LATER + 60, fingerprint="g")
    # its snapshot is older than the restart, newer than the last reading of the day; the visit is back in it
    snapshot(ledger, "r3", at(LATER + 30), [want("v1"), want("v2")], fingerprint="f")
    assert remainders(ledger) == {}


def test_what_comes_back_between_look_and_call_is_left_alone(ledger: Ledger, gone: Retractions) -> None:
    candidate = candidates(ledger, LATER)["v1"]
    snapshot(ledger, "r3", at(LATER + 1), [want("v1"), want("v2")])
    assert not gone.called(candidate)
    snapshot(ledger, "r4", at(LATER + 2), [want("v2")])  # and vanishes again: that is another absence
    assert not gone.called(candidate)
    assert row(ledger, "v1")["removal"] is None


def test_what_comes_back_while_the_call_is_out_goes_again(ledger: Ledger, gone: Retractions) -> None:
    candidate = candidates(ledger, LATER)["v1"]
    assert gone.called(candidate)
    to_send, _ = snapshot(ledger, "r3", at(LATER + 1), [want("v1"), want("v2")])
    assert to_send == {"v1"}, "its removal may strike any moment: it is not unchanged"
    assert not gone.removed(candidate)
    assert snapshot(ledger, "r4", at(LATER + 2), [want("v1"), want("v2")])[0] == {"v1"}
    deliver(ledger, "r4", "v1")
    assert row(ledger, "v1")["desired_state"] == "delivered"
    assert remainders(ledger) == {}


def test_of_two_runs_one_makes_the_call(ledger: Ledger, gone: Retractions) -> None:
    one, two = candidates(ledger, LATER)["v1"], candidates(ledger, LATER)["v1"]
    assert gone.called(one)
    assert not gone.called(two)
    third = candidates(ledger, LATER)["v1"]  # after a death it is known to be open
    assert third.removal_open
    assert gone.called(third)


def test_a_version_that_changed_since_is_another_question(ledger: Ledger, gone: Retractions) -> None:
    candidate = candidates(ledger, LATER)["v1"]
    snapshot(ledger, "r3", at(LATER + 1), [want("v1", "b"), want("v2")])
    deliver(ledger, "r3", "v1", "b")
    snapshot(ledger, "r4", at(LATER + 2), [want("v2")], fingerprint="f")
    look(ledger, 2 * LATER + 2)
    assert not gone.called(candidate)
    assert candidates(ledger, 2 * LATER + 2)["v1"].content != candidate.content


def test_what_is_kept_back_is_a_candidate_unless_it_is_kept_back_for_what_it_takes_away(
    ledger: Ledger,
) -> None:
    names = ["v1", "v2", "v3", "v4", "v5"]
    snapshot(ledger, "r1", at(0), [want(name) for name in names])
    for name in names[:4]:
        deliver(ledger, "r1", name)
    kept_back = [
        want("v1", **RESTRICTED),
        want("v2", state="quarantined", reason="NO_CID"),
        want("v3", "b", children=("c1",), bad_children=("c2",)),
        want("v4"),
        want("v5", **RESTRICTED),  # never sent: there is nothing to take back
    ]
    snapshot(ledger, "r2", at(1), kept_back)
    assert set(candidates(ledger, 1)) == {"v1", "v2"}


def test_what_is_released_before_the_call_is_left_alone(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", **RESTRICTED)])
    retractions, candidate = Retractions(ledger, HOSPITAL, KIND), candidates(ledger, 1)["v1"]
    snapshot(ledger, "r3", at(2), [want("v1", "b", children=("c1",), bad_children=("c2",))])
    assert row(ledger, "v1")["desired_state"] == "held"
    assert not retractions.called(candidate), "held for another reason by now"
    snapshot(ledger, "r4", at(3), [want("v1", **RESTRICTED)])
    assert retractions.called(candidates(ledger, 3)["v1"])
    assert retractions.removed(candidate)
    after = row(ledger, "v1")
    assert (after["desired_state"], after["delivered_version"]) == ("held", None)
    assert remainders(ledger) == {}


def test_what_another_run_is_sending_is_left_alone_and_after_its_lease_it_is_not(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b")])
    box = outbox(ledger, "r2", lease=30)
    claim = claim_one(box, "v1", "b")
    snapshot(ledger, "r3", at(2), [want("v1", **RESTRICTED)])
    retractions, candidate = Retractions(ledger, HOSPITAL, KIND), candidates(ledger, 2)["v1"]
    assert not retractions.called(candidate)
    box.settle([Outcome(claim, "unknown")])
    assert retractions.called(candidate)
    assert retractions.removed(candidate)
    assert row(ledger, "v1")["maybe_keys"] == "n1 n2", "the open call may still arrive"


def test_what_another_sender_delivered_is_never_a_candidate(ledger: Ledger) -> None:
    take_over_references(ledger, HOSPITAL, KIND, DAY, {"v1", "v2"}, moment=at(0))
    snapshot(ledger, "r1", at(1), [want("v1", **RESTRICTED)])
    assert look(ledger, LATER) == []
    assert candidates(ledger, LATER) == {}


def test_days_it_may_stand_under_are_known(ledger: Ledger) -> None:
    other = DAY + timedelta(days=1)
    snapshot(ledger, "r1", at(0), [want("v1")], days=[DAY, other])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b", day=other)], days=[DAY, other])
    deliver(ledger, "r2", "v1", "b", result="unknown")
    snapshot(ledger, "r3", at(2), [want("v1", day=other, **RESTRICTED)], days=[DAY, other])
    assert candidates(ledger, 2)["v1"].days == (DAY, other)


def test_a_ledger_of_before_the_first_looks_starts_them_anew(ledger: Ledger, gone: Retractions) -> None:
    with ledger.write(HOSPITAL) as connection:  # as an upgrade finds it
        connection.execute(update(t.document).values(absent_fingerprint=None, second_look=None))
    assert look(ledger, LATER) == []
    assert look(ledger, 2 * LATER) == ["v1"]
