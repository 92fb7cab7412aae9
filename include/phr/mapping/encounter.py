"""The ``Encounter`` item and the document around it (contract 3.1, 3.2, 4.2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from phr import faults
from phr.canonical import (
    Appointment,
    Coverage,
    Diagnosis,
    DrugDispense,
    LabResult,
    Patient,
    Screening,
    Visit,
    VitalSign,
)
from phr.errors import Bug, QuarantineRecord
from phr.faults import DOCUMENT_INCOMPLETE
from phr.mapping import administrative, clinical, laboratory, medication
from phr.mapping.codemaps import ENCOUNTER_CLASS, ENCOUNTER_TYPE
from phr.mapping.common import department, moment, organization, practitioner, profession
from phr.mapping.keys import national_keys
from phr.mapping.patient import full_name, lacking, patient_block
from phr.settings import EndpointSettings, Hospital

#: stored beside every delivered version; a new number re-sends nothing by itself (rule R4)
MAPPING_VERSION = "encounter/3"

ENCOUNTER_TYPE_SYSTEM = "https://phr1.moph.go.th/api/CodingSystem?System=encounter_type"


@dataclass(frozen=True, slots=True)
class VisitBundle:
    """One visit with everything that belongs into its document: canonical rows that passed the checks.

    ``set_aside_drugs`` are the lines that did not pass. They are never sent, but count: a return is one.
    """

    patient: Patient
    visit: Visit
    vital_sign: VitalSign | None = None
    screening: list[Screening] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    lab_results: list[LabResult] = field(default_factory=list)
    drug_dispenses: list[DrugDispense] = field(default_factory=list)
    set_aside_drugs: list[DrugDispense] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterDocument:
    """A body for ``UpdatePHRv1`` and what the ledger must know about it.

    ``child_keys`` and ``left_out`` are ``table:row_key``, sorted; together they are all child rows given.
    """

    reference: str
    service_day: str
    body: dict[str, Any] = field(repr=False)
    child_keys: tuple[str, ...]
    kind: str = "encounter"
    #: rows that are no statement of care: returned or cancelled drugs, answers without a national code, rows
    #: without what they are about
    left_out: tuple[str, ...] = ()
    #: see :func:`phr.mapping.keys.national_keys`; holds clinical texts, only keyed hashes of it may be kept
    national_keys: tuple[str, ...] = field(default=(), repr=False)


def build_encounter(bundle: VisitBundle, hospital: Hospital, endpoint: EndpointSettings) -> EncounterDocument:
    """One complete encounter document (trap 12) in the shape the vendor's tool was accepted with.

    Pure and deterministic: the order of the rows in the bundle does not matter.

    :raises QuarantineRecord: PHR-331 when patient or visit lack a required field; names the field only.
    :raises Bug: PHR-901 when the rows of the bundle belong to different patients or visits.
    """
    patient, visit = bundle.patient, bundle.visit
    service_day = _require(bundle, hospital)
    parts, left_out = _sayable(bundle, endpoint)
    subject = {"reference": f"Patient/{patient.cid}", "display": full_name(patient)}
    who = organization(hospital.hcode, hospital.name_th)
    encounter: dict[str, Any] = {
        "managingOrganization": who,
        "identifier": [
            {
                "use": "official",
                "system": "https://bps.moph.go.th/vn",
                "type": "VN",
                "value": visit.visit_ref,
            }
        ],
        "status": "finished",
        **_class_and_priority(visit, hospital),
        "type": _type(visit.arrival_type),
        "period": _period(visit, service_day, endpoint.time_suffix),
        "subject": subject,
        "participant": _participants(visit),
        "reason": [{"text": visit.chief_complaint}] if visit.chief_complaint else [],
        **_division(visit),
        **clinical.screening(parts.screening),
        "Coverage": administrative.coverages(bundle.coverages, endpoint),
        "vital_signs": clinical.vital_signs(bundle.vital_sign, endpoint),
        "Observation": laboratory.observations(parts.lab_results, service_day, hospital, endpoint),
        "Condition": clinical.conditions(parts.diagnoses, visit, service_day, endpoint),
        "Medication": medication.medications(parts.drug_dispenses, service_day, endpoint),
        "Claim": [],
        "Appointment": administrative.appointments(parts.appointments, subject, endpoint),
        "DiagnosticReport": [],
    }
    body: dict[str, Any] = {
        "managingOrganization": {**who, "scope": "", "agent": hospital.his_version},
        "Patient": patient_block(patient, hospital),
    }
    # Rule R8: absent unless the hospital's endpoint is known to want them, never partial.
    for section in ("AllergyIntolerance", "CarePlan"):
        if section not in endpoint.omit_sections:
            body[section] = []
    if "Immunization" not in endpoint.omit_sections:
        encounter["Immunization"] = []
    body["Encounter"] = [encounter]
    return EncounterDocument(
        reference=visit.visit_ref,
        service_day=service_day,
        body=body,
        child_keys=tuple(sorted(set(_child_keys(bundle)) - left_out)),
        left_out=tuple(sorted(left_out)),
        national_keys=national_keys(encounter),
    )


def _require(bundle: VisitBundle, hospital: Hospital) -> str:
    patient, visit = bundle.patient, bundle.visit
    if visit.hn != patient.hn:
        raise Bug(
            faults.UNEXPECTED, hospital=hospital.hcode, detail="visit and patient of a bundle differ in HN"
        )
    for table, rows in (*_children(bundle), ("drug_dispense", bundle.set_aside_drugs)):
        if any(row.visit_ref != visit.visit_ref for row in rows):
            raise Bug(faults.UNEXPECTED, hospital=hospital.hcode, detail=f"{table} row of another visit")
    missing = lacking(patient) + ([] if visit.service_day else ["visit.service_day"])
    if missing or visit.service_day is None:
        raise QuarantineRecord(DOCUMENT_INCOMPLETE, hospital=hospital.hcode, detail=", ".join(missing))
    return visit.service_day


def _children(bundle: VisitBundle) -> tuple[tuple[str, list[Any]], ...]:
    return (
        ("vital_sign", [bundle.vital_sign] if bundle.vital_sign else []),
        ("screening", bundle.screening),
        ("diagnosis", bundle.diagnoses),
        ("coverage", bundle.coverages),
        ("appointment", bundle.appointments),
        ("lab_result", bundle.lab_results),
        ("drug_dispense", bundle.drug_dispenses),
    )


def _child_keys(bundle: VisitBundle) -> list[str]:
    return [f"{table}:{row.row_key}" for table, rows in _children(bundle) for row in rows]


def _sayable(bundle: VisitBundle, endpoint: EndpointSettings) -> tuple[VisitBundle, set[str]]:
    """The bundle without rows that would say something untrue or nothing; and the keys of those rows."""
    # of an admission the diagnoses of the discharge count, not those it was admitted with
    discharge_diagnosed = any(row.of_admission and (row.code or row.name) for row in bundle.diagnoses)
    returned = medication.returned([*bundle.drug_dispenses, *bundle.set_aside_drugs])
    kept = replace(
        bundle,
        screening=[row for row in bundle.screening if clinical.sayable_answer(row, endpoint)],
        diagnoses=[
            row
            for row in bundle.diagnoses
            if (row.code or row.name) and (row.of_admission or not discharge_diagnosed)
        ],
        appointments=[row for row in bundle.appointments if row.start_date],
        lab_results=[row for row in bundle.lab_results if row.value and (row.name or row.local_code)],
        # a zero or negative quantity is a return or cancellation: sent, it would read as a drug given
        drug_dispenses=[
            row
            for row in bundle.drug_dispenses
            if (row.name or row.local_code)
            and (row.quantity is None or row.quantity > 0)
            and row.local_code not in returned
        ],
    )
    return kept, set(_child_keys(bundle)) - set(_child_keys(kept))


def _class_and_priority(visit: Visit, hospital: Hospital) -> dict[str, Any]:
    if visit.discharge_date:
        code = "IMP"
    else:
        code = "EMER" if department(visit.clinic_code) in hospital.emergency_clinics else "AMB"
    row = ENCOUNTER_CLASS[code]
    return {
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": code,
            "display": row["display"],
        },
        "priority": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ActPriority",
                    "code": row["priority"],
                    "display": row["priority_display"],
                }
            ],
            "text": row["priority_display"],
        },
    }


def _type(arrival: str | None) -> dict[str, Any]:
    # the key is required; an unknown way of coming gets an empty code, never a guessed one
    row = ENCOUNTER_TYPE.get(arrival or "") or {"code": "", "display": "ไม่ระบุ"}
    return {
        "coding": [{"system": ENCOUNTER_TYPE_SYSTEM, "code": row["code"], "display": row["display"]}],
        "text": row["display"],
    }


def _period(visit: Visit, service_day: str, suffix: str) -> dict[str, str]:
    start = visit.start_time or visit.end_time or "00:00:00"
    if visit.discharge_date:
        begin = moment(service_day, start, suffix)
        return {"start": begin, "end": max(begin, moment(visit.discharge_date, visit.discharge_time, suffix))}
    end = max(visit.end_time or start, start)
    return {"start": moment(service_day, start, suffix), "end": moment(service_day, end, suffix)}


def _participants(visit: Visit) -> list[dict[str, Any]]:
    who = practitioner(visit.doctor_name, visit.doctor_license)
    if who is None:
        return []
    return [{"individual": {"type": {"text": profession(visit.doctor_license)}, **who}}]


def _division(visit: Visit) -> dict[str, Any]:
    code, name = department(visit.clinic_code), visit.clinic_name or visit.department_name
    if not code and not name:
        return {}
    system = "https://bps.moph.go.th/division"
    return {"division": {"system": system, "code": code or "", "display": name or ""}}
