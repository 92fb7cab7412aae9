"""Canonical rows out of sparse dicts: what a test does not name is missing."""

from __future__ import annotations

from typing import Any, TypeVar

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
    Screening,
    Visit,
    VitalSign,
)
from phr.mapping import AllergyBundle, ChronicBundle, RegisterBundle, VisitBundle
from phr.settings import EndpointSettings, Hospital

RowT = TypeVar("RowT", bound=tuple[Any, ...])

FLAGS = {"birth_exact": True, "deceased": False, "elsewhere": False, "withheld": False}
CHILDREN: dict[str, type[Any]] = {
    "screening": Screening,
    "diagnoses": Diagnosis,
    "coverages": Coverage,
    "appointments": Appointment,
    "lab_results": LabResult,
    "drug_dispenses": DrugDispense,
    "set_aside_drugs": DrugDispense,
}


def row(table: type[RowT], values: dict[str, Any]) -> RowT:
    fields = table._fields  # type: ignore[attr-defined]
    assert not set(values) - set(fields), f"unknown columns {set(values) - set(fields)}"
    return table(**{name: values.get(name, FLAGS.get(name)) for name in fields})


def bundle_of(given: dict[str, Any]) -> VisitBundle:
    ref = given["visit"]["visit_ref"]
    vital = given.get("vital_sign")
    return VisitBundle(
        patient=row(Patient, given["patient"]),
        visit=row(Visit, given["visit"]),
        vital_sign=row(VitalSign, {"visit_ref": ref, **vital}) if vital else None,
        **{
            name: [row(table, {"visit_ref": ref, **child}) for child in given.get(name, [])]
            for name, table in CHILDREN.items()
        },
    )


def register_of(given: dict[str, Any]) -> RegisterBundle:
    patient = row(Patient, given["patient"])
    person = {"person_ref": f"c{patient.cid}", "hn": patient.hn}
    return RegisterBundle(patient, [row(Immunization, person | dose) for dose in given.get("doses", [])])


def allergies_of(given: dict[str, Any]) -> AllergyBundle:
    patient = row(Patient, given["patient"])
    person = {"person_ref": f"c{patient.cid}", "hn": patient.hn}
    return AllergyBundle(patient, [row(Allergy, person | found) for found in given.get("allergies", [])])


def chronic_of(given: dict[str, Any]) -> ChronicBundle:
    patient = row(Patient, given["patient"])
    person = {"person_ref": f"c{patient.cid}", "hn": patient.hn}
    rows = [row(ChronicRegistration, person | found) for found in given.get("entries", [])]
    return ChronicBundle(patient, rows)


def hospital_of(given: dict[str, Any]) -> Hospital:
    return Hospital(**{"hcode": "99001", "name_th": "รพ.ทั่วไปสมมติ", "his": "hosxp", **given})


def endpoint_of(given: dict[str, Any]) -> EndpointSettings:
    return EndpointSettings(**given)
