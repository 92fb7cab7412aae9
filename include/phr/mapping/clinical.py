"""Condition, vital signs and screening of an encounter (contract 4.2).

Left out because the contract names no input key for them: waist and oxygen saturation, and in the nested
shape of vital signs also pulse and respiration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phr.canonical import Diagnosis, Screening, Visit, VitalSign
from phr.mapping.codemaps import DIAGNOSIS_TYPE, DRINKING, SMOKING, SYSTEM
from phr.mapping.common import folded, moment, natural, practitioner
from phr.settings import EndpointSettings

ACTIVE = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
            "code": "active",
            "display": "Active",
        }
    ]
}
CONFIRMED = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
            "code": "confirmed",
            "display": "Confirmed",
        }
    ]
}
DIAGNOSIS = {"coding": [{"system": "http://snomed.info/sct", "code": "439401001", "display": "Diagnosis"}]}
#: UAT warned without a severity (3.5), no HIS row holds one; "unknown" claims nothing
SEVERITY_UNKNOWN = {
    "coding": [{"system": "http://snomed.info/sct", "code": "261665006", "display": "Unknown"}]
}
#: what the vendor's read sample shows of a present illness (section 5): it is a story, not a state
INACTIVE = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
            "code": "inactive",
            "display": "Inactive",
        }
    ]
}
PRESENT_ILLNESS = "History of present illness"
#: 43-file DIAGTYPE as a second category; the label is built after the published ones (mark D)
DIAGTYPE_SYSTEM = "https://bps.moph.go.th/diagtype"


def conditions(
    rows: Sequence[Diagnosis], visit: Visit, service_day: str, endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Condition[]``, principal diagnosis first; one code stands once (the national key is its md5, 3.4).

    The contract has no key of its own for the type of a diagnosis: it stands as a second category, by an
    endpoint setting. Behind the coded diagnoses come the texts of the visit under the pseudo codes the
    vendor's own system ships them with, ``diagtext`` and ``hpi`` (4.2); a text that a row above already says
    is left out, because the two would collapse.
    """
    ordered = sorted(rows, key=lambda row: (row.diagnosis_type or "9", natural(row.row_key)))
    once: dict[str, Diagnosis] = {}
    for row in ordered:
        once.setdefault(row.code or row.name or "", row)
    items = [_condition(row, service_day, endpoint) for row in once.values()]
    said = {folded(item["code"]["text"]) for item in items}
    recorded = moment(service_day, visit.start_time, endpoint.time_suffix)
    for code, text, display, status in (
        ("diagtext", visit.diagnosis_text, "Diagnosis text", ACTIVE),
        ("hpi", visit.present_illness, PRESENT_ILLNESS, INACTIVE),
    ):
        if text and folded(text) not in said:
            said.add(folded(text))
            items.append(
                {
                    "clinicalStatus": status,
                    "verificationStatus": CONFIRMED,
                    "category": [DIAGNOSIS if code == "diagtext" else {"text": PRESENT_ILLNESS}],
                    "severity": SEVERITY_UNKNOWN,
                    "code": {"coding": [{"code": code, "display": display}], "text": text},
                    "recordedDate": recorded,
                }
            )
    return items


def _condition(row: Diagnosis, service_day: str, endpoint: EndpointSettings) -> dict[str, Any]:
    text = row.name or row.code
    code: dict[str, Any] = {"text": text}
    if row.code:
        code = {"coding": [{"system": SYSTEM["icd10"], "code": row.code, "display": text}], "text": text}
    item: dict[str, Any] = {
        "clinicalStatus": ACTIVE,
        "verificationStatus": CONFIRMED,
        "category": [DIAGNOSIS],
        "severity": SEVERITY_UNKNOWN,
        "code": code,
        "recordedDate": moment(row.recorded_date or service_day, row.recorded_time, endpoint.time_suffix),
    }
    kind = DIAGNOSIS_TYPE.get(row.diagnosis_type or "")
    if kind and endpoint.diagnosis_type_in_category:
        own = {"system": DIAGTYPE_SYSTEM, "code": row.diagnosis_type, "display": kind["display"]}
        item["category"] = [DIAGNOSIS, {"coding": [own], "text": kind["display"]}]
    if who := practitioner(row.doctor_name, row.doctor_license):
        item["asserter"] = who
    return item


def vital_signs(row: VitalSign | None, endpoint: EndpointSettings) -> dict[str, Any]:
    """``vital_signs`` in the shape the endpoint setting names; ``{}`` when nothing was measured."""
    if row is None:
        return {}
    if endpoint.vital_signs_shape == "flat":
        flat = {
            "body_weight_kg": row.weight_kg,
            "body_height_cm": row.height_cm,
            "body_temp_cel": row.temperature_c,
            "bp_systolic_mmhg": row.bp_systolic,
            "bp_diastolic_mmhg": row.bp_diastolic,
            "body_mass_index": _body_mass_index(row),
            "respiratory_rate": row.respiration,
            "pulse": row.pulse,
        }
        return {key: value for key, value in flat.items() if value is not None}
    nested = (
        ("body_weight", row.weight_kg, "kg"),
        ("body_height", row.height_cm, "cm"),
        ("body_temp", row.temperature_c, "cel"),
        ("bp_systolic", row.bp_systolic, "mmHg"),
        ("bp_diastolic", row.bp_diastolic, "mmHg"),
    )
    return {
        key: {"status": "final", "valueQuantity": {"value": value, "unit": unit}}
        for key, value, unit in nested
        if value is not None
    }


def _body_mass_index(row: VitalSign) -> float | None:
    if not row.weight_kg or not row.height_cm:
        return None
    return round(row.weight_kg / (row.height_cm / 100) ** 2, 1)


def _screen(name: str, code: str, display: str) -> dict[str, dict[str, str]]:
    system = f"https://bps.moph.go.th/screen_{name}"
    return {f"screen_{name}": {"system": system, "code": code, "display": display}}


def sayable_answer(row: Screening, endpoint: EndpointSettings) -> bool:
    """Whether an answer has a national code this environment wants."""
    if row.topic == "allergy":
        return row.code == "N" and endpoint.screen_allergy
    return row.code in {"smoking": SMOKING, "drinking": DRINKING}.get(row.topic, {})


def screening(rows: Sequence[Screening]) -> dict[str, Any]:
    """``screen_smoking``, ``screen_drinking``, ``screen_allergy`` of sayable answers; absent without one."""
    fields: dict[str, Any] = {}
    for row in sorted(rows, key=lambda row: natural(row.row_key)):
        if row.topic == "allergy":
            found = _screen("allergy", "N", "ปฏิเสธการแพ้")
        else:
            texts = SMOKING if row.topic == "smoking" else DRINKING
            found = _screen(row.topic, row.code or "", texts[row.code or ""]["display"])
        for name, value in found.items():
            fields.setdefault(name, value)
    return fields
