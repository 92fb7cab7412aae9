"""The registration desk of one invented hospital: makes people, visits and rows, and numbers them.

Everything follows from (seed, hospital, order of calls), so equal scripts are equal to the last row.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from phr_sandbox.province import people
from phr_sandbox.province.formulary import DRUGS
from phr_sandbox.province.laboratory import ITEMS, PANELS, result
from phr_sandbox.province.masters import DEPARTMENTS, DOCTORS
from phr_sandbox.province.orders import add_minutes
from phr_sandbox.province.vitals import make_vitals
from phr_sandbox.scenario.model import (
    Appointment,
    Diagnosis,
    Dose,
    DoseTable,
    DrugLine,
    LabForm,
    LabRow,
    Person,
    Record,
    Visit,
)

#: numbers of the people stories are about begin here; below are the patients of ordinary days
_STORY_PEOPLE = 2000


class Desk:
    """Counters and dice of one hospital.

    :param first_day: reference day for ages.
    """

    def __init__(self, hcode: str, seed: int, first_day: date) -> None:
        self.hcode = hcode
        self._seed = seed
        self._first_day = first_day
        self._numbers: Counter[str] = Counter()
        self._vns: set[str] = set()

    def dice(self, what: str) -> random.Random:
        """Dice for one purpose, independent of all others."""
        return random.Random(f"{self._seed}/{self.hcode}/{what}")  # noqa: S311 - invented data, reproducible

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    # -- people ------------------------------------------------------------------------------------

    def regular(self, index: int) -> people.Person:
        """A patient of ordinary days; every tenth is known to all hospitals."""
        return people.make_person(self._seed, self.hcode, index, self._first_day)

    def somebody(self, low: float, high: float, sex: str) -> people.Person:
        """Somebody new of this hospital alone, between two ages in years."""
        index = _STORY_PEOPLE + self._next("somebody")
        who = people.make_person(self._seed, self.hcode, index, self._first_day, may_share=False)
        who = people.with_age(who, self._first_day, low, high)
        # the first digit of a citizen id says before or after 1984
        number = int(who.cid[5:12])
        cid = people.make_cid(int(self.hcode[-2:]), number, born_after_1984=who.birth.year >= 1984)
        prefix = ("นาย" if sex == "1" else "นาง") if high >= 15 else ("ด.ช." if sex == "1" else "ด.ญ.")
        return replace(who, sex=sex, prefix=prefix, cid=cid, chronic=(), pttype="10", marital="2")

    def free_cid(self) -> str:
        """A valid citizen id that no record has."""
        return people.make_cid(int(self.hcode[-2:]), 9_900_000 + self._next("cid"), born_after_1984=False)

    def record(self, who: people.Person, *, hn: str | None = None, cid: str | None = None) -> Record:
        """The patient record of somebody; another ``hn`` or ``cid`` than their own may be given."""
        return Record(hn or who.hn, who.cid if cid is None else cid, who.phone, who)

    def second_hn(self) -> str:
        """An HN for somebody who has one already."""
        return f"{5000 + self._next('second_hn'):09d}"

    def villager(self, who: people.Person, hn: str | None) -> Person:
        """The entry of somebody in the community register."""
        return Person(self._next("person"), who.cid, hn, who)

    # -- visits ------------------------------------------------------------------------------------

    def visit(
        self,
        who: people.Person,
        hn: str,
        day: date,
        *,
        time: str = "09:00:00",
        codes: tuple[tuple[str, str], ...] = (("K30", "1"),),
        complaint: str = "ปวดท้อง จุกแน่นลิ้นปี่",
        spclty: str = "01",
        panels: tuple[str, ...] = (),
        drugs: tuple[str, ...] = (),
        follow_up: int = 0,
        reported: bool = True,
        finished: bool = True,
        arrival: str = "01",
        fever: bool = False,
        vn: str | None = None,
    ) -> Visit:
        """A visit with all its rows.

        :param reported: False leaves the laboratory forms without results.
        :param follow_up: days until the appointment; 0 gives none.
        :param vn: a number that was used before (a visit entered again); None takes the next free second.
        """
        vn, time = (vn, time) if vn else self._free_second(day, time)
        dice = self.dice(f"visit/{vn}/{self._next('visit')}")
        vitals = make_vitals(
            dice, age=who.age(day), sex=who.sex, hypertensive="I10" in who.chronic, fever=fever, v4=False
        )
        forms = [self.form(dice, panel, day, time, reported=reported) for panel in panels]
        lines = [self.drug(icode, day, add_minutes(time, 30) or time) for icode in drugs]
        return Visit(
            vn=vn,
            hn=hn,
            day=day,
            time=time,
            serial=self._next("serial"),
            doctor=DOCTORS[spclty][0],
            spclty=spclty,
            department=DEPARTMENTS[spclty][0],
            arrival=arrival,
            complaint=complaint,
            vitals=vitals,
            coverages=[who.pttype],
            diagnoses=[self.diagnosis(code, kind, add_minutes(time, 20) or time) for code, kind in codes],
            forms=forms,
            drugs=lines,
            appointments=[self.appointment(day, follow_up)] if follow_up else [],
            finished=finished,
        )

    def _free_second(self, day: date, time: str) -> tuple[str, str]:
        """VN and time of the next second of the day nobody was registered in."""
        second = int(time[:2]) * 3600 + int(time[3:5]) * 60 + int(time[6:])
        while True:
            clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            vn = f"{(day.year + 543) % 100:02d}{day.month:02d}{day.day:02d}{clock.replace(':', '')}"
            if vn not in self._vns:
                self._vns.add(vn)
                return vn, clock
            second += 1

    def diagnosis(self, code: str, kind: str, time: str = "09:20:00") -> Diagnosis:
        """A diagnosis row."""
        return Diagnosis(self._next("diagnosis"), code, kind, time)

    def form(
        self, dice: random.Random, panel: str, day: date, time: str, *, reported: bool = True
    ) -> LabForm:
        """An order form of a panel, with results or waiting for them."""
        name, items = PANELS[panel]
        rows = [LabRow(item, result(ITEMS[item], dice)[0] if reported else None, reported) for item in items]
        done = add_minutes(time, 60) if reported else None
        return LabForm(self._next("form"), name, day, time, day if reported else None, done, rows)

    def drug(self, icode: str, day: date, time: str, qty: int | None = None) -> DrugLine:
        """A line of the prescription with the drug's usual directions."""
        drug = DRUGS[icode]
        row = f"{{D{self._next('drug'):07X}-{self.hcode}}}"
        return DrugLine(row, icode, drug.qty if qty is None else qty, drug.usage, day, time)

    def appointment(self, made: date, days: int) -> Appointment:
        """An appointment some days ahead, never at a weekend."""
        day = made + timedelta(days=days)
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
        return Appointment(self._next("appointment"), day, "08:30:00", "010", made)

    def dose(
        self,
        table: DoseTable,
        vaccine: int,
        day: date,
        *,
        lot: str,
        entered: date,
        vn: str | None = None,
        person: Person | None = None,
    ) -> Dose:
        """A dose, recorded with a visit or for an entry of the community register."""
        number = self._next(f"dose/{table}")
        return Dose(table, number, vaccine, day, lot, entered, vn, person.person_id if person else None)
