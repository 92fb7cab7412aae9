"""Ordinary days: patients with ordinary complaints, and the small corrections every day brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from phr_sandbox.province.encounter import acute_case, chronic_plan
from phr_sandbox.province.laboratory import ITEMS, PANELS, result
from phr_sandbox.province.people import Person
from phr_sandbox.scenario import edits
from phr_sandbox.scenario.desk import Desk
from phr_sandbox.scenario.edits import Change
from phr_sandbox.scenario.model import Dose, Visit

#: vaccine given with a case: (person_vaccine row, lot)
_VACCINE_OF_CASE = {"Z001": (6, "DEMO06"), "T141": (9, "DEMO09")}


@dataclass(frozen=True, slots=True)
class Afterthought:
    """A change that somebody makes some days after the visit."""

    day: date
    title: str
    change: Change


@dataclass(frozen=True, slots=True)
class Traffic:
    """What an ordinary day brings."""

    visits: list[Visit]
    doses: list[Dose]
    later: list[Afterthought]


def ordinary_day(
    desk: Desk, crowd: list[Person], day: date, count: int, *, doses: bool = False, final: bool = False
) -> Traffic:
    """``count`` visits of people out of ``crowd``; nobody comes twice on a day.

    :param doses: whether vaccinations of ordinary cases are recorded here.
    :param final: every visit is complete at once and nobody comes back to it.
    """
    dice = desk.dice(f"traffic/{day}")
    traffic = Traffic([], [], [])
    for who in dice.sample(crowd, count):
        clock = dice.randrange(8 * 3600, 16 * 3600)
        time = f"{clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}"
        fate = max(dice.random(), 1.0 if final else 0.0)
        if who.chronic and dice.random() < 0.6:
            drugs, panels, _ = chronic_plan(who)
            visit = desk.visit(
                who,
                who.hn,
                day,
                time=time,
                codes=tuple((code, "1" if n == 0 else "2") for n, code in enumerate(who.chronic)),
                complaint="มาตามนัด รับยาเดิม",
                arrival="02",
                drugs=tuple(drugs),
                panels=tuple(panels),
                follow_up=dice.choice((28, 56, 84)),
                reported=fate >= 0.12,
                finished=not 0.12 <= fate < 0.18,
            )
        else:
            case = acute_case(dice, who.age(day), who.sex)
            external = ((case.external, "5"),) if case.external else ()
            visit = desk.visit(
                who,
                who.hn,
                day,
                time=time,
                codes=((case.code, "1"), *((code, "2") for code in case.others), *external),
                complaint=case.complaint,
                spclty=case.spclty,
                drugs=case.drugs,
                panels=case.panels,
                follow_up=case.follow_up,
                fever=case.fever,
                reported=fate >= 0.12,
                finished=not 0.12 <= fate < 0.18,
            )
            if doses and (vaccine := _VACCINE_OF_CASE.get(case.code)):
                traffic.doses.append(
                    desk.dose("visit", vaccine[0], day, lot=vaccine[1], entered=day, vn=visit.vn)
                )
        traffic.visits.append(visit)
        traffic.later.extend(_afterthoughts(desk, visit, fate))
    return traffic


def _afterthoughts(desk: Desk, visit: Visit, fate: float) -> list[Afterthought]:
    """``fate`` 0 .. 1 decides; four of five visits are never touched again."""
    dice = desk.dice(f"afterthought/{visit.vn}")

    def later(most: int, title: str, change: Change) -> Afterthought:
        return Afterthought(visit.day + timedelta(days=dice.randint(1, most)), title, change)

    if fate < 0.12:
        found = []
        for form in visit.forms:
            when = visit.day + timedelta(days=dice.randint(1, 6))
            items = next(items for name, items in PANELS.values() if name == form.name)
            results = {item: result(ITEMS[item], dice)[0] for item in items}
            change = edits.report(visit.vn, form.name, results, when, "10:15:00")
            found.append(Afterthought(when, "a result is reported", change))
        return found
    if fate < 0.18:
        return [later(1, "a visit is finished", edits.set_visit(visit.vn, finished=True))]
    if fate < 0.22 and all(row.code != "I10" for row in visit.diagnoses):
        row = desk.diagnosis("I10", "2", visit.time)
        return [later(2, "a diagnosis is added", edits.add_diagnosis(visit.vn, row))]
    if fate < 0.25:
        vitals = visit.vitals._replace(weight=round(visit.vitals.weight + 1.5, 1))
        return [later(2, "a weight is corrected", edits.set_visit(visit.vn, vitals=vitals))]
    return []
