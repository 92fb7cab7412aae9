"""Stories of visits: each shows one thing that happens in hospitals, with people of its own.

A story's docstring says what must come of it. Hospitals: A general, B community, C health centre.
"""

from __future__ import annotations

from phr_sandbox.province.laboratory import PANELS
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.model import IMPOSSIBLE_DAY, Diagnosis
from phr_sandbox.scenario.script import Script

A, B, C = "99001", "99002", "99003"
#: (hospital, day) that is deleted the day after and entered again the day after that
DELETED_DAY = (B, 7)
KIDNEY, CULTURE, CRP, DENGUE = (PANELS[name][0] for name in ("kidney", "culture", "inflammation", "dengue"))


# -- edited after delivery -------------------------------------------------------------------------


def edited_visit(s: Script) -> None:
    """Complaint and a measurement are corrected and a drug is added: one more call."""
    visit = s.visit(A, 1, drugs=("1000009",))
    vitals = visit.vitals._replace(temperature=37.9)
    line = s.desks[A].drug("1000010", visit.day, "10:10:00")
    s.on(
        2,
        A,
        "a delivered visit is edited",
        edits.set_visit(visit.vn, complaint="ปวดท้อง คลื่นไส้", vitals=vitals),
        edits.add_drug(visit.vn, line),
    )


def diagnoses_of_three_kinds(s: Script) -> None:
    """Added: one call. Removed or recoded: the old text must go, so one call, or a removal before it."""
    more = s.visit(A, 1)
    s.on(2, A, "a diagnosis is added", edits.add_diagnosis(more.vn, s.desks[A].diagnosis("K297", "2")))
    less = s.visit(A, 2, codes=(("K30", "1"), ("R42", "4")))
    s.on(3, A, "a diagnosis is removed", edits.drop_diagnosis(less.vn, "R42"))
    other = s.visit(B, 2)
    s.on(4, B, "a diagnosis code is changed", edits.recode(other.vn, "K30", "K297"))


def another_coverage(s: Script) -> None:
    """The plan of a visit is corrected: the other plan must not stay."""
    visit = s.visit(B, 3)
    s.on(4, B, "a coverage is changed", edits.set_visit(visit.vn, coverages=["20"]))


def appointments(s: Script) -> None:
    """One is made later, one moves, one is cancelled."""
    late = s.visit(A, 3)
    s.on(4, A, "an appointment is made", edits.add_appointment(late.vn, s.desks[A].appointment(late.day, 30)))
    moved = s.visit(A, 3, follow_up=30)
    s.on(5, A, "an appointment is moved", edits.set_appointment(moved.vn, time="13:00:00"))
    off = s.visit(C, 2, follow_up=30)
    s.on(3, C, "an appointment is cancelled", edits.set_appointment(off.vn, active=False))


def wrong_service_day(s: Script) -> None:
    """The service day is corrected: the visit stands under the other day, once."""
    visit = s.visit(A, 6)
    s.on(7, A, "a service day is corrected", edits.move_visit(visit.vn, s.date(5)))


def entered_late(s: Script) -> None:
    """Typed days after it happened: found by the window of the feed, or by the sweep."""
    for entered, happened in ((6, 3), (9, 2)):
        who, record = s.somebody(C)
        visit = s.desks[C].visit(who, record.hn, s.date(happened))
        s.on(entered, C, "an old visit is entered", edits.add_visits(visit))


def outreach(s: Script) -> None:
    """The only visit of a closed day, free of charge: the feed of visits alone can see it."""
    who, record = s.somebody(C)
    visit = s.desks[C].visit(who, record.hn, s.date(11))
    visit.charged = False
    s.on(11, C, "a visit on a closed day", edits.add_visits(visit))


# -- laboratory ------------------------------------------------------------------------------------


