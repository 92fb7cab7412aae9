"""The documents of canonical rows, as the product maps them, without the references a HIS makes up."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Any, cast

from phr.canonical import (
    Appointment,
    CanonicalRow,
    Coverage,
    Diagnosis,
    DrugDispense,
    Immunization,
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
    RegisterBundle,
    VisitBundle,
    best_record,
    build_encounter,
    build_immunization_register,
    encode,
)
from phr.settings import EndpointSettings, Hospital
from phr_sandbox.conformance.rows import bare, measured

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


def registers(rows: Rows, hcode: str) -> dict[str, bytes]:
    """``register <HN>`` -> bytes of its document."""
    hospital, endpoint = _hospital(hcode), EndpointSettings()
    patients = {row.hn: row for row in cast(list[Patient], rows["patient"])}
    doses: dict[str, list[Immunization]] = defaultdict(list)
    for dose in cast(list[Immunization], rows["immunization"]):
        key = f"{dose.hn}:{dose.given_date}:{dose.vaccine_code}"
        doses[dose.person_ref].append(dose._replace(row_key=key, visit_ref=None))
    records: dict[str, list[Patient]] = defaultdict(list)
    for record in cast(list[RegisterPerson], rows["register_person"]):
        if record.hn in patients:
            records[record.person_ref].append(patients[record.hn])
    found = {}
    for ref, of_person in records.items():
        patient = best_record(of_person)
        try:
            bundle = RegisterBundle(patient, sorted(doses[ref], key=lambda dose: dose.row_key))
            body = encode(build_immunization_register(bundle, hospital, endpoint).body)
        except QuarantineRecord as error:
            body = error.fault.code.encode()
        found[f"register {patient.hn}"] = body
    return found


def _hospital(hcode: str) -> Hospital:
    """One hospital for every HIS, so that the documents tell the HIS apart by nothing."""
    return Hospital(hcode=hcode, name_th="รพ.สมมติ", his="any", categories={"visits": date(2025, 1, 1)})


def readable(body: bytes) -> Any:
    """The document, for a look at a difference. It holds invented people only."""
    return json.loads(body) if body.startswith(b"{") else body.decode()
