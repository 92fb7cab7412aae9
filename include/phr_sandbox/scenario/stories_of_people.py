"""Stories of people: who they are, their phone numbers, and their vaccinations.

A story's docstring says what must come of it. Hospitals as in :mod:`stories`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from phr_sandbox.province.people import Person as Somebody
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.model import Dose, DoseTable, Person, Record, Visit
from phr_sandbox.scenario.script import Script
from phr_sandbox.scenario.stories import A, B, C

_PLACEHOLDER = "0000000000001"


def _villager(s: Script, hcode: str, who: Somebody, record: Record | None) -> Person:
    """The entry of somebody in the community register, there before the first day."""
    person = s.desks[hcode].villager(who, record.hn if record else None)
    s.before(hcode, edits.register(person))
    return person


def _dose(s: Script, hcode: str, number: int, table: DoseTable, vaccine: int, where: Any, **how: Any) -> Dose:
    """A dose that is typed on a day; ``where`` is its visit or the entry of the community register."""
    day: date = how.pop("day", s.date(number))
    place = {"vn": where.vn} if isinstance(where, Visit) else {"person": where}
    lot = how.pop("lot", f"LOT{vaccine:02d}")
    return s.desks[hcode].dose(table, vaccine, day, lot=lot, entered=s.date(number), **place)


def _child(s: Script, hcode: str, number: int) -> tuple[Somebody, Record, Visit]:
    who, record = s.somebody(hcode, 1.2, 4.5, "1")
    visit = s.visit_of(
        hcode, who, record.hn, number, codes=(("Z001", "1"),), complaint="ตรวจสุขภาพเด็กดี", spclty="05"
    )
    return who, record, visit


# -- who it is -------------------------------------------------------------------------------------


def phone_changes(s: Script) -> None:
    """One visit carries the new number, however many there are; beside another change it costs nothing."""
    who, record = s.somebody(A)
    for number in (2, 3, 5):
        s.visit_of(A, who, record.hn, number)
    s.on(6, A, "a phone number changes", edits.set_phone(record.hn, "0800000901"))
    other, with_change = s.somebody(B)
    visit = s.visit_of(B, other, with_change.hn, 3)
    row = s.desks[B].diagnosis("R42", "4")
    s.on(
        4,
        B,
        "a phone number changes with a diagnosis",
        edits.set_phone(with_change.hn, "0800000902"),
        edits.add_diagnosis(visit.vn, row),
    )


def two_hns(s: Script) -> None:
    """One citizen id, two HNs with different phones: one person nationally, one register over both."""
    who, first = s.somebody(A, 1.2, 4.5, "2")
    second = s.desks[A].record(who, hn=s.desks[A].second_hn())
    second.phone = "0800000903"
    s.before(A, edits.register(second))
    for number, record, vaccine in ((1, first, 5), (3, second, 7), (6, first, 6)):
        visit = s.visit_of(A, who, record.hn, number, codes=(("Z001", "1"),), complaint="ตรวจสุขภาพเด็กดี")
        s.on(number, A, "vaccinations", edits.add_doses(_dose(s, A, number, "visit", vaccine, visit)))


def merged_records(s: Script) -> None:
    """Two records of one citizen id become one: the visits say the same, so at most one call."""
    who, keep = s.somebody(B, 1.2, 4.5, "1")
    away = s.desks[B].record(who, hn=s.desks[B].second_hn())
    s.before(B, edits.register(away))
    for number, record, vaccine in ((2, keep, 5), (4, away, 7)):
        visit = s.visit_of(B, who, record.hn, number, codes=(("Z001", "1"),), complaint="ตรวจสุขภาพเด็กดี")
        s.on(number, B, "vaccinations", edits.add_doses(_dose(s, B, number, "visit", vaccine, visit)))
    s.on(6, B, "two records are merged", edits.merge(away.hn, keep.hn))


def merged_nameless_record(s: Script) -> None:
    """A record without citizen id is quarantined; merged into the right one its visit is sent."""
    who, keep = s.somebody(A)
    away = s.desks[A].record(who, hn=s.desks[A].second_hn(), cid="")
    s.before(A, edits.register(away))
    s.visit_of(A, who, away.hn, 4)
    s.visit_of(A, who, keep.hn, 2)
    s.on(6, A, "two records are merged", edits.merge(away.hn, keep.hn))


def wrong_citizen_id(s: Script) -> None:
    """Two visits and a dose stand under a citizen id that is somebody else's, until it is corrected. The
    visits move; the register there has no dose left, and as an empty list is never sent it stays, stale."""
    who, record = s.somebody(A, 30, 60, "2")
    wrong = s.desks[A].free_cid()
    s.name(A, wrong)
    s.before(A, edits.set_cid(record.hn, wrong))
    first = s.visit_of(A, who, record.hn, 2)
    s.visit_of(A, who, record.hn, 5)
    s.on(2, A, "vaccinations", edits.add_doses(_dose(s, A, 2, "visit", 8, first)))
    s.on(7, A, "a citizen id is corrected", edits.set_cid(record.hn, who.cid))


def placeholder_id(s: Script) -> None:
    """A citizen id is overwritten by a placeholder: quarantined, and what was delivered is stale."""
    who, record = s.somebody(C)
    s.visit_of(C, who, record.hn, 7)
    s.on(8, C, "a citizen id becomes a placeholder", edits.set_cid(record.hn, _PLACEHOLDER))


# -- vaccinations ----------------------------------------------------------------------------------


def dose_of_years_ago(s: Script) -> None:
    """A row of 2019 is typed in now, for somebody whose register is delivered: the whole set again."""
    who, record, visit = _child(s, A, 2)
    s.on(2, A, "vaccinations", edits.add_doses(_dose(s, A, 2, "visit", 6, visit)))
    old, card = s.somebody(C, 12, 14, "2")
    person = _villager(s, C, old, card)
    s.on(3, C, "vaccinations", edits.add_doses(_dose(s, C, 3, "student", 1, person)))
    added = _dose(s, C, 6, "epi", 3, person, day=date(2019, 5, 6))
    s.on(6, C, "a dose of years ago is recorded", edits.add_doses(added))
    mine = _villager(s, A, who, record)
    added = _dose(s, A, 6, "list", 5, mine, day=date(2024, 2, 5), lot="")
    s.on(6, A, "a dose of years ago is recorded", edits.add_doses(added))


def every_table(s: Script) -> None:
    """Doses in every table that holds them; what was given elsewhere is not this hospital's to send."""
    who, _record, visit = _child(s, C, 2)
    # an entry of the community register that nobody linked: the citizen id connects them
    person = _villager(s, C, who, None)
    s.on(
        2,
        C,
        "vaccinations",
        edits.add_doses(
            _dose(s, C, 2, "visit", 6, visit),
            _dose(s, C, 2, "wbc", 1, person, day=date(2024, 3, 4)),
            _dose(s, C, 2, "epi", 2, person, day=date(2025, 8, 4)),
            _dose(s, C, 2, "elsewhere", 1, person, day=date(2025, 1, 6)),
            # the same dose once more, in the register of the well-baby clinic
            _dose(s, C, 2, "visit", 1, visit),
            _dose(s, C, 2, "wbc", 3, person, lot="LOT01"),
        ),
    )
    mother, card = s.somebody(B, 24, 32, "2")
    mum = _villager(s, B, mother, card)
    doses = edits.add_doses(_dose(s, B, 3, "anc", 1, mum), _dose(s, B, 3, "anc", 2, mum))
    s.on(3, B, "vaccinations", doses)
    nobody = s.desks[C].somebody(11, 13, "1")
    s.name(C, nobody.cid)
    pupil = _villager(s, C, nobody, None)
    s.on(7, C, "vaccinations", edits.add_doses(_dose(s, C, 7, "student", 2, pupil)))