def reported_days_later(s: Script) -> None:
    """Results come when the visit is out of every window: the laboratory feed finds them by report date."""
    visit = s.visit(A, 1, panels=("kidney",), reported=False)
    results = {204: "18.2", 205: "1.05", 206: "88.0"}
    s.on(6, A, "a result is reported", edits.report(visit.vn, KIDNEY, results, s.date(6), "09:10:00"))


def corrected_five_days_late(s: Script) -> None:
    """A delivered value is corrected five days late and reported anew."""
    visit = s.visit(B, 1, panels=("kidney",))
    change = edits.report(visit.vn, KIDNEY, {205: "1.91"}, s.date(6), "11:40:00")
    s.on(6, B, "a laboratory value is corrected five days late", change)


def corrected_without_a_trace(s: Script) -> None:
    """A value is overwritten and no date moves: only the sweep can see it."""
    visit = s.visit(B, 2, panels=("kidney",))
    s.on(7, B, "a laboratory value is overwritten", edits.retype_result(visit.vn, KIDNEY, 205, "2.02"))


def results_in_words(s: Script) -> None:
    """Text, limits and two results of one name; a culture that is pending, then final in Thai."""
    visit = s.visit(A, 2, panels=("inflammation", "dengue", "culture", "sugar", "strip"), reported=False)
    day, time = s.date(2), "12:00:00"
    s.on(
        2,
        A,
        "results are reported",
        edits.report(visit.vn, CRP, {219: "<0.5"}, day, time),
        edits.report(visit.vn, DENGUE, {401: "Positive", 402: ">=1:80"}, day, time),
        edits.report(visit.vn, CULTURE, {501: "pending"}, day, time),
        edits.report(visit.vn, PANELS["sugar"][0], {201: "102"}, day, time),
        edits.report(visit.vn, PANELS["strip"][0], {202: "1,102"}, day, time),
    )
    final = edits.report(visit.vn, CULTURE, {501: "ตัวอย่างไม่เพียงพอ กรุณาเก็บใหม่"}, s.date(5), "15:00:00")
    s.on(5, A, "a culture is final", final)


def row_becomes_invalid(s: Script) -> None:
    """A delivered result gets an impossible date: held, what is there stays. Mended: no call at all."""
    visit = s.visit(A, 4, panels=("kidney",))
    bad = edits.date_report(visit.vn, KIDNEY, IMPOSSIBLE_DAY)
    s.on(5, A, "a delivered laboratory row becomes invalid", bad)
    s.on(7, A, "the laboratory row is mended", edits.date_report(visit.vn, KIDNEY, visit.day))


def row_was_never_valid(s: Script) -> None:
    """Sent without the bad rows; sent again when they are mended."""
    visit = s.visit(B, 3, panels=("kidney",))
    s.on(3, B, "a laboratory row is misdated", edits.date_report(visit.vn, KIDNEY, IMPOSSIBLE_DAY))
    s.on(6, B, "the laboratory row is mended", edits.date_report(visit.vn, KIDNEY, s.date(3)))


def row_stays_invalid(s: Script) -> None:
    """As above, and nobody mends it: stale to the end."""
    visit = s.visit(B, 8, panels=("kidney",))
    bad = edits.date_report(visit.vn, KIDNEY, IMPOSSIBLE_DAY)
    s.on(9, B, "a delivered laboratory row becomes invalid", bad)


# -- pharmacy --------------------------------------------------------------------------------------


def drug_lines(s: Script) -> None:
    """Fewer, dated anew, returned on a line of its own, deleted, and set to zero before it is deleted."""
    fewer = s.visit(A, 2, drugs=("1000001", "1000009"))
    s.on(4, A, "part of a drug is returned", edits.change_drug(fewer.vn, "1000001", 10))
    later = s.visit(B, 1, drugs=("1000001",))
    change = edits.change_drug(later.vn, "1000001", 30, dated=s.date(11))
    s.on(11, B, "a drug line is changed later", change)
    back = s.visit(A, 3, drugs=("1000001",))
    line = s.desks[A].drug("1000001", s.date(4), "11:00:00", qty=-20)
    s.on(4, A, "a drug is returned on a line of its own", edits.add_drug(back.vn, line))
    gone = s.visit(A, 3, drugs=("1000001", "1000009"))
    s.on(4, A, "a drug line is deleted", edits.drop_drug(gone.vn, "1000009"))
    zero = s.visit(C, 6, drugs=("1000001", "1000006"))
    s.on(7, C, "a delivered drug line is set to zero", edits.change_drug(zero.vn, "1000006", 0))
    s.on(8, C, "the drug line of zero is deleted", edits.drop_drug(zero.vn, "1000006"))


