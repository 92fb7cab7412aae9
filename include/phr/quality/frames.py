"""The columns the rules read, per canonical table: keys, the few fields with a rule, and facts.

A data frame holds nothing else, so a value without a rule never gets near Great Expectations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from phr.canonical import (
    Allergy,
    Appointment,
    ChronicRegistration,
    Coverage,
    Diagnosis,
    DrugDispense,
    IdentityEvidence,
    Immunization,
    LabResult,
    Patient,
    RegisterPerson,
    Screening,
    Visit,
    VitalSign,
)
from phr.quality.facts import (
    EARLIEST_BIRTH,
    HospitalFacts,
    death_order,
    denies_allergy,
    lab_named,
    links,
    vaccine_state,
)
from phr.quality.values import date_state, day_of, number, text, time_state

#: first columns of every frame: hospital code and the running number that leads back to the row
HOSPITAL, ROW_NUMBER = "hospital", "row_number"


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of one table's frame and how to fill them.

    ``records(facts, rows)`` yields one tuple per row, in order; ``numbers`` are the float columns, the rest
    is text, bool or None.
    """

    columns: tuple[str, ...]
    records: Callable[[HospitalFacts, list[Any]], Iterator[tuple[object, ...]]]
    numbers: frozenset[str] = frozenset()


def _iso(value: str | None) -> str | None:
    """A readable day as ISO text (which sorts by time), else None."""
    day = day_of(value)
    return day.isoformat() if day else None


def _order(begin: str | None, end: str | None) -> str | None:
    """Whether something ended before it began; None when a day is not known."""
    first, last = day_of(begin), day_of(end)
    return None if first is None or last is None else "before" if last < first else "ok"


def _visit_known(facts: HospitalFacts, visit_ref: str) -> bool:
    return visit_ref in facts.visits


def _patients(facts: HospitalFacts, rows: list[Patient]) -> Iterator[tuple[object, ...]]:
    today = facts.today
    for row, cid_class in zip(rows, facts.cid_classes, strict=True):
        yield (
            text(row.hn),
            cid_class,
            # only ids accepted as valid are compared, see identity_conflicts
            facts.conflicts.get(text(row.cid) or "", "none"),
            text(row.given),
            text(row.family),
            text(row.sex),
            date_state(row.birth_date, "birth_date", row.notes, latest=today, earliest=EARLIEST_BIRTH),
            date_state(row.death_date, "death_date", row.notes, latest=today),
            death_order(row),
        )


def _evidence(_facts: HospitalFacts, rows: list[IdentityEvidence]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield text(row.cid), text(row.source), text(row.local_id)


def _visits(facts: HospitalFacts, rows: list[Visit]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.hn),
            facts.patient_known(row.hn),
            date_state(row.service_day, "service_day", row.notes, latest=facts.today),
            time_state(row.start_time, "start_time", row.notes),
            facts.life_order(row),
            _order(row.service_day, row.discharge_date),
            "broken_line:visit" in str(row.notes or "").split(),
        )


def _vital_signs(facts: HospitalFacts, rows: list[VitalSign]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            number(row.weight_kg),
            number(row.height_cm),
            number(row.temperature_c),
            number(row.bp_systolic),
            number(row.bp_diastolic),
            number(row.pulse),
            number(row.respiration),
            number(row.waist_cm),
            number(row.spo2),
        )


def _screening(facts: HospitalFacts, rows: list[Screening]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            text(row.topic),
            "unmapped:code" in str(row.notes or "").split(),
        )


def _diagnoses(facts: HospitalFacts, rows: list[Diagnosis]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            text(row.code),
            text(row.diagnosis_type),
            date_state(row.recorded_date, "recorded_date", row.notes, latest=facts.today),
        )


def _coverages(facts: HospitalFacts, rows: list[Coverage]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            date_state(row.begin_date, "begin_date", row.notes),
            date_state(row.expire_date, "expire_date", row.notes),
            _iso(row.begin_date),
            _iso(row.expire_date),
            text(row.main_hospital),
            text(row.sub_hospital),
            facts.code_state("coverages", row),
        )


def _appointments(facts: HospitalFacts, rows: list[Appointment]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            date_state(row.start_date, "start_date", row.notes),
            date_state(row.created_date, "created_date", row.notes, latest=facts.today),
            facts.appointment_order(row),
        )


