"""Calls that take something away: compound steps, proof, the brake, and what is never sent (R5 to R8)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from delivery_parts import HOSPITAL, SAMPLE, Desk, digest
from sqlalchemy import select

from phr.delivery.client import PhrClient
from phr.delivery.guard import Guard
from phr.errors import Bug
from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.brake import Brake

MakeDesk = Callable[..., Desk]
TWO = ("Observation:FBS", "Observation:HbA1c")


def book(desk: Desk) -> list[dict[str, Any]]:
    with desk.ledger.read() as connection:
        query = select(t.destructive_call).order_by(t.destructive_call.c.permitted_at)
        return [dict(row) for row in connection.execute(query).mappings()]


def paths(desk: Desk) -> list[str]:
    rows = desk.national.admin.requests()
    return [row["path"].rpartition("/")[2] for row in rows if row["path"] != "/token"]


def row(desk: Desk, reference: str) -> dict[str, Any]:
    d = t.document
    with desk.ledger.read() as connection:
        return dict(connection.execute(select(d).where(d.c.reference == reference)).mappings().one())


@pytest.fixture
def delivered(desk: MakeDesk, request: pytest.FixtureRequest) -> Desk:
    """v1 and v2 have arrived with two children each."""
    semantics = getattr(request, "param", "merge")
    here = desk(resend_semantics=semantics)
    here.national.admin.settings(resend="replace" if semantics == "replace" else "merge")
    here.want("v1", "v2", text="first", keys=TWO)
    here.send()
    assert set(here.states().values()) == {"delivered"}
    return here


@pytest.mark.parametrize("delivered", ["merge", "unknown"], indirect=True)
def test_a_version_without_a_delivered_child_is_removed_proved_and_sent(delivered: Desk) -> None:
    before = len(paths(delivered))
    delivered.want("v1", text="second", minute=1, keys=TWO[:1])
    delivered.send()
    assert paths(delivered)[before:] == ["RemoveEncounter", "OrganizationSummary", "UpdatePHRv1"]
    assert delivered.writes("v1") == 1  # a new record, not an update of the old one
    (call,) = book(delivered)
    assert (call["reason"], call["permission"], call["proof"]) == ("CHILD_REMOVED", "brake", "gone")
    assert call["digest"] == delivered.bodies["v1"][0]
    assert call["permitted_at"] <= call["called_at"] <= call["proved_at"]
    after = row(delivered, "v1")
    assert (after["delivered_keys"], after["removal"], after["removes"]) == (TWO[0], None, 0)


@pytest.mark.parametrize("delivered", ["replace"], indirect=True)
def test_under_replace_one_call_takes_the_child_away_and_stands_in_the_book(delivered: Desk) -> None:
    before = len(paths(delivered))
    delivered.want("v1", text="second", minute=1, keys=TWO[:1])
    delivered.send()
    assert paths(delivered)[before:] == ["UpdatePHRv1"]
    (call,) = book(delivered)
    assert (call["endpoint"], call["proof"]) == ("/api/UpdatePHRv1", "replaced")


@pytest.mark.parametrize("delivered", ["replace", "merge", "unknown"], indirect=True)
def test_a_changed_or_added_child_takes_nothing_away(delivered: Desk) -> None:
    before = len(paths(delivered))
    delivered.want("v1", text="second", minute=1, keys=(*TWO, "Observation:LDL"))
    delivered.send()
    assert paths(delivered)[before:] == ["UpdatePHRv1"]
    assert book(delivered) == []


@pytest.mark.parametrize("delivered", ["replace", "merge"], indirect=True)
def test_another_person_is_never_an_update(delivered: Desk) -> None:
    before = len(paths(delivered))
    delivered.want("v1", text="second", minute=1, keys=TWO, person_key="k1:other")
    delivered.send()
    assert paths(delivered)[before:] == ["RemoveEncounter", "OrganizationSummary", "UpdatePHRv1"]
    assert book(delivered)[0]["reason"] == "PERSON_CHANGED"
    assert row(delivered, "v1")["delivered_person_key"] == "k1:other"


def test_a_removal_that_was_called_and_never_proved_is_read_back_before_anything_else(
    delivered: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = PhrClient.remove_encounter

    def dies(self: PhrClient, permit: Any) -> Any:
        real(self, permit)
        raise RuntimeError  # after the call, before its answer is written down

    monkeypatch.setattr(PhrClient, "remove_encounter", dies)
    delivered.want("v1", text="second", minute=1, keys=TWO[:1])
    with pytest.raises(Bug):
        delivered.send()
    monkeypatch.undo()
    assert row(delivered, "v1")["removal"] == "called"
    before = len(paths(delivered))
    delivered.new_sender()
    delivered.send()
    assert paths(delivered)[before:] == ["OrganizationSummary", "UpdatePHRv1"]
    assert [call["proof"] for call in book(delivered)] == ["gone"]


def test_an_unreadable_list_proves_nothing_and_nothing_is_sent_over_it(delivered: Desk) -> None:
    delivered.national.admin.order({"kind": "status", "value": 502, "path": "OrganizationSummary"})
    delivered.want("v1", text="second", minute=1, keys=TWO[:1])
    delivered.send()
    assert delivered.states()["v1"] == "unknown"
    assert paths(delivered).count("RemoveEncounter") == 1  # tried again, it was only read back
    assert [call["proof"] for call in book(delivered)] == ["not_readable"]
    delivered.national.admin.clear_faults()
    delivered.new_sender()
    delivered.send()
    assert delivered.states()["v1"] == "delivered"
    assert paths(delivered).count("RemoveEncounter") == 1
    assert [call["proof"] for call in book(delivered)] == ["gone"]


def test_many_removals_are_held_until_a_person_approves_exactly_this_set(delivered: Desk) -> None:
    names = [f"w{n}" for n in range(5)]
    delivered.want(*names, text="first", minute=1, keys=TWO)
    delivered.send()
    before = len(paths(delivered))
    delivered.brake = Brake(removals=4, share=1.0)
    delivered.want(*names, text="second", minute=2, keys=TWO[:1])
    delivered.send()
    assert paths(delivered)[before:] == []
    assert {delivered.states()[name] for name in names} == {"held"}
    (question,) = approvals.questions(delivered.ledger)
    assert (question["action"], question["items"], question["reasons"]) == ("shrink", 5, "REMOVAL_BRAKE 5")
    approvals.decide(
        delivered.ledger,
        question["approval_id"],
        approve=True,
        digest=question["digest"],
        by="somebody",
        via="cli",
        note="the laboratory withdrew a batch",
    )
    delivered.want(*names, text="second", minute=3, keys=TWO[:1])
    delivered.new_sender()
    delivered.send()
    assert {delivered.states()[name] for name in names} == {"delivered"}
    assert {call["permission"] for call in book(delivered)} == {"approval"}
    (done,) = approvals.questions(delivered.ledger, states=("done",))
    assert done["approval_id"] == question["approval_id"]


def test_the_brake_of_the_last_day_holds_at_the_door_too(delivered: Desk) -> None:
    delivered.brake = Brake(removals=1, share=1.0)
    delivered.want("v1", text="second", minute=1, keys=TWO[:1])
    delivered.send()
    delivered.brake = Brake(removals=2, share=1.0)
    delivered.want("v2", text="second", minute=2, keys=TWO[:1])  # let through when the run was closed
    delivered.brake = Brake(removals=1, share=1.0)  # but another run was faster
    delivered.new_sender()
    delivered.send()
    assert delivered.states()["v2"] == "held"
    assert row(delivered, "v2")["desired_reason"] == "REMOVAL_BRAKE"
    assert len(book(delivered)) == 1


BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "scope ALL": ("encounter", {"managingOrganization": {"scope": "ALL"}, "Encounter": [{}]}),
    "two encounters": ("encounter", {"Encounter": [{}, {}]}),
    "no encounter": ("encounter", {"Encounter": []}),
    "empty register": ("immunization", {"Immunization": []}),
    "no register": ("immunization", {}),
    "part of a register": ("immunization", {"Immunization": [{}]}),
}


@pytest.mark.parametrize(("kind", "body"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_could_delete_more_than_is_meant_is_refused(
    desk: MakeDesk, kind: str, body: dict[str, Any]
) -> None:
    here = desk()
    here.want("v1", keys=TWO)
    claims, _ = here.outbox.claim({"v1": here.bodies["v1"][0]})
    guard: Guard = here.sender.guard
    guard.book.kind = kind
    with pytest.raises(Bug, match="PHR-508"):
        guard.check(claims[0], orjson.dumps(body))


def test_a_refused_body_stops_delivery_before_any_call(desk: MakeDesk) -> None:
    here = desk()
    here.want("v1")
    body = copy.deepcopy(SAMPLE)
    body["managingOrganization"]["scope"] = "ALL"
    raw = orjson.dumps(body)
    here.want("v1", minute=1, content_hash=digest(raw))
    here.bodies["v1"] = (digest(raw), raw)
    with pytest.raises(Bug, match="PHR-508"):
        here.send()
    assert paths(here) == []
    assert HOSPITAL in {line["hospital"] for line in [row(here, "v1")]}
