"""Observation, Condition, Medication and vital signs of an encounter (contract 4.2).

Left out because the contract names no input key for them: reference range, abnormal flag and specimen of a
laboratory result; dispensing unit and 24-digit code of a drug; waist and oxygen saturation, and in the nested
shape of vital signs also pulse and respiration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from phr.canonical import Diagnosis, DrugDispense, LabResult, VitalSign
from phr.mapping.codemaps import SYSTEM
from phr.mapping.common import distinct_texts, in_key_order, moment, natural, practitioner
from phr.settings import EndpointSettings

LABORATORY = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory",
            "display": "Laboratory",
        }
    ]
}
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
OUTPATIENT = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/medication-statement-category",
            "code": "outpatient",
            "display": "Outpatient",
        }
    ]
}

# Plain ASCII decimals only: "1,250", "1/2", "007" and Thai digits stay text, as reported.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
_COMPARED = re.compile(r"[<>≤≥]=? ?[0-9][0-9.,]*")


def observations(
    rows: Sequence[LabResult], service_day: str, endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Observation[]``, one per laboratory result, in key order."""
    ordered = in_key_order(rows)
    texts = [row.name or row.local_code or "" for row in ordered]
    if endpoint.distinct_displays:
        texts = distinct_texts(texts, [row.row_key for row in ordered])
    return [_observation(row, text, service_day, endpoint) for row, text in zip(ordered, texts, strict=True)]


def _observation(row: LabResult, text: str, service_day: str, endpoint: EndpointSettings) -> dict[str, Any]:
    suffix = endpoint.time_suffix
    if row.report_date:
        issued = moment(row.report_date, row.report_time, suffix)
    else:
        issued = moment(row.order_date or service_day, row.order_time, suffix)
    code: dict[str, Any] = {"text": text}
    for kind, value in (("loinc", row.loinc), ("tmlt", row.tmlt), ("labtest", row.labtest)):
        if value:
            code = {"coding": [{"system": SYSTEM[kind], "code": value, "display": text}], "text": text}
            break
    item: dict[str, Any] = {"status": "final", "issued": issued}
    if row.order_date:
        item["effectiveDateTime"] = moment(row.order_date, row.order_time, suffix)
    item["category"] = LABORATORY
    item["code"] = code
    item.update(result_value(row.value or "", row.unit))
    if row.group_name:
        item["profile_group"] = row.group_name
    return item


def result_value(value: str, unit: str | None) -> dict[str, Any]:
    """``valueQuantity`` for a pure number, else ``valueString``.

    A comparison (``<20``) has no public key for its sign: it stays text and takes its unit along, because a
    limit without unit can be misread. Every other text is sent exactly as reported.
    """
    if match := _NUMBER.fullmatch(value):
        quantity: dict[str, Any] = {"value": float(value) if match[2] else int(value)}
        if unit:
            quantity["unit"] = unit
        return {"valueQuantity": quantity}
    if unit and _COMPARED.fullmatch(value):
        return {"valueString": f"{value} {unit}"}
    return {"valueString": value}


def conditions(
    rows: Sequence[Diagnosis], service_day: str, endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Condition[]``, principal diagnosis first; one code stands once (the national key is its md5, 3.4).

    The contract has no key for the type of a diagnosis: the order is all that says "principal".
    """
    ordered = sorted(rows, key=lambda row: (row.diagnosis_type or "9", natural(row.row_key)))
    once: dict[str, Diagnosis] = {}
    for row in ordered:
        once.setdefault(row.code or row.name or "", row)
    return [_condition(row, service_day, endpoint.time_suffix) for row in once.values()]


def _condition(row: Diagnosis, service_day: str, suffix: str) -> dict[str, Any]:
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
        "recordedDate": moment(row.recorded_date or service_day, row.recorded_time, suffix),
    }
    if who := practitioner(row.doctor_name, row.doctor_license):
        item["asserter"] = who
    return item


def medications(
    rows: Sequence[DrugDispense], service_day: str, endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Medication[]``, one per dispensed line, in key order; two lines of one drug stay apart by text."""
    ordered = in_key_order(rows)
    texts = [row.name or row.local_code or "" for row in ordered]
    if endpoint.distinct_displays:
        texts = distinct_texts(texts, [row.row_key for row in ordered])
    return [_medication(row, text, service_day, endpoint) for row, text in zip(ordered, texts, strict=True)]


def _medication(row: DrugDispense, text: str, service_day: str, endpoint: EndpointSettings) -> dict[str, Any]:
    code: dict[str, Any] = {"text": text}
    if row.tmt_code:
        # an unknown level gets the label of TMT as a whole
        system = SYSTEM.get(row.tmt_level or "SKS", SYSTEM["SKS"])
        code = {"coding": [{"system": system, "code": row.tmt_code, "display": text}], "text": text}
    finance: dict[str, Any] = {}
    if row.quantity is not None:
        finance["qty"] = row.quantity
    if row.unit_price is not None:
        finance["unitPrice"] = row.unit_price
    dosage: dict[str, Any] = {"sequence": 1}
    if row.usage_text:
        dosage["text"] = row.usage_text
    if row.instruction_th:
        dosage["patientInstruction"] = row.instruction_th
    return {
        "code": code,
        "category": "medication",
        "finance": finance,
        "statement": {
            "status": "active",
            "category": OUTPATIENT,
            "effectiveDateTime": moment(
                row.dispensed_date or service_day, row.dispensed_time, endpoint.time_suffix
            ),
            "dosage": [dosage] if len(dosage) > 1 else [],
        },
    }


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