# -- deleted, admitted, opened again ---------------------------------------------------------------


def deleted_visits(s: Script) -> None:
    """Taken back after the second look and the approval of all that is asked about at the hospital; one that
    nobody answers for stays, awaiting."""
    taken, sent_home = s.visit(A, 2), s.visit(A, 4)
    s.on(4, A, "a visit is deleted", edits.drop_visits(taken.vn))
    s.on(6, A, "a restricted diagnosis is added", edits.add_diagnosis(sent_home.vn, _restricted(s)))
    s.approve(6, A, "retract", taken.vn, sent_home.vn)
    small = s.visit(C, 3)
    s.on(6, C, "a visit is deleted", edits.drop_visits(small.vn))
    s.approve(7, C, "retract", small.vn)
    # a visit of the first day is in no window: it is missed when something else leads a feed to its day, or
    # by the sweep
    old = s.visit(B, 1)
    s.on(8, B, "a visit is deleted", edits.drop_visits(old.vn))
    s.approve(9, B, "retract", old.vn)
    nobodys = s.visit(A, 9)
    s.on(11, A, "a visit is deleted", edits.drop_visits(nobodys.vn))


def _restricted(s: Script) -> Diagnosis:
    return s.desks[A].diagnosis("T741", "2")


def deleted_and_entered_again(s: Script) -> None:
    """Same number, other content: between two looks, and with a look between. Never a retraction."""
    for hcode, happened, deleted, entered in ((A, 3, 5, 5), (C, 6, 7, 8)):
        who, record = s.somebody(hcode)
        visit = s.visit_of(hcode, who, record.hn, happened, drugs=("1000001",))
        s.on(deleted, hcode, "a visit is deleted", edits.drop_visits(visit.vn))
        again = s.desks[hcode].visit(
            who,
            record.hn,
            visit.day,
            time=visit.time,
            vn=visit.vn,
            codes=(("M545", "1"),),
            complaint="ปวดหลัง 1 สัปดาห์",
            drugs=("1000012",),
        )
        s.on(entered, hcode, "the visit is entered again under its number", edits.add_visits(again))


def a_whole_day_entered_again(s: Script) -> None:
    """The day is suspect while it is empty; then most visits are as they were, two differ, one stays away and
    one has a new number. To be told last: it takes every visit of its day."""
    hcode, number = DELETED_DAY
    systems = s.start()
    for day in s.days[:number]:
        for edit in day.edits:
            edit.change(systems[edit.hcode])
    his, date = systems[hcode], s.date(number)
    old = sorted((v for v in his.visits.values() if v.day == date), key=lambda v: v.vn)
    s.on(number + 1, hcode, "a whole day is deleted", edits.drop_visits(*(v.vn for v in old)))
    away, renamed, *kept = old
    back = []
    for n, visit in enumerate(kept):
        serial = 900_000 + n
        note = f"{visit.complaint} (บันทึกใหม่)" if n < 2 else visit.complaint
        back.append((visit, serial, note))
    record = his.records[renamed.hn]
    new = s.desks[hcode].visit(record.who, record.hn, date, time="15:59:00")
    for visit, serial, note in back:
        visit.serial, visit.complaint = serial, note
    again = edits.add_visits(new, *(visit for visit, _, _ in back))
    s.on(number + 2, hcode, "the day is entered again", again)
    s.approve(number + 3, hcode, "retract", away.vn, renamed.vn)


