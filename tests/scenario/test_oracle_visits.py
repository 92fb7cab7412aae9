"""The oracle against expectations written by hand: visits."""

from __future__ import annotations

import pytest
from little_scripts import (
    MODES,
    MONDAY,
    H,
    calls,
    calls_by_day,
    little_script,
    one_visit,
    play_it,
    seen,
    texts,
)

from phr_sandbox.province.laboratory import PANELS
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.model import IMPOSSIBLE_DAY
from phr_sandbox.scenario.outcome import PARTS, Mode

KIDNEY = PANELS["kidney"][0]
modes = pytest.mark.parametrize(("mode", "merges"), MODES)


def test_a_document_shows_what_the_screens_show() -> None:
    s = little_script(1)
    visit = one_visit(
        s,
        codes=(("E119", "1"), ("I10", "2")),
        complaint="ปวดท้อง",
        panels=("sugar", "strip", "inflammation", "uric"),
        drugs=("1000001",),
        follow_up=30,
        reported=False,
    )
    results = (
        ("sugar", 201, "102"),
        ("strip", 202, "1,102"),
        ("inflammation", 219, "<0.5"),
        ("uric", 218, "9.4 H"),
    )
    for panel, item, result in results:
        s.on(1, H, "", edits.report(visit.vn, PANELS[panel][0], {item: result}, MONDAY, "10:00:00"))
    vitals = visit.vitals._replace(weight=61.5, height=160, temperature=36.8, systolic=None, diastolic=None)
    s.on(1, H, "", edits.set_visit(visit.vn, vitals=vitals))
    got = seen(play_it(s), visit)
    assert dict(got.head) == {
        "day": "2025-10-06",
        "period_start": "2025-10-06T07:01:30",
        "reason_text": "ปวดท้อง",
        "vital_sign_body_weight_kg": 61.5,
        "vital_sign_body_height_cm": 160,
        "vital_sign_body_temp_cel": 36.8,
    }
    strip, at = visit.forms[1].number, "2025-10-06T10:00:00"
    assert {kind: set(rows) for kind, rows in got.children.items()} == {
        "Condition": {
            (
                ("Type 2 diabetes mellitus without complications",),
                ("E119", "Type 2 diabetes mellitus without complications", "2025-10-06T07:21:30"),
            ),
            (
                ("Essential (primary) hypertension",),
                ("I10", "Essential (primary) hypertension", "2025-10-06T07:21:30"),
            ),
        },
        "Observation": {
            (("Glucose",), (102.0, "mg/dL", "", "", 70.0, 180.0, "70 - 180", at)),
            ((f"Glucose [{strip}:202]",), (None, "", "1,102", "", 80.0, 210.0, "80 - 210", at)),
            (("CRP",), (None, "", "<0.5 mg/dL", "", None, 0.5, "< 0.5", at)),
            (("Uric acid",), (9.4, "mg/dL", "", "H", 3.5, 9.0, "3.5 - 9", at)),
        },
        "Medication": {
            (
                ("PARACETAMOL TAB 500 mg",),
                (20.0, "รับประทานครั้งละ 1 เม็ด เมื่อมีอาการ ทุก 6 ชั่วโมง"),
            )
        },
        "Coverage": {(("UCS", ""), ("UCS", ""))},
        "Appointment": {(("2025-11-05T08:30:00",), ("2025-11-05T08:30:00",))},
    }


@modes
def test_an_edited_visit_is_one_more_call_and_an_untouched_one_is_none(mode: Mode, merges: bool) -> None:
    s = little_script(3)
    visit, _other = one_visit(s), one_visit(s)
    s.on(2, H, "", edits.set_visit(visit.vn, complaint="ปวดหลัง"))
    outcome = play_it(s, mode, merges)
    assert calls_by_day(outcome) == {1: {"update": 2}, 2: {"update": 1}}
    assert dict(seen(outcome, visit).head)["reason_text"] == "ปวดหลัง"


@pytest.mark.parametrize(
    ("mode", "merges", "second_day"),
    [
        ("replace", False, {"update": 1}),
        ("merge", True, {"remove": 1, "confirm": 1, "update": 1}),
        ("unknown", True, {"remove": 1, "confirm": 1, "update": 1}),
        ("unknown", False, {"remove": 1, "confirm": 1, "update": 1}),
    ],
)
def test_a_child_that_must_go_costs_a_removal_unless_a_resend_replaces(
    mode: Mode, merges: bool, second_day: dict[str, int]
) -> None:
    s = little_script(2)
    visit = one_visit(s)
    s.on(2, H, "", edits.recode(visit.vn, "K30", "K297"))
    outcome = play_it(s, mode, merges)
    assert calls_by_day(outcome)[2] == second_day
    assert texts(outcome, visit, "Condition") == {"Gastritis, unspecified"}


