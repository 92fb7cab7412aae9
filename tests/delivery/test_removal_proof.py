"""When a removal counts as proved, and what happens while it is not (R3, R5, trap 5)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from delivery_parts import DAY, HOSPITAL, Desk
from sqlalchemy import select

from phr.delivery.client import PhrClient
from phr.ledger import tables as t
from phr.ledger.brake import Brake, removed_lately
from phr_sandbox.national.store import STORE_FILE

MakeDesk = Callable[..., Desk]
TWO = ("Observation:FBS", "Observation:HbA1c")
NEXT = DAY + timedelta(days=1)


def book(desk: Desk) -> list[dict[str, Any]]:
    with desk.ledger.read() as connection:
        query = select(t.destructive_call).order_by(t.destructive_call.c.permitted_at)
        return [dict(row) for row in connection.execute(query).mappings()]


def row(desk: Desk, reference: str) -> dict[str, Any]:
    d = t.document
    with desk.ledger.read() as connection:
        return dict(connection.execute(select(d).where(d.c.reference == reference)).mappings().one())


def removals(desk: Desk) -> int:
    return len(desk.national.admin.requests(path="RemoveEncounter"))


def at_national_side(desk: Desk, sql: str, *arguments: object) -> None:
    """Change the double's store behind its back: a fault nobody can order."""
    with sqlite3.connect(desk.national.store_dir / STORE_FILE, timeout=30) as store:
        store.execute(sql, arguments)
    store.close()


@pytest.fixture
def here(desk: MakeDesk) -> Desk:
    """v1 to v4 have arrived with two children each; a re-send merges."""
    made = desk(resend_semantics="merge", threads=1)
    made.national.admin.settings(resend="merge")
    made.want("v1", "v2", "v3", "v4", text="first", keys=TWO)
    made.send()
    assert set(made.states().values()) == {"delivered"}
    return made


def less(desk: Desk, minute: int = 1, **changes: Any) -> None:
    """v1 without its second child."""
    desk.want("v1", text="less", minute=minute, **{"keys": TWO[:1], **changes})


def test_a_removal_that_is_never_effective_is_never_proved_and_nothing_is_sent_over_it(here: Desk) -> None:
    here.national.admin.settings(remove_effect="never")
    less(here)
    here.send()
    assert here.states()["v1"] == "unknown"
    assert (removals(here), here.writes("v1")) == (1, 1)
    assert [call["proof"] for call in book(here)] == ["still_there"]
    here.new_sender()
    here.send()  # another run may ask again, once
    assert (removals(here), here.writes("v1"), here.states()["v1"]) == (2, 1, "unknown")
    here.national.admin.settings(remove_effect="now")
    here.new_sender()
    here.send()
    assert here.states()["v1"] == "delivered"
    assert book(here)[-1]["proof"] == "gone"


def test_a_removal_that_strikes_later_is_waited_for(here: Desk) -> None:
    here.national.admin.settings(remove_effect="later", remove_delay_seconds=0.5)
    less(here)
    here.send()
    assert here.states()["v1"] == "unknown"
    time.sleep(0.6)
    here.new_sender()
    here.send()
    assert (here.states()["v1"], removals(here)) == ("delivered", 1)
    assert here.national.admin.encounter(f"{HOSPITAL}:v1")["writes"] == 1


def test_a_child_that_comes_back_while_a_removal_is_open_is_sent_and_not_called_unchanged(
    here: Desk,
) -> None:
    # 503: the list was surely not read, so the document is pending and its lease is given back
    here.national.admin.order({"kind": "status", "value": 503, "path": "OrganizationSummary"})
    less(here)
    here.send()
    assert (here.states()["v1"], row(here, "v1")["lease_token"]) == ("pending", None)
    here.national.admin.clear_faults()
    here.want("v1", text="first", minute=2, keys=TWO)
    here.new_sender()
    here.send()
    assert f"{HOSPITAL}:v1" in {r["ref"] for r in here.national.admin.encounters()}
    assert (here.states()["v1"], row(here, "v1")["removal"], removals(here)) == ("delivered", None, 1)


def test_a_visit_that_moved_is_looked_for_under_every_day_it_may_stand_under(here: Desk) -> None:
    here.national.admin.order({"kind": "drop_after", "path": "UpdatePHRv1"})
    here.want("v1", text="moved", minute=1, day=NEXT, keys=TWO)
    here.send()
    assert here.states()["v1"] == "unknown"  # it arrived, so it stands under the other day
    here.national.admin.clear_faults()
    here.national.admin.settings(remove_effect="never")
    less(here, minute=2, day=NEXT)
    here.new_sender()
    here.send()
    assert [call["proof"] for call in book(here)] == ["still_there"]
    assert here.writes("v1") <= 3, "nothing was sent over it"
    assert here.states()["v1"] == "unknown"


