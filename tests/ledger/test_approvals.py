"""Questions to a person: one exact set, asked once; leave does not outlive its occasion (R13)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from ledger_parts import (
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
from sqlalchemy import select

from phr.errors import StopHospital
from phr.ledger import Ledger, approvals
from phr.ledger import tables as t
from phr.ledger.approvals import Item
from phr.ledger.brake import Brake, ask
from phr.ledger.decide import REMOVAL_BRAKE
from phr.ledger.destructive import Destructive
from phr.ledger.outbox import Outcome
from phr.ledger.register import Registration

NOTHING = Brake(removals=0, share=0.0)
LESS: dict[str, Any] = {"children": ("c1",), "keys": ("n1",)}


def question(ledger: Ledger, *names: str, content: str = "x", reason: str = "GONE") -> str | None:
    with ledger.write(HOSPITAL) as connection:
        return approvals.propose(
            connection,
            hospital=HOSPITAL,
            kind=KIND,
            action="retract",
            items=[Item(name, content, reason) for name in names],
        )


def answer(ledger: Ledger, approval_id: str, *, yes: bool, via: str = "cli") -> dict[str, Any]:
    found = approvals.get(ledger, approval_id)
    assert found is not None
    return approvals.decide(
        ledger, approval_id, approve=yes, digest=found["digest"], by="somebody", via=via, note="why"
    )


def states(ledger: Ledger) -> list[str]:
    return [str(q["state"]) for q in approvals.questions(ledger, states=t.APPROVAL_STATES)]


def item_states(ledger: Ledger, approval_id: str) -> dict[str, str]:
    return {item["reference"]: item["state"] for item in approvals.items_of(ledger, approval_id)}


def leave(ledger: Ledger, contents: dict[str, str]) -> dict[str, str]:
    with ledger.read() as connection:
        return approvals.approved(connection, HOSPITAL, KIND, "retract", contents)


def test_the_same_set_in_any_order_is_one_question_and_another_set_voids_it(ledger: Ledger) -> None:
    first = question(ledger, "v1", "v2")
    assert first is not None
    assert question(ledger, "v2", "v1") == first
    second = question(ledger, "v1", "v2", "v3")
    assert second not in (None, first)
    assert states(ledger) == ["void", "open"]
    with pytest.raises(StopHospital, match=r"PHR-507.*the set has changed"):
        answer(ledger, first, yes=True)
    assert question(ledger) is None, "nothing to ask any more"
    assert states(ledger) == ["void", "void"]


def test_a_stale_digest_and_a_second_decision_are_refused(ledger: Ledger) -> None:
    asked = question(ledger, "v1")
    assert asked is not None
    with pytest.raises(StopHospital, match="PHR-507"):
        approvals.decide(ledger, asked, approve=True, digest="0" * 64, by="a", via="cli", note="n")
    with pytest.raises(StopHospital, match="PHR-507"):
        approvals.decide(ledger, "none", approve=True, digest="0" * 64, by="a", via="cli", note="n")
    answer(ledger, asked, yes=False)
    with pytest.raises(StopHospital, match=r"PHR-507.*rejected"):
        answer(ledger, asked, yes=True)
    assert leave(ledger, {"v1": "x"}) == {}


def test_of_two_decisions_at_once_exactly_one_counts(ledger: Ledger) -> None:
    asked = question(ledger, "v1")
    assert asked is not None
    results: list[str] = []
    start = threading.Barrier(4)

    def decide(yes: bool) -> None:
        start.wait()
        try:
            results.append(str(answer(ledger, asked, yes=yes)["state"]))
        except StopHospital:
            results.append("refused")

    threads = [threading.Thread(target=decide, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results)[:-1] != []
    assert results.count("refused") == 3
    (state,) = states(ledger)
    assert [state] == [r for r in results if r != "refused"]


def test_what_a_person_rejected_is_not_asked_again_until_it_is_something_else(ledger: Ledger) -> None:
    asked = question(ledger, "v1", "v2")
    assert asked is not None
    answer(ledger, asked, yes=False)
    assert question(ledger, "v1", "v2") is None
    other = question(ledger, "v1", "v2", "v3")  # only what is new is asked about
    assert other is not None
    assert item_states(ledger, other) == {"v3": "waiting"}
    assert question(ledger, "v1", content="y") is not None
    assert question(ledger, "v1", reason="KEPT_BACK") is not None


def test_a_rejection_that_is_withdrawn_is_asked_again_and_stays_on_record(ledger: Ledger) -> None:
    asked = question(ledger, "v1")
    assert asked is not None
    answer(ledger, asked, yes=False)
    approvals.withdraw(ledger, asked, by="another", note="wrong visit")
    again = question(ledger, "v1")
    assert again not in (None, asked)
    assert states(ledger) == ["void", "open"]
    old = approvals.get(ledger, asked)
    assert old is not None
    assert old["decided_by"] == "somebody"
    assert old["note"].startswith("why · withdrawn by another, ")
    assert old["note"].endswith(": wrong visit")
    for closed in (asked, again, "nothing"):  # void, open, unknown
        assert closed is not None
        with pytest.raises(StopHospital, match="PHR-507"):
            approvals.withdraw(ledger, closed, by="another", note="again")


def test_of_an_approval_what_was_not_carried_out_is_withdrawn(ledger: Ledger) -> None:
    asked = question(ledger, "v1", "v2")
    assert asked is not None
    answer(ledger, asked, yes=True)
    with ledger.write(HOSPITAL) as connection:
        approvals.tick_off(connection, asked, "v1")
    approvals.withdraw(ledger, asked, by="another", note="the second was right")
    assert leave(ledger, {"v1": "x", "v2": "x"}) == {}
    assert (states(ledger), item_states(ledger, asked)) == (["done"], {"v1": "done", "v2": "void"})
    assert question(ledger, "v2") is not None


def test_a_question_whose_time_ran_out_is_asked_again(ledger: Ledger) -> None:
    asked = question(ledger, "v1")
    assert asked is not None
    answer(ledger, asked, yes=False, via="timeout")
    again = question(ledger, "v1")
    assert again not in (None, asked)
    assert states(ledger) == ["rejected", "open"]


def test_what_is_approved_and_not_carried_out_yet_is_not_asked_again(ledger: Ledger) -> None:
    asked = question(ledger, "v1", "v2")
    assert asked is not None
    answer(ledger, asked, yes=True)
    assert question(ledger, "v1", "v2") is None
    assert states(ledger) == ["approved"]
    with ledger.write(HOSPITAL) as connection:
        approvals.tick_off(connection, asked, "v1")
    assert states(ledger) == ["approved"]
    with ledger.write(HOSPITAL) as connection:
        approvals.tick_off(connection, asked, "v2")
    assert states(ledger) == ["done"]
    assert leave(ledger, {"v1": "x", "v2": "x"}) == {}


@pytest.mark.parametrize(("done", "state"), [((), "void"), (("v1",), "done")])
def test_leave_that_was_not_used_before_its_occasion_passed_is_void(
    ledger: Ledger, done: Sequence[str], state: str
) -> None:
    asked = question(ledger, "v1", "v2")
    assert asked is not None
    answer(ledger, asked, yes=True)
    with ledger.write(HOSPITAL) as connection:
        for name in done:
            approvals.tick_off(connection, asked, name)
        void = approvals.void_leave(connection, HOSPITAL, KIND, "retract", {"v1": "x", "v2": "another"})
    assert void == 1
    assert leave(ledger, {"v1": "x", "v2": "x"}) == ({} if done else {"v1": asked})
    with ledger.write(HOSPITAL) as connection:
        approvals.void_leave(connection, HOSPITAL, KIND, "retract", {})
    assert states(ledger) == [state]
    assert question(ledger, "v2") is not None, "a later occasion is a question of its own"


# -- versions that take something away ------------------------------------------------------------------


def held(ledger: Ledger, run: str, minute: int, *names: str, content: str = "b") -> None:
    wants = [want(name, content, **LESS) for name in names]
    snapshot(ledger, run, at(minute), wants, brake=NOTHING)


@pytest.fixture
def braked(ledger: Ledger) -> str:
    """v1 and v2 are delivered; a version of each that takes a child away is held and asked about."""
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    deliver(ledger, "r1", "v1")
    deliver(ledger, "r1", "v2")
    held(ledger, "r2", 1, "v1", "v2")
    (asked,) = approvals.questions(ledger)
    assert asked["reasons"] == "REMOVAL_BRAKE 2"
    return str(asked["approval_id"])


def test_an_approved_version_goes_and_a_run_of_other_days_does_not_ask_again(
    ledger: Ledger, braked: str
) -> None:
    answer(ledger, braked, yes=True)
    snapshot(ledger, "r3", at(2), [], days=[])  # some other run of this hospital comes to its end
    assert states(ledger) == ["approved"]
    to_send, _ = snapshot(
        ledger, "r4", at(3), [want(name, "b", **LESS) for name in ("v1", "v2")], brake=NOTHING
    )
    assert to_send == {"v1", "v2"}
    assert states(ledger) == ["approved"]
    assert remainders(ledger) == {}


def test_an_approval_is_for_one_occasion(ledger: Ledger, braked: str) -> None:
    answer(ledger, braked, yes=True)
    # the child is entered again before the approved version was sent
    snapshot(ledger, "r3", at(2), [want("v1"), want("v2")], brake=NOTHING)
    assert item_states(ledger, braked) == {"v1": "void", "v2": "void"}
    held(ledger, "r4", 3, "v1", "v2")  # and is lost again, perhaps for another reason
    assert row(ledger, "v1")["desired_state"] == "held"
    assert states(ledger) == ["void", "open"]


def test_a_vanished_document_takes_its_approval_along(ledger: Ledger, braked: str) -> None:
    answer(ledger, braked, yes=True)
    snapshot(ledger, "r3", at(2), [want("v2", "b", **LESS)], brake=NOTHING)
    assert item_states(ledger, braked) == {"v1": "void", "v2": "waiting"}


def test_an_approved_version_that_changed_again_is_held(ledger: Ledger, braked: str) -> None:
    answer(ledger, braked, yes=True)
    held(ledger, "r3", 2, "v1", "v2", content="c")
    assert {row(ledger, name)["desired_state"] for name in ("v1", "v2")} == {"held"}
    assert item_states(ledger, braked) == {"v1": "void", "v2": "void"}
    assert states(ledger) == ["void", "open"]


def test_a_version_whose_approval_is_withdrawn_is_stopped_at_the_door_and_held_again(
    ledger: Ledger, braked: str
) -> None:
    answer(ledger, braked, yes=True)
    both = [want(name, "b", **LESS) for name in ("v1", "v2")]
    to_send, _ = snapshot(ledger, "r4", at(3), both, brake=NOTHING)
    assert to_send == {"v1", "v2"}

    def allowed(name: str) -> bool:
        call = {"endpoint": "x", "reason": "CHILD_REMOVED", "content": "k1:b", "action": "shrink"}
        return Destructive(ledger, "r4", HOSPITAL, KIND, NOTHING).permit(reference=name, **call) is not None

    assert allowed("v2")  # the leave is good until it is withdrawn
    approvals.withdraw(ledger, braked, by="another", note="no")
    assert not allowed("v1")
    held(ledger, "r5", 4, "v1", "v2")
    assert row(ledger, "v1")["desired_state"] == "held"


def test_a_rejected_version_stays_held_without_a_question(ledger: Ledger, braked: str) -> None:
    answer(ledger, braked, yes=False)
    held(ledger, "r3", 2, "v1", "v2")
    assert row(ledger, "v1")["desired_state"] == "held"
    assert states(ledger) == ["rejected"]


# -- the brake --------------------------------------------------------------------------------------------


def test_what_the_brake_stops_at_the_door_is_held_in_every_run_that_waits_for_it(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    less = want("v1", "b", **LESS)
    snapshot(ledger, "r2", at(1), [less])
    snapshot(ledger, "r3", at(2), [less])
    box = outbox(ledger, "r2")
    claim = claim_one(box, "v1", "b")
    box.settle([Outcome(claim, "unsent", REMOVAL_BRAKE)])
    assert (row(ledger, "v1")["desired_state"], row(ledger, "v1")["lease_token"]) == ("held", None)
    assert disposition(ledger, "r2", "v1") == disposition(ledger, "r3", "v1") == "held"
    assert remainders(ledger) == {}
    with ledger.write(HOSPITAL) as connection:
        ask(connection, hospital=HOSPITAL, kind=KIND, run_id="r2")
    assert states(ledger) == ["open"]


def test_many_small_runs_are_no_way_around_the_brake(ledger: Ledger) -> None:
    brake = Brake(removals=3, share=1.0)
    names = [f"v{n}" for n in range(6)]
    snapshot(ledger, "r1", at(0), [want(name) for name in names])
    for name in names:
        deliver(ledger, "r1", name)
    went = []
    for n, name in enumerate(names):
        wants = [want(x, "b", **LESS) if x <= name else want(x) for x in names]
        snapshot(ledger, f"s{n}", at(n + 1), wants, brake=brake)
        door = Destructive(ledger, f"s{n}", HOSPITAL, KIND, brake)
        if row(ledger, name)["desired_state"] == "pending":
            content = "k1:b"
            permission = door.permit(
                reference=name, endpoint="x", reason="CHILD_REMOVED", content=content, action="shrink"
            )
            went.append(permission)
            deliver(ledger, f"s{n}", name, "b")
    assert len([p for p in went if p]) == 3
    assert {row(ledger, name)["desired_state"] for name in names[3:]} == {"held"}
    assert remainders(ledger) == {}


def test_two_runs_at_once_share_the_brake_at_the_door(ledger: Ledger) -> None:
    brake = Brake(removals=4, share=1.0)
    granted: list[bool] = []
    start = threading.Barrier(4)

    def run(number: int) -> None:
        door = Destructive(ledger, f"r{number}", HOSPITAL, KIND, brake)
        start.wait()
        for n in range(3):
            permission = door.permit(
                reference=f"v{number}{n}", endpoint="x", reason="GONE", content="c", action="retract"
            )
            granted.append(permission is not None)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(granted), sum(granted)) == (12, 4)


def test_what_a_person_has_to_approve_is_not_let_through_by_the_brake(ledger: Ledger) -> None:
    door = Destructive(ledger, "r1", HOSPITAL, KIND, Brake())
    call: dict[str, Any] = {"endpoint": "RemoveEncounter", "reason": "GONE", "action": "retract"}
    assert door.permit(reference="v1", content="x", by_brake=False, **call) is None
    asked = question(ledger, "v1")
    assert asked is not None
    answer(ledger, asked, yes=True)
    assert door.permit(reference="v1", content="changed", by_brake=False, **call) is None
    permission = door.permit(reference="v1", content="x", by_brake=False, **call)
    assert permission is not None
    assert permission.approval_id == asked
    door.proved(permission, "v1", "gone")
    assert door.permit(reference="v1", content="x", by_brake=False, **call) is None
    assert states(ledger) == ["done"]


def test_a_dry_run_asks_nothing_and_voids_nothing(ledger: Ledger, braked: str) -> None:
    answer(ledger, braked, yes=True)
    tables = (t.document, t.run_document, t.approval, t.approval_item, t.destructive_call, t.service_day)

    def everything() -> list[Any]:
        with ledger.read() as connection:
            return [sorted(map(str, connection.execute(select(table)))) for table in tables]

    before = everything()
    ledger.plan_run("dry", "visits", {"dry_run": True}, [HOSPITAL])
    wants = [want("v1"), want("v3"), want("v4", "z", **LESS)]
    dry = Registration(ledger, "dry", "visits", KIND, HOSPITAL, at(9), dry_run=True, brake=NOTHING)
    dry.register_day(wants[0].service_day, wants, {"eligible": 3, **dict.fromkeys(t.OUT_OF_SCOPE, 0)})
    dry.close([wants[0].service_day])
    assert everything() == before