def test_without_the_removal_a_merging_double_keeps_the_old_child() -> None:
    s = little_script(2)
    visit = one_visit(s)
    s.on(2, H, "", edits.recode(visit.vn, "K30", "K297"))
    without = tuple(part for part in PARTS if part != "removal")
    outcome = play_it(s, "merge", True, without)
    assert texts(outcome, visit, "Condition") == {"Gastritis, unspecified", "Functional dyspepsia"}


def test_a_late_report_is_found_by_its_date_and_an_undated_correction_by_the_sweep_alone() -> None:
    s = little_script(9)
    visit = one_visit(s, panels=("kidney",))
    s.on(6, H, "", edits.report(visit.vn, KIDNEY, {205: "1.11"}, s.date(6), "09:00:00"))
    s.on(7, H, "", edits.retype_result(visit.vn, KIDNEY, 205, "2.22"))
    # the window of day 9 holds the report date of day 6: looked at on days 7 and 8 too
    assert calls_by_day(play_it(s)) == {1: {"update": 1}, 6: {"update": 1}, 7: {"update": 1}}
    s = little_script(9)
    visit = one_visit(s, panels=("kidney",))
    s.on(5, H, "", edits.retype_result(visit.vn, KIDNEY, 205, "2.22"))
    # read in the night after day 4 for the last time, and by the sweep three days later
    assert calls_by_day(play_it(s)) == {1: {"update": 1}, 7: {"update": 1}}
    assert calls_by_day(play_it(s, parts=("visits", "labs", "drugs"))) == {1: {"update": 1}}


def test_an_invalid_row_that_was_delivered_holds_the_document_and_mending_it_costs_nothing() -> None:
    s = little_script(4)
    visit = one_visit(s, panels=("kidney",))
    s.on(2, H, "", edits.date_report(visit.vn, KIDNEY, IMPOSSIBLE_DAY))
    s.on(2, H, "", edits.set_visit(visit.vn, complaint="ปวดหลัง"))
    held = play_it(s)
    assert held.visit_reasons == {(H, visit.vn): "stale, a delivered row became invalid"}
    assert dict(seen(held, visit).head)["reason_text"] != "ปวดหลัง"
    s.on(3, H, "", edits.date_report(visit.vn, KIDNEY, visit.day))
    s.on(3, H, "", edits.set_visit(visit.vn, complaint=visit.complaint))
    mended = play_it(s)
    assert (mended.visit_reasons, calls(mended)) == ({}, {"update": 1})


def test_an_invalid_row_that_never_was_delivered_is_left_out() -> None:
    s = little_script(2)
    visit = one_visit(s, drugs=("1000001",))
    line = s.desks[H].drug("1000009", visit.day, "10:00:00", qty=-14)
    s.on(2, H, "", edits.add_drug(visit.vn, line))
    outcome = play_it(s)
    assert calls(outcome) == {"update": 1}
    assert texts(outcome, visit, "Medication") == {"PARACETAMOL TAB 500 mg"}


@modes
def test_a_deleted_visit_goes_after_a_second_look_and_an_approval(mode: Mode, merges: bool) -> None:
    s = little_script(4)
    visit, other = one_visit(s), one_visit(s)
    s.on(2, H, "", edits.drop_visits(visit.vn))
    waiting = play_it(s, mode, merges)
    assert waiting.visit_reasons == {(H, visit.vn): "stale, gone from the HIS, awaiting approval"}
    s.approve(3, H, "retract", visit.vn)
    outcome = play_it(s, mode, merges)
    # it is missed on day 2, proposed in the night of day 3 and taken back in the night after the answer
    assert calls_by_day(outcome) == {1: {"update": 2}, 4: {"remove": 1, "confirm": 1}}
    assert (set(outcome.nation.view().encounters), outcome.visit_reasons) == ({(H, other.vn)}, {})


def test_what_the_office_says_no_to_stays_and_is_not_asked_again() -> None:
    s = little_script(5)
    visit, _other = one_visit(s), one_visit(s)
    s.on(2, H, "", edits.drop_visits(visit.vn))
    s.reject(3, H, "retract", visit.vn)
    outcome = play_it(s)
    assert (calls(outcome), outcome.idle_answers) == ({"update": 2}, [])
    assert outcome.visit_reasons == {(H, visit.vn): "stale, gone from the HIS, the office said no"}


def test_nothing_is_gone_by_the_word_of_a_replica_that_is_behind() -> None:
    s = little_script(4)
    visit = one_visit(s)
    s.on(2, H, "", edits.drop_visits(visit.vn))
    assert play_it(s).visit_reasons == {(H, visit.vn): "stale, gone from the HIS"}, "it holds no visit at all"


