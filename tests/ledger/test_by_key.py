"""Documents read by key (re-drive) and taken over: no count of a day is touched, whoever runs beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from ledger_parts import (
    CATEGORY,
    DAY,
    HOSPITAL,
    KIND,
    at,
    claim_one,
    count,
    deliver,
    disposition,
    outbox,
    remainders,
    row,
    snapshot,
    want,
)
from sqlalchemy import select, update

from phr.ledger import Ledger, approvals
from phr.ledger import tables as t
from phr.ledger.backlog import backlog
from phr.ledger.brake import Brake
from phr.ledger.decide import Desired
from phr.ledger.outbox import Outcome
from phr.ledger.register import Registration
from phr.ledger.taken_over import take_over_references

NEXT = DAY + timedelta(days=1)
LESS: dict[str, Any] = {"children": ("c1",), "keys": ("n1",)}


def by_key(
    ledger: Ledger,
    run: str,
    minute: int,
    wants: Sequence[Desired],
    counts: Mapping[date, int] | None = None,
    *,
    close: bool = True,
) -> set[str]:
    ledger.plan_run(run, CATEGORY, {}, [HOSPITAL])
    registration = Registration(ledger, run, CATEGORY, KIND, HOSPITAL, at(minute))
    to_send = registration.register_keys(wants)
    if close:
        registration.close([], counts if counts is not None else {DAY: len(wants)})
    return to_send


def waiting(ledger: Ledger, *, recheck_from: date = DAY, limit: int = 100, **judged: str) -> list[str]:
    found = backlog(
        ledger,
        HOSPITAL,
        KIND,
        recheck_from=recheck_from,
        mapping=judged.get("mapping", "1"),
        policy=judged.get("policy", "p1"),
        limit=limit,
    )
    return [item.reference for item in found]


def test_what_waits_goes_on_and_its_first_run_learns_of_it(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    deliver(ledger, "r1", "v1")
    assert waiting(ledger) == ["v2"]
    assert by_key(ledger, "redrive", 1, [want("v2")]) == {"v2"}
    assert remainders(ledger) == {}
    deliver(ledger, "redrive", "v2")
    assert disposition(ledger, "r1", "v2") == disposition(ledger, "redrive", "v2") == "sent"
    assert remainders(ledger) == {}
    assert waiting(ledger) == []


def test_a_document_that_the_day_was_found_to_lack_is_left_to_a_reading_of_the_day(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    deliver(ledger, "r1", "v1", result="unknown")
    # chosen before, read after another run has found the day without it; it is eligible again
    snapshot(ledger, "r2", at(1), [want("v2")])
    assert by_key(ledger, "redrive", 2, [want("v1")]) == set()
    assert disposition(ledger, "redrive", "v1") == "superseded"
    assert remainders(ledger) == {}
    assert snapshot(ledger, "r3", at(3), [want("v1"), want("v2")])[0] == {"v1", "v2"}
    assert remainders(ledger) == {}


@pytest.mark.parametrize("known", [None, NEXT], ids=["unheard of", "on another day"])
def test_a_document_that_the_ledger_has_not_on_this_day_counts_as_superseded(
    ledger: Ledger, known: date | None
) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", day=known)] if known else [], days=[DAY, NEXT])
    assert by_key(ledger, "redrive", 1, [want("v1")]) == set()
    assert disposition(ledger, "redrive", "v1") == "superseded"
    assert remainders(ledger) == {}


def test_killed_between_the_documents_and_their_count_the_run_balances(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    by_key(ledger, "redrive", 1, [want("v1"), want("v2")])
    assert remainders(ledger) == {}
    # cleared and extracted again: v2 was delivered meanwhile, and the second try dies before its end
    deliver(ledger, "r1", "v2")
    by_key(ledger, "redrive", 2, [want("v1")], close=False)
    assert remainders(ledger) == {}
    by_key(ledger, "redrive", 2, [want("v1")])
    assert remainders(ledger) == {}
    with ledger.read() as connection:
        query = select(t.run_document.c.reference).where(t.run_document.c.run_id == "redrive")
        assert list(connection.execute(query).scalars()) == ["v1"]


# -- what is chosen ------------------------------------------------------------------


def test_the_backlog_holds_what_may_go_on_by_itself(ledger: Ledger) -> None:
    names = ["pending", "unknown", "flying", "dead", "held", "mended", "rejected", "done", "gone"]
    wants = {name: want(name) for name in names}
    wants["held"] = want("held", state="held", reason="RESTRICTED")
    wants["mended"] = want("mended", state="quarantined", reason="NO_CID")
    snapshot(ledger, "r1", at(0), list(wants.values()))
    deliver(ledger, "r1", "unknown", result="unknown")
    deliver(ledger, "r1", "rejected", result="rejected")
    deliver(ledger, "r1", "done")
    claim_one(outbox(ledger, "r1"), "flying")
    claim_one(outbox(ledger, "r1", lease=-1), "dead")
    deliver(ledger, "r1", "gone", result="unknown")
    del wants["gone"]
    snapshot(ledger, "r2", at(1), list(wants.values()))
    assert set(waiting(ledger)) == {"pending", "unknown", "dead", "held", "mended"}
    # older ones are met by the sweep, unless they were judged by other rules
    assert set(waiting(ledger, recheck_from=NEXT)) == {"pending", "unknown", "dead"}
    everything = {"pending", "unknown", "dead", "held", "mended", "rejected"}
    assert set(waiting(ledger, recheck_from=NEXT, mapping="2")) == everything
    assert set(waiting(ledger, recheck_from=NEXT, policy="p2")) == everything


def test_more_than_the_limit_takes_turns(ledger: Ledger) -> None:
    names = [f"v{n}" for n in range(5)]
    snapshot(ledger, "r1", at(0), [want(name) for name in names])
    seen: list[str] = []
    for run in range(3):
        chosen = waiting(ledger, limit=2)
        by_key(ledger, f"redrive-{run}", run + 1, [want(name) for name in chosen])
        seen += chosen
    assert sorted(set(seen)) == names
    assert remainders(ledger) == {}


def test_what_waits_for_a_person_is_looked_at_when_the_person_has_decided(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    snapshot(ledger, "r2", at(1), [want("v1", "b", **LESS)], brake=Brake(removals=0))
    assert row(ledger, "v1")["desired_state"] == "held"
    assert waiting(ledger) == []
    (asked,) = approvals.questions(ledger)
    approvals.decide(
        ledger, asked["approval_id"], approve=True, digest=asked["digest"], by="a", via="cli", note="n"
    )
    assert waiting(ledger) == ["v1"]
    assert by_key(ledger, "redrive", 2, [want("v1", "b", **LESS)]) == {"v1"}
    assert remainders(ledger) == {}


# -- takeover ------------------------------------------------------------------------


def test_taken_over_while_a_run_is_on_its_way_nothing_is_invented(ledger: Ledger) -> None:
    take_over_references(ledger, HOSPITAL, KIND, DAY, {"v1", "foreign"}, moment=at(5))
    assert remainders(ledger) == {}
    # the snapshot of a run that was mapped later is older than the takeover (or the clock of the HIS is)
    snapshot(ledger, "r1", at(4), [want("v1"), want("v2")])
    assert disposition(ledger, "r1", "v1") == "superseded"
    assert remainders(ledger) == {}
    snapshot(ledger, "r2", at(6), [want("v1"), want("v2")])
    assert disposition(ledger, "r2", "v1") == "unchanged"
    assert remainders(ledger) == {}
    assert take_over_references(ledger, HOSPITAL, KIND, DAY, {"v1", "v2", "foreign"}, moment=at(7)) == 0
    assert remainders(ledger) == {}


def test_the_pace_of_a_takeover_is_that_of_a_run_however_often_it_is_mapped(ledger: Ledger) -> None:
    names = [f"v{n}" for n in range(6)]
    take_over_references(ledger, HOSPITAL, KIND, DAY, set(names), moment=at(0))
    wants = [want(name) for name in names]
    snapshot(ledger, "r1", at(1), wants)
    first, _ = snapshot(ledger, "r2", at(2), wants, takeover_left=2)
    again, _ = snapshot(ledger, "r2", at(2), wants, takeover_left=2)
    assert (len(first), again) == (2, first)
    third, _ = snapshot(ledger, "r2", at(3), wants, takeover_left=2)
    assert third == first
    for name in first:
        deliver(ledger, "r2", name)
    later, _ = snapshot(ledger, "r3", at(4), wants, takeover_left=2)
    assert len(later) == 2
    assert later.isdisjoint(first)
    assert remainders(ledger) == {}


def test_a_taken_over_visit_that_changed_goes_at_once_and_is_ours_then(ledger: Ledger) -> None:
    take_over_references(ledger, HOSPITAL, KIND, DAY, {"v1", "v2"}, moment=at(0))
    snapshot(ledger, "r1", at(1), [want("v1"), want("v2")])
    to_send, _ = snapshot(ledger, "r2", at(2), [want("v1", "b"), want("v2")])
    assert to_send == {"v1"}
    claim = deliver(ledger, "r2", "v1", "b")
    assert not claim.new
    assert (row(ledger, "v1")["delivered_by"], row(ledger, "v2")["delivered_by"]) == ("ours", "other")
    assert remainders(ledger) == {}


def test_a_late_call_of_ours_over_another_senders_document_makes_it_ours(ledger: Ledger) -> None:
    take_over_references(ledger, HOSPITAL, KIND, DAY, {"v1"}, moment=at(0))
    snapshot(ledger, "r1", at(1), [want("v1")])
    snapshot(ledger, "r2", at(2), [want("v1")], takeover_left=1)
    box = outbox(ledger, "r2", lease=-1)
    claim = claim_one(box, "v1")
    snapshot(ledger, "r3", at(3), [want("v1", state="held", reason="RESTRICTED")])
    with ledger.write(HOSPITAL) as connection:  # somebody settled the lease meanwhile
        connection.execute(update(t.document).values(lease_token=None))
    box.settle([Outcome(claim, "delivered")])
    assert row(ledger, "v1")["delivered_by"] == "ours"


def test_a_whole_day_after_keys_counts_the_day(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    by_key(ledger, "redrive", 1, [want("v1")])
    ledger.plan_run("redrive", CATEGORY, {}, [HOSPITAL])
    registration = Registration(ledger, "redrive", CATEGORY, KIND, HOSPITAL, at(2))
    registration.register_day(DAY, [want("v2"), want("v1")], count(2))
    registration.close([DAY])
    assert remainders(ledger) == {}
