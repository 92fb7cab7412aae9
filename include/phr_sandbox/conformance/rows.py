"""Canonical rows without the names a HIS gives, and the rows a model stands for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from phr.canonical import (
    Allergy,
    Appointment,
    CanonicalRow,
    Immunization,
    Patient,
    RegisterPerson,
    VitalSign,
)
from phr_sandbox.conformance.loaders import Loader
from phr_sandbox.conformance.model import Model, ModelVisit

#: columns that are the HIS's own names of things
OWN = frozenset({"row_key", "order_number", "person_ref"})
#: names of the model's fields -> canonical table
CHILDREN = {
    "vital_sign": "vital_sign",
    "diagnoses": "diagnosis",
    "coverages": "coverage",
    "appointments": "appointment",
    "lab_results": "lab_result",
    "drug_dispenses": "drug_dispense",
}


class Register(NamedTuple):
    """Where a model has the rows of a register, and what they are."""

    kind: str
    feed: str
    table: str
    rows: str
    day: str


REGISTERS = {
    register.kind: register
    for register in (
        Register("immunization", "immunizations", "immunization", "doses", "given_date"),
        Register("allergy", "allergies", "allergy", "allergies", "recorded_date"),
        Register("chronic", "chronic", "chronic_register", "chronic", "registered_date"),
    )
}
_ROWS = ("doses", "allergies", "chronic")


def registers_of(loader: Loader) -> list[Register]:
    """The registers a HIS keeps: those its loader names as ``REGISTERS``; without, immunizations."""
    return [REGISTERS[kind] for kind in getattr(loader, "REGISTERS", ("immunization",))]


def usable_cid(patient: Patient) -> str | None:
    """The id by which a register knows the person; placeholders are ids like any other here."""
    return f"c{patient.cid}" if patient.cid else None


def bare(row: CanonicalRow) -> CanonicalRow:
    """The row without the names a HIS gives."""
    own: dict[str, Any] = {name: "" for name in row._fields if name in OWN}
    if isinstance(row, Immunization):
        own["visit_ref"] = None
    if isinstance(row, Allergy):
        own["local_code"] = None
    if isinstance(row, Appointment):
        own["clinic_code"] = None
    return row._replace(**own)


def measured(row: CanonicalRow) -> bool:
    """False for a triage row without any measurement: some HIS keep one for the complaint alone."""
    return not isinstance(row, VitalSign) or any(value is not None for value in row[2:])


def held(loader: Loader, table: str, rows: Iterable[CanonicalRow]) -> list[CanonicalRow]:
    """What a HIS can hold of these rows."""
    found = (loader.held(table, row) for row in rows)
    return [bare(row) for row in found if row is not None]


def as_held(model: Model, loader: Loader) -> Model:
    """The model with the hospital numbers of this HIS, and without visits in states it does not know.

    A loader says the former with what it holds of a patient, the latter with ``STATES`` (without: all).
    """
    states = getattr(loader, "STATES", None)
    hns = {
        row.hn: kept.hn for row in model.patients if isinstance(kept := loader.held("patient", row), Patient)
    }
    return Model(
        model.hcode,
        model.first_day,
        model.last_day,
        [row._replace(hn=hns[row.hn]) for row in model.patients if row.hn in hns],
        [
            replace(found, visit=found.visit._replace(hn=hns.get(found.visit.hn or "")))
            for found in model.visits
            if states is None or found.state in states
        ],
        *([row._replace(hn=hns.get(row.hn or "")) for row in getattr(model, name)] for name in _ROWS),
    )


def children(visit: ModelVisit, attribute: str) -> list[CanonicalRow]:
    """Rows of a field of :class:`ModelVisit`, none when it has none."""
    value = getattr(visit, attribute)
    return value if isinstance(value, list) else [value] if value is not None else []


def eligible_rows(model: Model, loader: Loader) -> dict[str, list[CanonicalRow]]:
    """Canonical table -> rows that the documents of the eligible visits of a model are made of."""
    visits = [visit for visit in model.visits if visit.state == "eligible"]
    rows = {"visit": held(loader, "visit", (v.visit for v in visits)), "screening": []}
    for attribute, table in CHILDREN.items():
        rows[table] = held(loader, table, (row for v in visits for row in children(v, attribute)))
    rows["patient"] = held(loader, "patient", model.patients)
    return rows


def register_rows(model: Model, loader: Loader, register: Register) -> dict[str, list[CanonicalRow]]:
    """Canonical table -> rows that the registers of one kind of a model are made of."""
    rows: list[Any] = held(loader, register.table, getattr(model, register.rows))
    key = {patient.hn: usable_cid(patient) or f"h{patient.hn}" for patient in model.patients}
    newest: dict[str, str] = defaultdict(str)
    for row in rows:
        newest[key[row.hn or ""]] = max(newest[key[row.hn or ""]], getattr(row, register.day) or "")
    return {
        register.table: [row._replace(person_ref=key[row.hn or ""]) for row in rows],
        "register_person": [
            RegisterPerson(ref, hn, newest[ref], None) for hn, ref in sorted(key.items()) if ref in newest
        ],
        "patient": held(loader, "patient", model.patients),
    }
