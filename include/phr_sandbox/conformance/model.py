"""What a hospital of the kit holds, in canonical terms and without anything a HIS adds.

A loader writes a :class:`Model` into the tables of one HIS; its adapter must give the same rows back.
The limits below are those of the narrowest HIS, so that every loader can hold every model:

* references and hospital numbers are digits (``visit_ref`` 9, ``hn`` 9 with leading zeros);
* within a visit: a diagnosis code, a drug code and a lab test (``labtest``, ``local_code``) stand once;
* within a patient and a day: a lab test and a vaccine code stand once; a patient has one visit a day;
* within a patient: a substance and a chronic disease stand once; a clinic keeps one disease;
* orders, reports, dispensing and diagnoses carry the day of the visit and no time unless said otherwise;
* ``row_key``, ``order_number``, ``person_ref`` and ``notes`` are for the HIS to say and left empty here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from phr.canonical import (
    Allergy,
    Appointment,
    ChronicRegistration,
    Coverage,
    Diagnosis,
    DrugDispense,
    Immunization,
    LabResult,
    Patient,
    Visit,
    VitalSign,
)

#: of the visits only ``eligible`` ones become documents; the others are counted as what they are
State = Literal["eligible", "admitted", "unfinished", "anonymous"]


@dataclass
class ModelVisit:
    """One visit with everything that belongs to it."""

    visit: Visit
    state: State
    vital_sign: VitalSign | None
    diagnoses: list[Diagnosis] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    lab_results: list[LabResult] = field(default_factory=list)
    drug_dispenses: list[DrugDispense] = field(default_factory=list)

    @property
    def day(self) -> date:
        """Service day."""
        return date.fromisoformat(self.visit.service_day or "")


@dataclass
class Model:
    """One invented hospital."""

    hcode: str
    first_day: date
    last_day: date
    patients: list[Patient]
    visits: list[ModelVisit]
    #: stored doses, given here; ``hn`` says whose
    doses: list[Immunization]
    #: allergies and entries of the chronic disease register; ``hn`` says whose
    allergies: list[Allergy] = field(default_factory=list)
    chronic: list[ChronicRegistration] = field(default_factory=list)
