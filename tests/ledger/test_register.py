"""Registering snapshots: idempotence, superseding, the Patient block (R4), absence, moved days."""

from __future__ import annotations

from datetime import timedelta

from ledger_parts import DAY, at, deliver, disposition, remainders, row, snapshot, want
from sqlalchemy import select

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import refresh_roll_up, state_equations
from phr.ledger.decide import PATIENT_CHANGED

NEXT = DAY + timedelta(days=1)


def test_registering_the_same_snapshot_again_changes_nothing(ledger: Ledger) -> None:
    wants = [want("v1"), want("v2", state="held", reason="RESTRICTED"), want("v3", state="quarantined")]
    first, _ = snapshot(ledger, "r1", at(0), wants)
    before = {ref: row(ledger, ref) for ref in ("v1", "v2", "v3")}
    again, _ = snapshot(ledger, "r1", at(0), wants)
    after = {ref: row(ledger, ref) for ref in ("v1", "v2", "v3")}
    for ref in before:
        del before[ref]["updated_at"], after[ref]["updated_at"]
    assert (first, again, after) == ({"v1"}, {"v1"}, before)
    assert remainders(ledger) == {}


def test_mapping_a_run_again_keeps_what_it_sent(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    deliver(ledger, "r1", "v1")
    to_send, _ = snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    assert to_send == {"v2"}
    assert disposition(ledger, "r1", "v1") == "sent"
    assert remainders(ledger) == {}


def test_extracting_a_run_again_forgets_what_its_first_try_saw(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    snapshot(ledger, "r1", at(1), [want("v1")])
    with ledger.read() as connection:
        assert list(connection.execute(select(t.run_document.c.reference)).scalars()) == ["v1"]
    assert remainders(ledger) == {}


def test_a_newer_version_supersedes_what_another_run_has_waiting(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    snapshot(ledger, "r2", at(1), [want("v1", "b"), want("v2")])
    assert disposition(ledger, "r1", "v1") == "superseded"
    # the same content waits for both runs, and both learn what became of it
    deliver(ledger, "r2", "v2")
    assert disposition(ledger, "r1", "v2") == disposition(ledger, "r2", "v2") == "sent"
    assert remainders(ledger) == {}


def test_an_older_snapshot_changes_no_document(ledger: Ledger) -> None:
    snapshot(ledger, "r2", at(5), [want("v1", "b")])
    to_send, registration = snapshot(ledger, "r1", at(0), [want("v1", "a")])
    assert (to_send, registration.counts["superseded"]) == (set(), 1)
    assert row(ledger, "v1")["desired_hash"] == "k1:b"
    assert remainders(ledger) == {}


def test_an_older_snapshot_does_not_bring_back_a_deleted_visit(ledger: Ledger) -> None:
    snapshot(ledger, "r0", at(0), [want("v1"), want("v2")])
    snapshot(ledger, "r2", at(9), [want("v2")])
    to_send, _ = snapshot(ledger, "r1", at(5), [want("v1", "b"), want("v2"), want("v3")])
    # v1 was found gone later, v3 came and went between: neither may be sent now
    assert to_send.isdisjoint({"v1", "v3"})
    assert disposition(ledger, "r1", "v1") == disposition(ledger, "r1", "v3") == "superseded"
    assert remainders(ledger) == {}


def test_a_changed_mapping_sends_nothing_again(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    mapped_anew = want("v1", "b", source_hash="k1:source-a", mapping="2")
    for run, minute in (("r2", 1), ("r3", 2)):
        to_send, _ = snapshot(ledger, run, at(minute), [mapped_anew])
        assert to_send == set()
        assert disposition(ledger, run, "v1") == "unchanged"
    assert row(ledger, "v1")["delivered_mapping"] == "1"


def test_a_changed_patient_block_travels_with_exactly_one_visit(ledger: Ledger) -> None:
    visits = [want(f"v{n}", person_key="k1:p") for n in range(4)]
    snapshot(ledger, "r1", at(0), visits)
    for n in range(4):
        deliver(ledger, "r1", f"v{n}")
    moved_house = [want(f"v{n}", person_key="k1:p", patient_hash="k1:new") for n in range(4)]
    to_send, _ = snapshot(ledger, "r2", at(1), moved_house)
    assert to_send == {"v3"}
    assert row(ledger, "v3")["desired_reason"] == PATIENT_CHANGED
    # not sent yet: a later run finds the same one carrier, not a second
    assert snapshot(ledger, "r3", at(2), moved_house)[0] == {"v3"}
    deliver(ledger, "r3", "v3")
    assert snapshot(ledger, "r4", at(3), moved_house)[0] == set()
    assert remainders(ledger) == {}


def test_another_visit_carries_the_patient_block_when_the_carrier_is_gone(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1", person_key="k1:p"), want("v2", person_key="k1:p")])
    deliver(ledger, "r1", "v1")
    deliver(ledger, "r1", "v2")
    changed = {"person_key": "k1:p", "patient_hash": "k1:new"}
    assert snapshot(ledger, "r2", at(1), [want("v1", **changed), want("v2", **changed)])[0] == {"v2"}
    assert snapshot(ledger, "r3", at(2), [want("v1", **changed)])[0] == {"v1"}


def test_two_hospital_numbers_of_one_person_do_not_answer_each_other(ledger: Ledger) -> None:
    wants = [
        want("v1", person_key="k1:p", patient_hash="k1:one"),
        want("v2", person_key="k1:p", patient_hash="k1:two"),
    ]
    snapshot(ledger, "r1", at(0), wants)
    deliver(ledger, "r1", "v1")
    deliver(ledger, "r1", "v2")
    for run in range(2, 5):
        assert snapshot(ledger, f"r{run}", at(run), wants)[0] == set()


def test_sending_unchanged_again_does_so_once_in_a_run(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    deliver(ledger, "r1", "v1")
    assert snapshot(ledger, "r2", at(1), [want("v1")], resend_unchanged=True)[0] == {"v1"}
    deliver(ledger, "r2", "v1")
    assert snapshot(ledger, "r2", at(1), [want("v1")], resend_unchanged=True)[0] == set()
    assert disposition(ledger, "r2", "v1") == "sent"


def test_a_dry_run_writes_nothing(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")])
    _, registration = snapshot(ledger, "dry", at(1), [want("v1", "b"), want("v2")], dry_run=True)
    assert registration.counts == {"pending": 2, "new": 2}
    assert row(ledger, "v1")["desired_hash"] == "k1:a"
    with ledger.read() as connection:
        seen = connection.execute(select(t.run_document).where(t.run_document.c.run_id == "dry")).all()
    assert seen == []


def test_absent_documents_are_marked_keep_their_state_and_come_back(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")])
    deliver(ledger, "r1", "v1")
    _, registration = snapshot(ledger, "r2", at(1), [want("v2")])
    gone = row(ledger, "v1")
    assert (registration.absent, gone["absent_since"], gone["desired_state"]) == (1, at(1), "delivered")
    (line,) = state_equations(ledger)
    assert (line.total, line.extra["in_source"], line.extra["absent"]) == (2, 1, 1)
    assert remainders(ledger) == {}
    snapshot(ledger, "r3", at(2), [want("v1"), want("v2")])
    assert row(ledger, "v1")["absent_since"] is None
    assert remainders(ledger) == {}


def test_a_visit_that_moves_to_another_day_balances_on_both(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")], days=[DAY, NEXT])
    # only the new day is read again
    snapshot(ledger, "r2", at(1), [want("v1", "b", day=NEXT)], days=[NEXT])
    assert remainders(ledger) == {}
    # back again, and only the old day is read
    snapshot(ledger, "r3", at(2), [want("v1", "c"), want("v2")], days=[DAY])
    assert remainders(ledger) == {}


def test_a_lost_document_shows_as_remainder_of_both_equations(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")], counted={DAY: 2})
    assert remainders(ledger) == {f"state {DAY} ": 1, f"run {DAY} r1": 1}


def test_an_invented_document_shows_as_negative_remainder(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2")], counted={DAY: 1})
    assert remainders(ledger) == {f"state {DAY} ": -1, f"run {DAY} r1": -1}


def test_equations_are_not_mixed_between_hospitals(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1")], counted={DAY: 2}, hospital="99001")
    snapshot(ledger, "r2", at(0), [want("v1"), want("v2")], counted={DAY: 1}, hospital="99002")
    assert [(e.hospital, e.remainder) for e in state_equations(ledger)] == [("99001", 1), ("99002", -1)]


def test_the_roll_up_holds_the_terms(ledger: Ledger) -> None:
    snapshot(ledger, "r1", at(0), [want("v1"), want("v2"), want("v3", state="held")])
    deliver(ledger, "r1", "v1")
    refresh_roll_up(ledger, "99001", "encounter", [DAY])
    with ledger.read() as connection:
        day = connection.execute(select(t.service_day)).mappings().one()
    assert (day["counted"], day["delivered"], day["pending"], day["held"]) == (3, 1, 1, 1)
