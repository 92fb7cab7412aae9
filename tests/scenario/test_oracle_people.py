"""The oracle against expectations written by hand: people and vaccinations."""

from __future__ import annotations

from datetime import date

import pytest
from little_scripts import MODES, H, calls, calls_by_day, little_script, one_visit, play_it, seen

from phr_sandbox.scenario import edits
from phr_sandbox.scenario.documents import Shot
from phr_sandbox.scenario.model import Dose, Visit
from phr_sandbox.scenario.outcome import Mode, Outcome
from phr_sandbox.scenario.script import Script

modes = pytest.mark.parametrize(("mode", "merges"), MODES)


def _dose(s: Script, number: int, visit: Visit, vaccine: int, lot: str = "L1") -> Dose:
    return s.desks[H].dose("visit", vaccine, s.date(number), lot=lot, entered=s.date(number), vn=visit.vn)


def _register(outcome: Outcome, cid: str) -> set[Shot]:
    return set(outcome.nation.view().registers.get((H, cid), ()))


def test_a_changed_phone_is_one_call_for_all_visits_of_the_person_and_the_newest_carries_it() -> None:
    s = little_script(4)
    who, record = s.somebody(H)
    for number in (1, 2):
        s.visit_of(H, who, record.hn, number)
    s.on(3, H, "", edits.set_phone(record.hn, "0800000999"))
    outcome = play_it(s)
    assert calls_by_day(outcome) == {1: {"update": 1}, 2: {"update": 1}, 3: {"update": 1}}
    carriers = [action.target for action in outcome.actions if action.call == "update"]
    assert carriers[-1].startswith("681007")
    assert outcome.nation.view().phones == {(H, record.hn): "0800000999"}


def test_a_changed_phone_beside_a_changed_visit_costs_nothing() -> None:
    s = little_script(3)
    visit = one_visit(s)
    s.on(2, H, "", edits.set_phone(visit.hn, "0800000999"), edits.set_visit(visit.vn, complaint="ปวดหลัง"))
    outcome = play_it(s)
    assert calls_by_day(outcome) == {1: {"update": 1}, 2: {"update": 1}}
    assert outcome.nation.view().phones[H, visit.hn] == "0800000999"


@modes
def test_a_corrected_citizen_id_is_a_removal_in_every_mode(mode: Mode, merges: bool) -> None:
    s = little_script(2)
    visit = one_visit(s)
    right = s.desks[H].free_cid()
    s.on(2, H, "", edits.set_cid(visit.hn, right))
    outcome = play_it(s, mode, merges)
    assert calls_by_day(outcome)[2] == {"remove": 1, "confirm": 1, "update": 1}
    assert seen(outcome, visit).cid == right


def test_a_merged_record_costs_one_call_at_most_and_two_records_with_two_phones_none() -> None:
    s = little_script(4)
    who, first = s.somebody(H)
    second = s.desks[H].record(who, hn=s.desks[H].second_hn())
    second.phone = "0800000999"
    s.before(H, edits.register(second))
    for number, hn in ((1, first.hn), (2, second.hn)):
        s.visit_of(H, who, hn, number)
    assert calls(play_it(s)) == {"update": 2}, "two blocks of one person do not answer each other"
    s.on(3, H, "", edits.merge(second.hn, first.hn))
    assert calls(play_it(s)) == {"update": 3}


def test_a_record_without_citizen_id_is_quarantined_until_it_is_merged() -> None:
    s = little_script(3)
    who, keep = s.somebody(H)
    away = s.desks[H].record(who, hn=s.desks[H].second_hn(), cid="")
    s.before(H, edits.register(away))
    visit = s.visit_of(H, who, away.hn, 1)
    assert play_it(s).visit_reasons == {(H, visit.vn): "quarantined"}
    s.on(2, H, "", edits.merge(away.hn, keep.hn))
    outcome = play_it(s)
    assert (calls_by_day(outcome), outcome.visit_reasons) == ({2: {"update": 1}}, {})


