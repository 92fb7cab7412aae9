"""The documents of canonical rows, as the product maps them, without the references a HIS makes up."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any, cast

from phr.canonical import (
    Appointment,
    CanonicalRow,
    Coverage,
    Diagnosis,
    DrugDispense,
    LabResult,
    Patient,
    RegisterPerson,
    Screening,
    Visit,
    VitalSign,
)
from phr.canonical.tables import CHILD_TABLES
from phr.errors import QuarantineRecord
from phr.mapping import (
    AllergyBundle,
    ChronicBundle,
    RegisterBundle,
    VisitBundle,
    best_record,
    build_allergies,
    build_chronic,
    build_encounter,
    build_immunization_register,
    encode,
)
from phr.settings import EndpointSettings, Hospital
from phr_sandbox.conformance.rows import Register, bare, measured

Rows = dict[str, list[CanonicalRow]]


def encounters(rows: Rows, hcode: str) -> dict[str, bytes]:
    """``visit <reference>`` -> bytes of its document; one that cannot be mapped says why instead."""
    hospital, endpoint = _hospital(hcode), EndpointSettings()
    patients = {row.hn: row for row in cast(list[Patient], rows["patient"])}
    of_visit: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table in CHILD_TABLES:
        for row in map(bare, rows[table]):
            if measured(row):
                of_visit[row[0]][table].append(row)
    for tables in of_visit.values():
        for group in tables.values():
            # in an order no HIS has a say in
            group.sort(key=repr)
            group[:] = [row._replace(row_key=f"{n}") for n, row in enumerate(group)]
    found = {}
    for visit in cast(list[Visit], rows["visit"]):
        children = of_visit[visit.visit_ref]
        bundle = VisitBundle(
            patient=patients[visit.hn or ""],
            visit=visit,
            vital_sign=cast(list[VitalSign], children["vital_sign"])[0] if children["vital_sign"] else None,
            screening=cast(list[Screening], children["screening"]),
            diagnoses=cast(list[Diagnosis], children["diagnosis"]),
            coverages=cast(list[Coverage], children["coverage"]),
            appointments=cast(list[Appointment], children["appointment"]),
            lab_results=cast(list[LabResult], children["lab_result"]),
            drug_dispenses=cast(list[DrugDispense], children["drug_dispense"]),
        )
        try:
            body = encode(build_encounter(bundle, hospital, endpoint).body)
        except QuarantineRecord as error:
            body = error.fault.code.encode()
        found[f"visit {visit.visit_ref}"] = body
    return found


#: kind of register -> what a row is told apart by, and the document of a person's rows
_MADE: dict[
    str, tuple[Callable[[Any], str], Callable[[Patient, list[Any], Hospital, EndpointSettings], Any]]
] = {
    "immunization": (
        lambda dose: f"{dose.given_date}:{dose.vaccine_code}",
        lambda patient, rows, *settings: build_immunization_register(
            RegisterBundle(patient, rows), *settings
        ),
    ),
    "allergy": (
        lambda row: str(row.substance),
        lambda patient, rows, *settings: build_allergies(AllergyBundle(patient, rows), *settings),
    ),
    "chronic": (
        lambda row: str(row.code),
        lambda patient, rows, *settings: build_chronic(ChronicBundle(patient, rows), *settings),
    ),
}


def registers(rows: Rows, hcode: str, register: Register) -> dict[str, bytes]:
    """``<kind> <HN>`` -> bytes of its document; one that cannot be made says why instead."""
    hospital, endpoint = _hospital(hcode), EndpointSettings()
    patients = {row.hn: row for row in cast(list[Patient], rows["patient"])}
    told_apart, build = _MADE[register.kind]
    entries: dict[str, list[Any]] = defaultdict(list)
    for row in cast(list[Any], rows[register.table]):
        plain = cast(Any, bare(row))
        entries[row.person_ref].append(plain._replace(row_key=f"{row.hn}:{told_apart(row)}"))
    records: dict[str, list[Patient]] = defaultdict(list)
    for record in cast(list[RegisterPerson], rows["register_person"]):
        if record.hn in patients:
            records[record.person_ref].append(patients[record.hn])
    found = {}
    for ref, of_person in records.items():
        patient = best_record(of_person)
        try:
            body = encode(
                build(patient, sorted(entries[ref], key=lambda row: row.row_key), hospital, endpoint).body
            )
        except QuarantineRecord as error:
            body = error.fault.code.encode()
        found[f"{register.kind} {patient.hn}"] = body
    return found


def _hospital(hcode: str) -> Hospital:
    """One hospital for every HIS, so that the documents tell the HIS apart by nothing."""
    return Hospital(hcode=hcode, name_th="รพ.สมมติ", his="any", categories={"visits": date(2025, 1, 1)})


def readable(body: bytes) -> Any:
    """The document, for a look at a difference. It holds invented people only."""
    return json.loads(body) if body.startswith(b"{") else body.decode()