def corrected_lot(s: Script) -> None:
    """A lot number is corrected: the register is written again."""
    _who, _record, visit = _child(s, A, 5)
    dose = _dose(s, A, 5, "visit", 6, visit, lot="LOT60")
    s.on(5, A, "vaccinations", edits.add_doses(dose))
    s.on(7, A, "a lot number is corrected", edits.set_lot(dose.key, "LOT06"))


def deleted_doses(s: Script) -> None:
    """A register that shrinks waits for a person: one is approved, one is not."""
    for hcode, deleted, approved in ((A, 4, 9), (C, 8, 0)):
        who, _record, visit = _child(s, hcode, 3 if hcode == A else 7)
        number = 3 if hcode == A else 7
        doses = _dose(s, hcode, number, "visit", 6, visit), _dose(s, hcode, number, "visit", 5, visit)
        s.on(number, hcode, "vaccinations", edits.add_doses(*doses))
        s.on(deleted, hcode, "a dose is deleted", edits.drop_dose(doses[1].key))
        if approved:
            s.approve(approved, hcode, "registers", who.cid)


STORIES = (
    phone_changes,
    two_hns,
    merged_records,
    merged_nameless_record,
    wrong_citizen_id,
    placeholder_id,
    dose_of_years_ago,
    every_table,
    corrected_lot,
    deleted_doses,
)
