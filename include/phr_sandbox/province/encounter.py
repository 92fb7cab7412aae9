"""One visit in the making: what the row makers of :mod:`visits` and :mod:`orders` share."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from phr_sandbox.province.clinical import ACUTE, CHRONIC, Case
from phr_sandbox.province.dirt import Kind
from phr_sandbox.province.people import Person

#: cumulative weights of the cases that fit, by (age in years, sex)
_FITTING: dict[tuple[int, str], tuple[list[Case], list[int]]] = {}


@dataclass(slots=True)
class Encounter:
    """A visit before its rows are written; ``time`` and ``stamp`` are None where the site has none."""

    vn: str
    hn: str | None
    person: Person
    day: date
    iso: str
    time: str | None
    doctor: str
    spclty: str
    depcode: str
    tag: str
    complaint: str
    diagnoses: list[tuple[str, str]]
    drugs: list[str]
    panels: list[str]
    follow_up: int
    clinic: str
    fever: bool
    age: float
    stamp: str | None
    an: str | None = None
    finished: bool = True
    procedures: tuple[str, ...] = ()


def acute_case(dice: random.Random, age: float, sex: str) -> Case:
    """An acute case somebody of this age (years) and sex can have."""
    key = (int(age), sex)
    if key not in _FITTING:
        # the whole year of age must lie within the case's bounds, so that no pregnancy is below 20
        cases = [c for c in ACUTE if c.ages[0] <= key[0] < c.ages[1] and c.sex in ("", sex)]
        total, sums = 0, []
        for case in cases:
            total += case.weight
            sums.append(total)
        _FITTING[key] = (cases, sums)
    cases, sums = _FITTING[key]
    return dice.choices(cases, cum_weights=sums)[0]


def chronic_plan(person: Person) -> tuple[list[str], list[str], str]:
    """Drugs, panels and appointment clinic of a person's chronic diseases."""
    drugs: list[str] = []
    panels: list[str] = []
    for code in person.chronic:
        more_drugs, more_panels, _ = CHRONIC[code]
        drugs += [d for d in more_drugs if d not in drugs]
        panels += [p for p in more_panels if p not in panels]
    return drugs, panels, CHRONIC[person.chronic[0]][2]


def is_chronic_follow_up(dice: random.Random, person: Person, kind: Kind | None) -> bool:
    """Seven of ten visits of a chronic patient are for the disease."""
    return bool(person.chronic) and dice.random() < 0.7 and not (kind and kind.tag == "dies_in_visit")