def test_many_versions_that_take_something_away_wait_for_the_office() -> None:
    s = little_script(4)
    codes = (("K30", "1"), ("R42", "4"))
    few, many = ([one_visit(s, number, codes=codes) for _ in range(n)] for number, n in ((1, 3), (2, 4)))
    s.on(2, H, "", *(edits.drop_diagnosis(visit.vn, "R42") for visit in few))
    s.on(3, H, "", *(edits.drop_diagnosis(visit.vn, "R42") for visit in many))
    waiting = play_it(s)
    assert calls_by_day(waiting) == {1: {"update": 3}, 2: {"update": 7}}
    assert set(waiting.visit_reasons.values()) == {
        "stale, more at once than the brake allows, awaiting approval"
    }
    s.approve(3, H, "shrink", *(visit.vn for visit in many))
    outcome = play_it(s)
    assert (calls_by_day(outcome)[4], outcome.visit_reasons) == ({"update": 4}, {})


def test_a_drug_that_came_back_as_a_whole_was_not_given() -> None:
    s = little_script(2)
    visit = one_visit(s, drugs=("1000001", "1000009"))
    line = s.desks[H].drug("1000001", s.date(1), "11:00:00", qty=-20)
    s.on(2, H, "", edits.add_drug(visit.vn, line))
    outcome = play_it(s)
    assert calls(outcome) == {"update": 2}
    assert not any("PARACETAMOL" in text for text in texts(outcome, visit, "Medication"))
    assert len(texts(outcome, visit, "Medication")) == 1


def test_an_approval_before_the_second_look_meets_nothing() -> None:
    s = little_script(3)
    visit = one_visit(s)
    s.on(2, H, "", edits.drop_visits(visit.vn))
    s.approve(2, H, "retract", visit.vn)
    outcome = play_it(s)
    assert calls(outcome) == {"update": 1}
    assert [(day, answer.targets) for day, answer in outcome.idle_answers] == [(2, {visit.vn})]


def test_a_visit_that_comes_back_is_not_retracted() -> None:
    s = little_script(4)
    visit = one_visit(s)
    s.on(2, H, "", edits.set_visit(visit.vn, finished=False))
    s.on(4, H, "", edits.set_visit(visit.vn, finished=True))
    s.approve(4, H, "retract", visit.vn)
    outcome = play_it(s)
    assert (calls(outcome), outcome.visit_reasons) == ({"update": 1}, {})
    assert len(outcome.idle_answers) == 1


def test_an_admission_is_stale_and_not_gone() -> None:
    s = little_script(3)
    visit = one_visit(s)
    s.on(2, H, "", edits.set_visit(visit.vn, an="680000001"))
    assert play_it(s).visit_reasons == {(H, visit.vn): "stale, not in scope any more"}


def test_a_corrected_service_day_is_one_call() -> None:
    s = little_script(3)
    visit = one_visit(s, 2)
    s.on(3, H, "", edits.move_visit(visit.vn, s.date(1)))
    outcome = play_it(s, "merge", True)
    assert calls_by_day(outcome)[3]["update"] == 1
    assert dict(seen(outcome, visit).head)["day"] == "2025-10-06"


def test_restricted_is_held_stale_when_it_was_delivered_and_withdrawn_when_approved() -> None:
    s = little_script(3)
    never = one_visit(s, codes=(("B24", "1"),))
    later = one_visit(s)
    s.on(2, H, "", edits.add_diagnosis(later.vn, s.desks[H].diagnosis("F322", "2")))
    outcome = play_it(s)
    assert calls(outcome) == {"update": 1}
    assert outcome.visit_reasons == {(H, never.vn): "held", (H, later.vn): "stale, held, awaiting approval"}
    assert texts(outcome, later, "Condition") == {"Functional dyspepsia"}
    s.approve(2, H, "retract", later.vn)
    withdrawn = play_it(s)
    assert withdrawn.nation.view().encounters == {}
    assert set(withdrawn.visit_reasons.values()) == {"held"}


def test_pregnancy_is_held_below_twenty_only() -> None:
    s = little_script(1)
    visits = []
    for low, high in ((15.5, 18.5), (24.0, 30.0)):
        who, record = s.somebody(H, low, high, "2")
        visits.append(s.visit_of(H, who, record.hn, 1, codes=(("Z340", "1"),)))
    assert play_it(s).visit_reasons == {(H, visits[0].vn): "held"}


def test_an_empty_day_stops_the_hospital_and_what_it_lacks_is_sent_the_night_after() -> None:
    s = little_script(3, open_days=True)
    first = one_visit(s, 1)
    one_visit(s, 2)
    one_visit(s, 3)
    s.on(2, H, "", edits.drop_visits(first.vn))
    s.on(3, H, "", edits.add_visits(first))
    outcome = play_it(s, parts=("visits",))
    assert outcome.stops == {(2, H)}
    assert calls_by_day(outcome) == {1: {"update": 1}, 3: {"update": 2}}
    # the pharmacy's feed reads the days that something was charged on, and has no opinion of empty days
    assert calls_by_day(play_it(s)) == {day: {"update": 1} for day in (1, 2, 3)}
