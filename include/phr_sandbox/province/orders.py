"""Laboratory, pharmacy, appointment and vaccine rows of a visit, clean and dirty."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from phr_sandbox.province.doses import Doses
from phr_sandbox.province.encounter import Encounter
from phr_sandbox.province.formulary import DRUGS, SERVICES
from phr_sandbox.province.laboratory import ITEMS, PANELS, result
from phr_sandbox.province.oracle import HospitalOracle, RowExpectation
from phr_sandbox.province.population import ZERO_DATE, buddhist
from phr_sandbox.province.rows import LabHead, LabOrder, Oapp, OpItemRece
from phr_sandbox.province.writer import Writer

_LAB_SERVICE, _VISIT_SERVICE = SERVICES[1], SERVICES[0]
_BLANKS = (None, "", "   ")
_ALWAYS_VACCINATED = frozenset({"two_hn_agree", "two_hn_differ", "after_death", "cid_placeholder"})


def add_minutes(time: str | None, minutes: int) -> str | None:
    """The clock time some minutes later, kept on the same day."""
    if time is None:
        return None
    at = min(int(time[:2]) * 60 + int(time[3:5]) + minutes, 24 * 60 - 1)
    return f"{at // 60:02d}:{at % 60:02d}:{time[6:]}"


class Orders:
    """Writes what a visit ordered; numbers rows by its own counters."""

    def __init__(
        self, out: Writer, oracle: HospitalOracle, guid: Callable[[], str], hcode: str, doses: Doses
    ) -> None:
        self._out = out
        self._oracle = oracle
        self._guid = guid
        self._hcode = hcode
        self._lab_number = 0
        self._oapp = 0
        self._doses = doses

    # -- laboratory -------------------------------------------------------------------------------
    def laboratory(self, e: Encounter, dice: random.Random) -> None:
        """One form per panel, and the dirty or unsendable forms the visit's tag asks for."""
        panels = list(e.panels)
        if e.tag == "lab_same_name":
            panels = [p for p in panels if p not in ("sugar", "strip")]
            self._form(e, dice, "Blood sugar", (201, 202), note=(202, True))
        elif e.tag == "lab_unconfirmed":
            self._form(e, dice, *PANELS["inflammation"], confirmed="N", note=(None, False))
        elif e.tag == "lab_anonymous":
            self._form(e, dice, *PANELS["hiv"], anonymous="Y", note=(None, False))
        elif e.tag.startswith("lab_"):
            dirty = panels.pop(0) if panels else "sugar"
            form, codes = PANELS[dirty]
            if e.tag == "lab_blank":
                self._form(e, dice, form, codes, blank=codes[0], note=(codes[0], False))
            else:
                reported = {
                    "lab_date_zero": ZERO_DATE,
                    "lab_date_buddhist": buddhist(e.day),
                    "lab_date_future": "2099-01-01",
                }[e.tag]
                self._form(
                    e, dice, form, codes, report_date=reported, note=(None, e.tag != "lab_date_future")
                )
        for panel in panels:
            self._form(e, dice, *PANELS[panel])

    def inpatient_laboratory(self, e: Encounter, dice: random.Random) -> None:
        """A ward's form: ``lab_head.vn`` holds the AN."""
        self._form(e, dice, *PANELS["electrolyte"], inpatient=True)

    def _form(
        self,
        e: Encounter,
        dice: random.Random,
        form: str,
        codes: tuple[int, ...],
        *,
        report_date: str | None = None,
        confirmed: str = "Y",
        anonymous: str | None = None,
        blank: int | None = None,
        inpatient: bool = False,
        note: tuple[int | None, bool] | None = None,
    ) -> None:
        """``note`` = (item code or None for every item, may it be sent): what the oracle is told."""
        self._lab_number += 1
        number = self._lab_number
        collected = add_minutes(e.time, dice.randint(5, 25))
        reported = add_minutes(e.time, dice.randint(35, 110))
        self._out.add(
            LabHead(
                number,
                (e.an or "") if inpatient else e.vn,
                e.hn,
                "IPD" if inpatient else "OPD",
                e.doctor,
                form,
                e.iso,
                e.time,
                e.iso,
                collected,
                (report_date or e.iso) if confirmed == "Y" else None,
                reported if confirmed == "Y" else None,
                confirmed,
                anonymous,
                e.stamp,
            )
        )
        for code in codes:
            item = ITEMS[code]
            value: str | None
            value, flag = result(item, dice)
            if code == blank:
                value, flag = _BLANKS[number % 3], None
            self._out.add(
                LabOrder(number, code, value, item.display, item.normal, confirmed, flag, e.iso, e.stamp)
            )
            if note and note[0] in (None, code):
                self._oracle.row(RowExpectation("lab_order", f"{number}:{code}", e.vn, e.tag, note[1]))

    # -- pharmacy ---------------------------------------------------------------------------------
    def items(self, e: Encounter, dice: random.Random) -> None:
        """Drug lines and services of the visit, and the ward's lines of an admission."""
        drugs = list(e.drugs)
        returns = e.tag in ("drug_returned", "drug_part_returned")
        if (returns or e.tag.startswith("qty_")) and not drugs:
            drugs = ["1000001"]
        for line, icode in enumerate(drugs):
            drug = DRUGS[icode]
            qty = drug.qty if drug.qty == 1 else max(1, drug.qty + dice.randrange(-4, 5))
            dirty = line == 0 and e.tag.startswith("qty_")
            if dirty:
                qty = 0 if e.tag == "qty_zero" else -qty
            special = None
            if drug.units == "เม็ด" and dice.random() < 0.04:
                special = "S01" if icode == "1000024" else "S02"
            key = self._item(e, icode, qty, drug.price, "03", line + 1, drug.usage, special)
            if dirty:
                self._oracle.row(RowExpectation("opitemrece", key, e.vn, e.tag, False))
            if returns and line == 0:
                self._return(e, icode, qty, key)
        line = len(drugs)
        self._item(e, _VISIT_SERVICE[0], 1, _VISIT_SERVICE[2], _VISIT_SERVICE[3], line + 1)
        for _ in e.panels:
            line += 1
            self._item(e, _LAB_SERVICE[0], 1, _LAB_SERVICE[2], _LAB_SERVICE[3], line + 1)
        if e.procedures:
            self._item(e, SERVICES[2][0], 1, SERVICES[2][2], SERVICES[2][3], line + 2)
        if e.an:
            self._item(e, "1000003", 20, 2, "03", 1, "U03", inpatient=True)

    def _return(self, e: Encounter, icode: str, qty: int, given: str) -> None:
        """The first drug comes back as a line of its own: all of it, or one piece."""
        whole = e.tag == "drug_returned" or qty == 1
        back = self._item(e, icode, -qty if whole else -1, DRUGS[icode].price, "03", 90, DRUGS[icode].usage)
        for key, sent in ((given, not whole), (back, False)):
            if not sent:
                self._oracle.row(RowExpectation("opitemrece", key, e.vn, e.tag, False))

    def _item(
        self,
        e: Encounter,
        icode: str,
        qty: int,
        price: float,
        income: str,
        line: int,
        usage: str | None = None,
        special: str | None = None,
        *,
        inpatient: bool = False,
    ) -> str:
        key = self._guid()
        self._out.add(
            OpItemRece(
                hos_guid=key,
                vn=None if inpatient else e.vn,
                hn=e.hn,
                an=e.an if inpatient else None,
                icode=icode,
                qty=qty,
                unitprice=price,
                sum_price=round(qty * price, 2),
                drugusage=usage,
                sp_use=special,
                vstdate=e.iso,
                vsttime=e.time,
                rxdate=e.iso,
                rxtime=add_minutes(e.time, 30),
                doctor=e.doctor,
                income=income,
                pttype=e.person.pttype,
                item_no=line,
                hcode=self._hcode,
                last_modified=e.stamp,
            )
        )
        return key

    # -- appointments and vaccines ----------------------------------------------------------------
    def appointment(self, e: Encounter, dice: random.Random) -> None:
        """The next appointment; never on a Sunday or Saturday."""
        days = e.follow_up or (30 if e.tag.startswith("appointment_") else 0)
        if not days:
            return
        day: date = e.day + timedelta(days=days + dice.randrange(0, 5))
        if day.weekday() >= 5:
            day += timedelta(days=7 - day.weekday())
        next_date = day.isoformat()
        self._oapp += 1
        if e.tag.startswith("appointment_"):
            zero = e.tag == "appointment_date_zero"
            next_date = ZERO_DATE if zero else buddhist(day)
            self._oracle.row(RowExpectation("oapp", str(self._oapp), e.vn, e.tag, not zero))
        lab = "งดน้ำและอาหารหลังเที่ยงคืน" if any(p in ("sugar", "lipid") for p in e.panels) else ""
        self._out.add(
            Oapp(
                self._oapp,
                e.hn,
                e.vn,
                e.iso,
                next_date,
                "08:30:00",
                "12:00:00",
                e.clinic,
                e.depcode,
                e.spclty,
                e.doctor,
                "ติดตามอาการ",
                lab,
                1,
                e.iso,
                e.stamp,
            )
        )

    def vaccines(self, e: Encounter, dice: random.Random) -> None:
        """A dose with a well-child visit, the first rabies dose after a dog bite, influenza for the old.

        People whose register is doubtful get influenza with every visit, so that there is such a register.
        """
        code = e.diagnoses[0][0] if e.diagnoses else ""
        if code == "Z001":
            vaccine = next(
                name
                for below, name in ((0.4, "D21"), (0.8, "D22"), (1.4, "061"), (2.4, "034"), (99, "J12"))
                if e.age < below
            )
            if dice.random() < 0.05:
                vaccine = ""
        elif code == "T141":
            vaccine = "111"
        elif e.tag in _ALWAYS_VACCINATED or (e.age >= 60 and int(e.vn[-3:]) % 25 == 0):
            vaccine = "815"
        else:
            return
        time = add_minutes(e.time, 20) or "10:00:00"
        self._doses.in_visit(e, time, vaccine)