def _lab_results(facts: HospitalFacts, rows: list[LabResult]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            text(row.value),
            lab_named(row),
            date_state(row.order_date, "order_date", row.notes, latest=facts.today),
            date_state(row.report_date, "report_date", row.notes, latest=facts.today),
            _iso(row.order_date),
            _iso(row.report_date),
            facts.code_state("labs", row),
        )


def _drugs(facts: HospitalFacts, rows: list[DrugDispense]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.visit_ref),
            text(row.row_key),
            _visit_known(facts, row.visit_ref),
            text(row.name),
            number(row.quantity),
            date_state(row.dispensed_date, "dispensed_date", row.notes, latest=facts.today),
            facts.code_state("drugs", row),
        )


def _register_people(facts: HospitalFacts, rows: list[RegisterPerson]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield text(row.person_ref), text(row.hn), facts.patient_known(row.hn), links(row)


def _immunizations(facts: HospitalFacts, rows: list[Immunization]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.person_ref),
            text(row.row_key),
            row.person_ref in facts.people,
            vaccine_state(row),
            date_state(row.given_date, "given_date", row.notes, latest=facts.today),
            date_state(row.expire_date, "expire_date", row.notes),
            facts.order_of(row.person_ref, row.given_date),
        )


def _allergies(facts: HospitalFacts, rows: list[Allergy]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.person_ref),
            text(row.row_key),
            row.person_ref in facts.people,
            text(row.substance),
            denies_allergy(row),
            date_state(row.recorded_date, "recorded_date", row.notes, latest=facts.today),
        )


def _chronic(facts: HospitalFacts, rows: list[ChronicRegistration]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            text(row.person_ref),
            text(row.row_key),
            row.person_ref in facts.people,
            text(row.code),
            date_state(row.registered_date, "registered_date", row.notes, latest=facts.today),
            _order(row.registered_date, row.discharge_date),
        )


_CHILD = ("visit_ref", "row_key", "visit_known")
_VITALS = (
    "weight_kg",
    "height_cm",
    "temperature_c",
    "bp_systolic",
    "bp_diastolic",
    "pulse",
    "respiration",
    "waist_cm",
    "spo2",
)

FRAMES: dict[str, Frame] = {
    "patient": Frame(
        (
            "hn",
            "cid_class",
            "identity_conflict",
            "given",
            "family",
            "sex",
            "birth_state",
            "death_state",
            "death_order",
        ),
        _patients,
    ),
    "identity_evidence": Frame(("cid", "source", "local_id"), _evidence),
    "visit": Frame(
        (
            "visit_ref",
            "hn",
            "patient_known",
            "service_state",
            "time_state",
            "life_order",
            "discharge_order",
            "broken_line",
        ),
        _visits,
    ),
    "vital_sign": Frame((*_CHILD, *_VITALS), _vital_signs, frozenset(_VITALS)),
    "screening": Frame((*_CHILD, "topic", "unmapped"), _screening),
    "diagnosis": Frame((*_CHILD, "code", "diagnosis_type", "recorded_state"), _diagnoses),
    "coverage": Frame(
        (
            *_CHILD,
            "begin_state",
            "expire_state",
            "begin_date",
            "expire_date",
            "main_hospital",
            "sub_hospital",
            "code_state",
        ),
        _coverages,
    ),
    "appointment": Frame((*_CHILD, "start_state", "created_state", "appointment_order"), _appointments),
    "lab_result": Frame(
        (
            *_CHILD,
            "value",
            "named",
            "order_state",
            "report_state",
            "order_date",
            "report_date",
            "code_state",
        ),
        _lab_results,
    ),
    "drug_dispense": Frame(
        (*_CHILD, "name", "quantity", "dispensed_state", "code_state"), _drugs, frozenset({"quantity"})
    ),
    "register_person": Frame(("person_ref", "hn", "patient_known", "links"), _register_people),
    "immunization": Frame(
        (
            "person_ref",
            "row_key",
            "person_known",
            "vaccine_state",
            "given_state",
            "expire_state",
            "dose_order",
        ),
        _immunizations,
    ),
    "allergy": Frame(
        ("person_ref", "row_key", "person_known", "substance", "denied", "recorded_state"),
        _allergies,
    ),
    "chronic_register": Frame(
        ("person_ref", "row_key", "person_known", "code", "registered_state", "discharge_order"), _chronic
    ),
}
