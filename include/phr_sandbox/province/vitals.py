"""Plausible vital signs by age, sex and illness."""

from __future__ import annotations

import random
from typing import NamedTuple


class Vitals(NamedTuple):
    """kg, cm, degrees Celsius, mmHg, per minute, cm, percent."""

    weight: float
    height: int
    temperature: float
    systolic: float | None
    diastolic: float | None
    pulse: float
    respiration: float
    waist: float | None
    spo2: float | None


def make_vitals(
    dice: random.Random, *, age: float, sex: str, hypertensive: bool, fever: bool, v4: bool
) -> Vitals:
    """Measurements of one screening: no blood pressure below 6 years, SpO2 only at v4 sites."""
    spread = dice.gauss(0, 1)
    if age < 1:
        height, weight = 52 + 23 * age, 3.4 + 6 * age
    elif age < 15:
        height, weight = 75 + 5.8 * (age - 1), 9.5 + 2.7 * (age - 1)
    else:
        height = 167 if sex == "1" else 156
        weight = 65 if sex == "1" else 57
    weight = max(2.5, weight * (1 + 0.13 * spread))
    height = max(45, height * (1 + 0.03 * dice.gauss(0, 1)))
    systolic = diastolic = None
    if age >= 6:
        base = 98 if age < 15 else 116 + 0.25 * max(0.0, age - 30) + (12 if hypertensive else 0)
        systolic = float(round(min(210, max(82, dice.gauss(base, 11)))))
        diastolic = float(round(min(systolic - 18, max(45, systolic * 0.6 + dice.gauss(0, 5)))))
    temperature = dice.uniform(38.0, 39.6) if fever else dice.uniform(36.2, 37.2)
    resting = 130 if age < 1 else 105 if age < 6 else 78
    return Vitals(
        weight=round(weight, 1),
        height=round(height),
        temperature=round(temperature, 1),
        systolic=systolic,
        diastolic=diastolic,
        pulse=float(round(dice.gauss(resting, 8) + (12 if fever else 0))),
        respiration=float(round(dice.gauss(34 if age < 1 else 24 if age < 6 else 18, 1.2))),
        waist=float(round(weight * 1.3)) if age >= 35 and dice.random() < 0.4 else None,
        spo2=float(dice.randint(95, 100)) if v4 else None,
    )