def test_a_placeholder_makes_the_delivered_visit_stale() -> None:
    s = little_script(2)
    visit = one_visit(s)
    s.on(2, H, "", edits.set_cid(visit.hn, "0000000000001"))
    assert play_it(s).visit_reasons == {(H, visit.vn): "stale, quarantined, awaiting approval"}


def test_a_register_is_the_union_over_hns_and_tables_without_doses_given_elsewhere() -> None:
    s = little_script(1)
    who, first = s.somebody(H, 2, 4)
    second = s.desks[H].record(who, hn=s.desks[H].second_hn())
    person = s.desks[H].villager(who, None)
    s.before(H, edits.register(second, person))
    visits = [s.visit_of(H, who, hn, 1) for hn in (first.hn, second.hn)]
    day = s.date(1)

    def community(table: str, vaccine: int, when: date, lot: str) -> Dose:
        return s.desks[H].dose(table, vaccine, when, lot=lot, entered=day, person=person)  # type: ignore[arg-type]

    s.on(
        1,
        H,
        "",
        edits.add_doses(
            _dose(s, 1, visits[0], 5),
            _dose(s, 1, visits[1], 1),
            community("wbc", 3, day, "L1"),  # the MMR of the second visit again
            community("epi", 3, date(2019, 5, 6), "L3"),
            community("elsewhere", 2, date(2020, 1, 6), "L4"),
        ),
    )
    outcome = play_it(s)
    assert calls_by_day(outcome) == {1: {"update": 2, "register": 1}}
    assert _register(outcome, who.cid) == {
        Shot(day, "J11", "L1"),
        Shot(day, "061", "L1"),
        Shot(date(2019, 5, 6), "084", "L3"),
    }


def test_a_corrected_lot_writes_the_register_again_and_a_lost_dose_waits_for_approval() -> None:
    s = little_script(4)
    who, record = s.somebody(H, 2, 4)
    visit = s.visit_of(H, who, record.hn, 1)
    kept, lost = _dose(s, 1, visit, 5), _dose(s, 1, visit, 6)
    s.on(1, H, "", edits.add_doses(kept, lost))
    s.on(2, H, "", edits.set_lot(kept.key, "L9"))
    s.on(3, H, "", edits.drop_dose(lost.key))
    waiting = play_it(s)
    assert calls(waiting) == {"update": 1, "register": 2}
    assert waiting.register_reasons == {(H, who.cid): "the set shrank, awaiting approval"}
    assert {shot.lot for shot in _register(waiting, who.cid)} == {"L9", "L1"}
    s.approve(3, H, "registers", who.cid)
    outcome = play_it(s)
    assert calls_by_day(outcome)[4] == {"register": 1}
    assert _register(outcome, who.cid) == {Shot(s.date(1), "J11", "L9")}
    assert outcome.register_reasons == {}


def test_a_dose_typed_years_later_is_found_when_the_day_of_the_newest_is_read_again() -> None:
    s = little_script(8)
    who, record = s.somebody(H, 12, 14)
    visit = s.visit_of(H, who, record.hn, 1)
    person = s.desks[H].villager(who, record.hn)
    s.before(H, edits.register(person))
    s.on(1, H, "", edits.add_doses(_dose(s, 1, visit, 5)))
    old = s.desks[H].dose("epi", 3, date(2019, 5, 6), lot="L3", entered=s.date(6), person=person)
    s.on(6, H, "", edits.add_doses(old))
    outcome = play_it(s)
    assert calls_by_day(outcome) == {1: {"update": 1, "register": 1}, 7: {"register": 1}}
    assert len(_register(outcome, who.cid)) == 2


def test_a_register_that_has_no_dose_left_stays() -> None:
    s = little_script(9)
    who, record = s.somebody(H, 2, 4)
    visit = s.visit_of(H, who, record.hn, 1)
    dose = _dose(s, 1, visit, 5)
    s.on(1, H, "", edits.add_doses(dose))
    s.on(5, H, "", edits.drop_dose(dose.key))
    outcome = play_it(s)
    assert calls(outcome) == {"update": 1, "register": 1}
    assert outcome.register_reasons == {(H, who.cid): "stale, no dose is left to send"}
    assert _register(outcome, who.cid) == {Shot(s.date(1), "J11", "L1")}