def admitted_after_delivery(s: Script) -> None:
    """It is no outpatient visit any more: not gone, so nobody is asked; what was delivered is stale."""
    visit = s.visit(A, 4)
    s.on(5, A, "a delivered visit is admitted", edits.set_visit(visit.vn, an="680000901"))


def opened_again(s: Script) -> None:
    """Out of scope while it is open; finished again with one drug more: one call, no retraction."""
    visit = s.visit(A, 3, drugs=("1000001",))
    s.on(4, A, "a visit is opened again", edits.set_visit(visit.vn, finished=False))
    line = s.desks[A].drug("1000009", s.date(6), "09:30:00")
    again = edits.set_visit(visit.vn, finished=True)
    s.on(6, A, "the visit is finished again", again, edits.add_drug(visit.vn, line))


# -- release ---------------------------------------------------------------------------------------


def restricted_after_delivery(s: Script) -> None:
    """Held, the delivered version stays and is stale; the office may say that it stays so, and is not asked
    again. A mistake taken back needs no call. (For one that is taken away see :func:`deleted_visits`.)"""
    row = s.desks[A].diagnosis
    mistake = s.visit(A, 4)
    s.on(5, A, "a restricted diagnosis is added", edits.add_diagnosis(mistake.vn, row("F411", "2")))
    s.on(6, A, "the restricted diagnosis is removed", edits.drop_diagnosis(mistake.vn, "F411"))
    stale = s.visit(A, 8)
    s.on(10, A, "a restricted diagnosis is added", edits.add_diagnosis(stale.vn, row("F322", "2")))
    s.reject(10, A, "retract", stale.vn)


def many_at_once(s: Script) -> None:
    """More versions that take something away in one run than the brake allows: all of them wait, and go when
    the office has looked at them."""
    visits = [s.visit(B, 4, codes=(("K30", "1"), ("R42", "4"))) for _ in range(5)]
    for visit in visits:
        s.on(5, B, "a diagnosis is removed", edits.drop_diagnosis(visit.vn, "R42"))
    s.approve(8, B, "shrink", *(visit.vn for visit in visits))


def restricted_from_the_start(s: Script) -> None:
    """Never sent, by diagnosis, laboratory test or age; sent once when the diagnosis was a mistake."""
    s.visit(A, 2, "a restricted visit", codes=(("B24", "1"),), drugs=("1000031",), panels=("hiv",))
    s.visit(B, 2, "a restricted visit", codes=(("Z000", "1"),), panels=("vdrl",))
    s.visit(A, 3, "a very restricted visit", codes=(("T742", "1"),))
    who, record = s.somebody(C, 15.5, 18.5, "2")
    s.visit_of(C, who, record.hn, 2, "a restricted visit", codes=(("Z340", "1"),), complaint="มาตามนัด")
    grown, of_age = s.somebody(C, 24, 30, "2")
    s.visit_of(C, grown, of_age.hn, 2, codes=(("Z340", "1"),), complaint="มาตามนัด")
    for hcode, number, mended in ((B, 4, 6), (C, 1, 11)):
        # the second mistake is found out when the visit is in nobody's window: the re-drive looks by itself
        wrong = s.visit(hcode, number, "a restricted visit", codes=(("K30", "1"), ("F411", "2")))
        change = edits.drop_diagnosis(wrong.vn, "F411")
        s.on(mended, hcode, "the restricted diagnosis is removed", change)


STORIES = (
    edited_visit,
    diagnoses_of_three_kinds,
    another_coverage,
    appointments,
    wrong_service_day,
    entered_late,
    outreach,
    reported_days_later,
    corrected_five_days_late,
    corrected_without_a_trace,
    results_in_words,
    row_becomes_invalid,
    row_was_never_valid,
    row_stays_invalid,
    drug_lines,
    deleted_visits,
    deleted_and_entered_again,
    admitted_after_delivery,
    opened_again,
    restricted_after_delivery,
    many_at_once,
    restricted_from_the_start,
)