@pytest.mark.parametrize("lost", ["v2 v3 v4", "v1 v2 v3 v4"], ids=["all others", "the whole day"])
def test_a_list_that_lacks_what_else_stands_there_proves_nothing(here: Desk, lost: str) -> None:
    here.national.admin.settings(remove_effect="never")
    for name in lost.split():
        sql = "UPDATE encounters SET service_date = '1999-01-01' WHERE ref = ?"
        at_national_side(here, sql, f"{HOSPITAL}:{name}")
    less(here)
    here.send()
    proof = "still_there" if "v1" not in lost else "not_readable"
    assert [call["proof"] for call in book(here)] == [proof]
    assert (here.states()["v1"], row(here, "v1")["removal"]) == ("unknown", "called")


def test_one_other_that_is_missing_does_not_stop_a_proof(here: Desk) -> None:
    at_national_side(here, "DELETE FROM encounters WHERE ref = ?", f"{HOSPITAL}:v2")
    less(here)
    here.send()
    assert here.states()["v1"] == "delivered"


def test_all_documents_of_a_day_may_be_removed_at_once(here: Desk) -> None:
    here.brake = Brake(removals=10, share=1.0)
    here.want("v1", "v2", "v3", "v4", text="less", minute=1, keys=TWO[:1])
    here.new_sender()
    here.send()
    assert set(here.states().values()) == {"delivered"}
    assert [call["proof"] for call in book(here)] == ["gone"] * 4


def test_what_changes_while_a_removal_waits_for_its_turn_stops_it(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    less(here)

    def turn() -> None:
        here.want("v1", text="newer", minute=2, keys=(*TWO, "Observation:LDL"))

    monkeypatch.setattr(here.sender.guard, "reserve", turn)
    here.send()
    assert removals(here) == 0
    assert [(call["answer"], call["called_at"]) for call in book(here)] == [("NOT_MADE", None)]
    with here.ledger.read() as connection:
        assert removed_lately(connection, HOSPITAL) == 0
    monkeypatch.undo()
    here.new_sender()
    here.send()
    assert (here.states()["v1"], removals(here)) == ("delivered", 0)


@pytest.mark.parametrize("state", ["pending", "held"])
def test_what_changes_while_a_removal_is_out_is_not_sent_in_its_older_version(
    here: Desk, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    less(here)
    real = PhrClient.remove_encounter

    def slow(self: PhrClient, permit: Any) -> Any:
        answer = real(self, permit)
        here.want("v1", text="newer", minute=2, keys=TWO, state=state)
        return answer

    monkeypatch.setattr(PhrClient, "remove_encounter", slow)
    calls = here.calls()
    here.send()
    assert here.calls() == calls
    after = row(here, "v1")
    assert (after["desired_state"], after["delivered_version"], after["removal"]) == (state, None, None)
    monkeypatch.undo()
    here.new_sender()
    here.send()
    assert here.states()["v1"] == ("delivered" if state == "pending" else "held")


def test_a_stop_makes_no_removal_that_still_waited_for_its_turn(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    less(here)
    sender = here.sender
    reserve, calls = sender.budget.reserve, 0

    def stopped(n: int, lane: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:  # the first is for the document itself
            sender._stop.set()
        return reserve(n, lane)

    monkeypatch.setattr(sender.budget, "reserve", stopped)
    here.send()
    assert removals(here) == 0
    assert (here.states()["v1"], book(here)) == ("pending", [])


def test_a_refusal_after_a_torn_answer_does_not_say_that_nothing_is_there(here: Desk) -> None:
    ref = f"{HOSPITAL}:v9"
    real, tries = here.client.upload, 0

    def upload(kind: str, body: bytes) -> Any:
        nonlocal tries
        tries += 1
        if tries == 1:  # the refusal is ordered for the second try alone
            here.national.admin.order({"kind": "torn", "refs": [ref], "times": 1})
        else:
            here.national.admin.order({"kind": "refuse", "refs": [ref], "value": "no more"})
        return real(kind, body)

    here.client.upload = upload  # type: ignore[method-assign]
    here.want("v9", minute=1, keys=TWO)
    here.new_sender()
    here.send()
    after = row(here, "v9")
    assert (after["desired_state"], after["maybe_keys"]) == ("rejected", " ".join(sorted(TWO)))
    assert ref in {r["ref"] for r in here.national.admin.encounters()}
