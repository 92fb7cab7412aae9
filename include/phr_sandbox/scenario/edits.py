"""What people at a hospital do to their HIS: each function gives one change of a :class:`~.model.His`.

A change names rows by what staff see (visit, code, test, drug) and never holds on to an object of one HIS, so
the same script can be played on several copies. A change that finds nothing to change raises: a script that
edits what is not there is a mistake in the script.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

from phr_sandbox.scenario.model import (
    Appointment,
    Diagnosis,
    Dose,
    DrugLine,
    His,
    LabForm,
    LabRow,
    Person,
    Record,
    Visit,
)

Change = Callable[[His], None]


def all_of(*changes: Change) -> Change:
    """Several changes that one edit makes together."""

    def change(his: His) -> None:
        for one in changes:
            one(his)

    return change


# -- people ----------------------------------------------------------------------------------------


def register(*people: Record | Person) -> Change:
    """New patient records and entries of the community register."""

    def change(his: His) -> None:
        for one in people:
            if isinstance(one, Record):
                his.records[one.hn] = deepcopy(one)
            else:
                his.persons[one.person_id] = deepcopy(one)

    return change


def set_phone(hn: str, phone: str) -> Change:
    """A new phone number on a record."""

    def change(his: His) -> None:
        his.records[hn].phone = phone

    return change


def set_cid(hn: str, cid: str | None) -> Change:
    """Another citizen id on a record and on the register entry linked to it."""

    def change(his: His) -> None:
        his.records[hn].cid = cid
        for person in his.persons.values():
            if person.hn == hn and cid is not None:
                person.cid = cid

    return change


def merge(hn: str, into: str) -> Change:
    """One record is absorbed by another: visits (and with them their doses) and register entries move."""

    def change(his: His) -> None:
        del his.records[hn]
        for visit in his.visits.values():
            visit.hn = into if visit.hn == hn else visit.hn
        for person in his.persons.values():
            person.hn = into if person.hn == hn else person.hn

    return change


# -- visits ----------------------------------------------------------------------------------------


def add_visits(*visits: Visit) -> Change:
    """New visits, complete with their rows."""

    def change(his: His) -> None:
        for visit in visits:
            if visit.vn in his.visits:
                raise ValueError("the script enters a visit that is there")
            his.visits[visit.vn] = deepcopy(visit)

    return change


def drop_visits(*vns: str) -> Change:
    """Visits are deleted with everything that hangs on them."""

    def change(his: His) -> None:
        for vn in vns:
            del his.visits[vn]

    return change


def set_visit(vn: str, **values: Any) -> Change:
    """Fields of a visit: complaint, vitals, coverages, finished, an."""

    def change(his: His) -> None:
        for name, value in values.items():
            setattr(his.visits[vn], name, deepcopy(value))

    return change


def move_visit(vn: str, day: date) -> Change:
    """The service day of a visit is corrected; laboratory and pharmacy keep their own dates."""
    return set_visit(vn, day=day)


# -- diagnoses -------------------------------------------------------------------------------------


def add_diagnosis(vn: str, diagnosis: Diagnosis) -> Change:
    """One more diagnosis."""

    def change(his: His) -> None:
        his.visits[vn].diagnoses.append(deepcopy(diagnosis))

    return change


def drop_diagnosis(vn: str, code: str) -> Change:
    """A diagnosis is deleted."""

    def change(his: His) -> None:
        his.visits[vn].diagnoses.remove(_diagnosis(his, vn, code))

    return change


def recode(vn: str, code: str, new: str) -> Change:
    """The code of a diagnosis row is changed in place."""

    def change(his: His) -> None:
        _diagnosis(his, vn, code).code = new

    return change


def _diagnosis(his: His, vn: str, code: str) -> Diagnosis:
    return next(row for row in his.visits[vn].diagnoses if row.code == code)


# -- laboratory ------------------------------------------------------------------------------------


def report(vn: str, form: str, results: dict[int, str], day: date, time: str) -> Change:
    """The laboratory reports results of a form (item -> text); its report date moves to ``day``."""

    def change(his: His) -> None:
        found = _form(his, vn, form)
        found.report_day, found.report_time = day, time
        for item, text in results.items():
            row = _lab(found, item)
            row.result, row.confirmed = text, True

    return change


def retype_result(vn: str, form: str, item: int, text: str) -> Change:
    """A result is overwritten; no date moves, so nothing tells that it happened."""

    def change(his: His) -> None:
        _lab(_form(his, vn, form), item).result = text

    return change


def date_report(vn: str, form: str, day: date) -> Change:
    """The report date alone is typed anew, rightly or wrongly."""

    def change(his: His) -> None:
        _form(his, vn, form).report_day = day

    return change


def _form(his: His, vn: str, name: str) -> LabForm:
    return next(form for form in his.visits[vn].forms if form.name == name)


def _lab(form: LabForm, item: int) -> LabRow:
    return next(row for row in form.rows if row.item == item)


# -- pharmacy and appointments ---------------------------------------------------------------------


def add_drug(vn: str, line: DrugLine) -> Change:
    """One more line of the prescription."""

    def change(his: His) -> None:
        his.visits[vn].drugs.append(deepcopy(line))

    return change


def change_drug(vn: str, icode: str, qty: int, *, dated: date | None = None) -> Change:
    """The quantity of a line is changed; ``dated`` moves its dispensing date too."""

    def change(his: His) -> None:
        line = next(line for line in his.visits[vn].drugs if line.icode == icode)
        line.qty = qty
        line.rx_day = dated or line.rx_day

    return change


def drop_drug(vn: str, icode: str) -> Change:
    """A line is deleted."""

    def change(his: His) -> None:
        drugs = his.visits[vn].drugs
        drugs.remove(next(line for line in drugs if line.icode == icode))

    return change


def set_appointment(vn: str, **values: Any) -> Change:
    """Fields of the visit's appointment: day, time, active."""

    def change(his: His) -> None:
        (found,) = his.visits[vn].appointments
        for name, value in values.items():
            setattr(found, name, value)

    return change


def add_appointment(vn: str, appointment: Appointment) -> Change:
    """The visit gets an appointment."""

    def change(his: His) -> None:
        his.visits[vn].appointments.append(deepcopy(appointment))

    return change


# -- doses -----------------------------------------------------------------------------------------


def add_doses(*doses: Dose) -> Change:
    """Doses are recorded, each in its table."""

    def change(his: His) -> None:
        for dose in doses:
            his.doses[dose.key] = deepcopy(dose)

    return change


def set_lot(dose: tuple[str, int], lot: str) -> Change:
    """The lot number of a dose is corrected."""

    def change(his: His) -> None:
        his.doses[dose].lot = lot

    return change


def drop_dose(dose: tuple[str, int]) -> Change:
    """A dose is deleted."""

    def change(his: His) -> None:
        del his.doses[dose]

    return change
