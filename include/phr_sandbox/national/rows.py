"""Rows the double makes of a body: child rows by text hash, and the columns a citizen's app reads."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

#: vital_signs: nested key -> stored column (the flat shape uses the column's tail itself, contract 4.2)
_VITAL_COLUMNS = {
    "body_weight": "body_weight_kg",
    "body_height": "body_height_cm",
    "body_temp": "body_temp_cel",
    "bp_systolic": "bp_systolic_mmhg",
    "bp_diastolic": "bp_diastolic_mmhg",
}
_FLAT_VITALS = (*_VITAL_COLUMNS.values(), "body_mass_index", "respiratory_rate", "pulse")


def md5(text: str) -> str:
    """Hex MD5 of a text (the service's key columns, contract 3.4)."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def coding(concept: Any) -> dict[str, Any]:
    """First coding of a CodeableConcept (list or single object), else empty."""
    found = concept.get("coding") if isinstance(concept, dict) else None
    if isinstance(found, list):
        found = found[0] if found else None
    return found if isinstance(found, dict) else {}


def text_of(concept: Any) -> str:
    """Text of a CodeableConcept: its text, else display, else code."""
    if not isinstance(concept, dict):
        return ""
    first = coding(concept)
    for value in (concept.get("text"), first.get("display"), first.get("code")):
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def child_key(kind: str, row: dict[str, Any]) -> str:
    """Key of a child within its encounter: MD5 of its text, so rows of one text collapse (3.4, D)."""
    if kind in ("Observation", "Condition", "Medication"):
        return md5(text_of(row.get("code")))
    return hashlib.md5(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), usedforsecurity=False).hexdigest()


def register_key(kind: str, row: dict[str, Any]) -> str:
    """Key of a register row at one hospital: visit and vaccine, or the allergy's own identifier."""
    if kind == "Immunization":
        visit = str(row.get("encounterRefCode", "")).rpartition(":")[2]  # bare and prefixed are equal (3.4)
        return f"{visit}|{coding(row.get('vaccineCode')).get('code', '')}"
    identifiers = row.get("identifier")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else {}
    value = first.get("value") if isinstance(first, dict) else None
    return str(value or text_of(row.get("code")))


def encounter_columns(row: dict[str, Any]) -> dict[str, Any]:
    """What the app shows of a visit; `row` is a stored encounter."""
    encounter = orjson.loads(row["body"])["Encounter"][0]
    period = encounter["period"]
    return {
        "encounter_ref_code": row["ref"],
        "organization_code": row["hospital_code"],
        "organization_name": _object(encounter.get("managingOrganization")).get("display", ""),
        "period_start": naive(period.get("start")),
        "period_end": naive(period.get("end")),
        "class_code": _object(encounter.get("class")).get("code", ""),
        "type_text": text_of(encounter.get("type")),
        "priority_text": text_of(encounter.get("priority")),
        "reason_text": ", ".join(_reasons(encounter.get("reason"))),
        **_screening(encounter),
        "encounter_hpi_text": _pseudo_text(encounter, "hpi"),
        **_vital_signs(encounter.get("vital_signs")),
        "pass_phr_filter": True,
        "phr_filter_note": "",
        "is_mark": False,
    }


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def naive(moment: Any) -> str:
    """Clock time without its zone label; an empty date comes back as 1970-01-01 (contract 5)."""
    return moment[:19] if isinstance(moment, str) and moment else "1970-01-01T00:00:00"


def _reasons(reasons: Any) -> list[str]:
    found = (
        [r.get("text", "") if isinstance(r, dict) else r for r in reasons]
        if isinstance(reasons, list)
        else []
    )
    return [text for text in found if isinstance(text, str) and text]


def _screening(encounter: dict[str, Any]) -> dict[str, Any]:
    """Code and text of the three screening questions; empty when not sent (read sample, contract 4.2)."""
    columns = {}
    for topic in ("allergy", "smoking", "drinking"):
        answer = _object(encounter.get(f"screen_{topic}"))
        columns[f"screen_{topic}_code"] = answer.get("code", "")
        columns[f"screen_{topic}_text"] = answer.get("display", "")
    return columns


def _pseudo_text(encounter: dict[str, Any], code: str) -> str:
    """Text a HIS ships as a diagnosis under a pseudo code (contract 4.2)."""
    rows = [row for row in _list(encounter.get("Condition")) if isinstance(row, dict)]
    return ", ".join(text_of(row.get("code")) for row in rows if coding(row.get("code")).get("code") == code)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _vital_signs(given: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in given if isinstance(given, list) else [given]:
        merged |= part if isinstance(part, dict) else {}
    columns: dict[str, Any] = {}
    for key, column in _VITAL_COLUMNS.items():
        quantity = merged[key].get("valueQuantity") if isinstance(merged.get(key), dict) else None
        if isinstance(quantity, dict):
            columns[f"vital_sign_{column}"] = quantity.get("value")
    for column in _FLAT_VITALS:
        if column in merged:
            columns[f"vital_sign_{column}"] = merged[column]
    return columns


def child_columns(row: dict[str, Any]) -> dict[str, Any]:
    """What the app shows of a lab result, diagnosis or drug; `row` is a stored child."""
    body = orjson.loads(row["body"])
    code, text = coding(body.get("code")), text_of(body.get("code"))
    columns: dict[str, Any] = {"encounter_ref_code": row["ref"]}
    if row["kind"] == "Observation":
        quantity = _object(body.get("valueQuantity"))
        columns |= {
            "display": text,
            "display_md5": row["key_md5"],
            "loinc_code": code.get("code", ""),
            "tmlt_code": _code_of(body.get("code"), "tmlt"),
            "value": quantity.get("value"),
            "unit": quantity.get("unit", ""),
            "value_string": body.get("valueString", ""),
            "issued": naive(body.get("issued")),
            "interpretation": ", ".join(map(text_of, _list(body.get("interpretation")))),
            **_reference_range(body.get("referenceRange")),
        }
    elif row["kind"] == "Condition":
        columns |= {
            "condition_key_md5": row["key_md5"],
            "condition_code": code.get("code", ""),
            "condition_text": text,
            "clinical_category_text": ", ".join(map(text_of, _list(body.get("category")))),
            "recorded_date": naive(body.get("recordedDate")),
        }
    else:
        columns |= {
            "code_text": text,
            "code_text_md5": row["key_md5"],
            "code": code.get("code", ""),
            "category": body.get("category", ""),
            "qty": _object(body.get("finance")).get("qty"),
            "dosage_text": _dosage(body),
        }
    return columns


def _code_of(concept: Any, label: str) -> str:
    """Code of the first coding whose system names this list."""
    found = [item for item in _list(_object(concept).get("coding")) if isinstance(item, dict)]
    return next((str(c.get("code", "")) for c in found if label in str(c.get("system", ""))), "")


def _reference_range(given: Any) -> dict[str, Any]:
    first = _object(next(iter(_list(given)), None))
    return {
        "reference_range_normal_low": _object(first.get("low")).get("value"),
        "reference_range_normal_high": _object(first.get("high")).get("value"),
        "reference_range_text": first.get("text", ""),
    }


def _dosage(body: dict[str, Any]) -> str:
    statement = body.get("statement")
    dosage = statement.get("dosage") if isinstance(statement, dict) else None
    first = dosage[0] if isinstance(dosage, list) and dosage and isinstance(dosage[0], dict) else {}
    return str(first.get("patientInstruction") or first.get("text") or "")
