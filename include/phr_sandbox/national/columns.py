"""Columns of the read side: what a citizen's app is shown of visits, and what hospitals are compared by.

Every kind has always the same columns; what was not sent is null or an empty text, and an empty date comes
back as 1970-01-01 (contract 5). Names are those of the published samples where they are known
(``encounter_ref_code``, ``display_md5``, ``condition_key_md5``, ``code_text_md5``, ``vital_sign_*``, the
stored columns of Coverage); the rest is the double's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from phr_sandbox.national.fields import (
    code,
    coding,
    day,
    first_of,
    list_of,
    moment,
    object_of,
    text,
    text_of,
    texts,
)
from phr_sandbox.national.rows import FLAT_VITALS, VITAL_SIGN

Columns = dict[str, Any]
Stored = Mapping[str, Any]


def patient_columns(patient: dict[str, Any]) -> Columns:
    """Of a stored Patient block."""
    address, telecom = first_of(patient.get("address")), first_of(patient.get("telecom"))
    return {
        "name_text": text(first_of(patient.get("name")).get("text")),
        "birth_date": day(patient.get("birthDate")),
        "gender": text(patient.get("gender")),
        "deceased": patient.get("deceasedBoolean"),
        "marital_status_code": code(patient.get("maritalStatus")),
        "nationality_code": code(patient.get("nationality")),
        "telecom_value": text(telecom.get("value")),
        "address_code": str(address.get("address_code") or ""),
        "address_text": text(address.get("text")),
    }


def vital_columns(rows: Sequence[Stored]) -> Columns:
    """``vital_sign_*`` of one encounter, from its stored children (others are passed over)."""
    found: dict[str, Any] = {}
    for row in rows:
        if row["kind"] == VITAL_SIGN:
            found |= orjson.loads(row["body"])
    return {f"vital_sign_{column}": found.get(column) for column in FLAT_VITALS}


def encounter_columns(row: Stored, children: Sequence[Stored], *, masked: bool = False) -> Columns:
    """Of a stored encounter; `children` holds its vital signs."""
    encounter = orjson.loads(row["body"])["Encounter"][0]
    period, kind = encounter["period"], object_of(encounter.get("class"))
    return {
        "encounter_ref_code": row["ref"],
        "organization_code": row["hospital_code"],
        "organization_name": text(object_of(encounter.get("managingOrganization")).get("display")),
        "status": text(encounter.get("status")),
        "period_start": moment(period.get("start")),
        "period_end": moment(period.get("end")),
        "class_code": text(kind.get("code")),
        "type_code": code(encounter.get("type")),
        "type_text": text_of(encounter.get("type")),
        "priority_code": code(encounter.get("priority")),
        "priority_text": text_of(encounter.get("priority")),
        "division_code": text(object_of(encounter.get("division")).get("code")),
        "division_text": text(object_of(encounter.get("division")).get("display")),
        "reason_text": texts(encounter.get("reason")),
        "participant_text": text(
            object_of(first_of(encounter.get("participant")).get("individual")).get("display")
        ),
        **_screening(encounter),
        "encounter_hpi_text": _pseudo_text(encounter, "hpi"),
        "finance_total_amount": encounter.get("financeTotalAmount"),
        "finance_reimbursement_amount": encounter.get("financeReimbursementAmount"),
        "finance_paid_amount": encounter.get("financePaidAmount"),
        **vital_columns(children),
        "pass_phr_filter": True,
        "phr_filter_note": "",
        "is_mark": masked,
    }


def _screening(encounter: dict[str, Any]) -> Columns:
    """Code and text of the three screening questions; empty when not sent (read sample, contract 4.2)."""
    columns: Columns = {}
    for topic in ("allergy", "smoking", "drinking"):
        answer = object_of(encounter.get(f"screen_{topic}"))
        columns[f"screen_{topic}_code"] = text(answer.get("code"))
        columns[f"screen_{topic}_text"] = text(answer.get("display"))
    return columns


def _pseudo_text(encounter: dict[str, Any], pseudo: str) -> str:
    """Text a HIS ships as a diagnosis under a pseudo code (contract 4.2)."""
    rows = map(object_of, list_of(encounter.get("Condition")))
    return ", ".join(text_of(row.get("code")) for row in rows if code(row.get("code")) == pseudo)


def _reference_range(given: Any) -> Columns:
    first = object_of(next(iter(list_of(given)), None))
    return {
        "reference_range_normal_low": object_of(first.get("low")).get("value"),
        "reference_range_normal_high": object_of(first.get("high")).get("value"),
        "reference_range_text": text(first.get("text")),
    }


def _code_of(concept: Any, label: str) -> str:
    """Code of the first coding whose system names this list."""
    found = map(object_of, list_of(object_of(concept).get("coding")))
    return next((text(c.get("code")) for c in found if label in text(c.get("system"))), "")


def _observation(body: dict[str, Any], key: str) -> Columns:
    coded, quantity = coding(body.get("code")), object_of(body.get("valueQuantity"))
    return {
        "display": text_of(body.get("code")),
        "display_md5": key,
        # the system is a label that nobody checks (3.5): whatever code stands here is filed as this one
        "loinc_code": text(coded.get("code")),
        "code_system": text(coded.get("system")),
        "tmlt_code": _code_of(body.get("code"), "tmlt"),
        "value": quantity.get("value"),
        "unit": text(quantity.get("unit")),
        "value_string": text(body.get("valueString")),
        "interpretation": ", ".join(text_of(item) for item in list_of(body.get("interpretation"))),
        **_reference_range(body.get("referenceRange")),
        "status": text(body.get("status")),
        "issued": moment(body.get("issued")),
        "effective_date_time": moment(body.get("effectiveDateTime")),
        "profile_group": text(body.get("profile_group")),
        "asserter_name": text(object_of(body.get("asserter")).get("display")),
    }


def _condition(body: dict[str, Any], key: str) -> Columns:
    return {
        "condition_key_md5": key,
        "condition_code": code(body.get("code")),
        "condition_text": text_of(body.get("code")),
        "clinical_status": code(body.get("clinicalStatus")),
        "verification_status": code(body.get("verificationStatus")),
        "category_text": text_of(first_of(body.get("category"))),
        "clinical_category_text": ", ".join(text_of(item) for item in list_of(body.get("category"))),
        "severity_text": text_of(body.get("severity")),
        "recorded_date": moment(body.get("recordedDate")),
        "asserter_name": text(object_of(body.get("asserter")).get("display")),
    }


def _medication(body: dict[str, Any], key: str) -> Columns:
    finance, statement = object_of(body.get("finance")), object_of(body.get("statement"))
    dosage = first_of(statement.get("dosage"))
    return {
        "code_text": text_of(body.get("code")),
        "code_text_md5": key,
        "code": code(body.get("code")),
        "code_system": text(coding(body.get("code")).get("system")),
        "category": text(body.get("category")),
        "qty": finance.get("qty"),
        "unit_price": finance.get("unitPrice"),
        "effective_date_time": moment(statement.get("effectiveDateTime")),
        "usage_text": text(dosage.get("text")),
        "dosage_text": text(dosage.get("patientInstruction") or dosage.get("text")),
    }


def _coverage(body: dict[str, Any], _key: str) -> Columns:
    group, subgroup = object_of(body.get("class_group")), object_of(body.get("class_subgroup"))
    for entry in map(object_of, list_of(body.get("class"))):
        if code(entry.get("type")) == "subgroup":
            subgroup = entry
        elif code(entry.get("type")) == "group":
            group = entry
    contracts = {
        str(entry.get("reference")): entry.get("identifier")
        for entry in map(object_of, list_of(body.get("contract")))
    }
    period = object_of(body.get("period"))
    return {
        "payer": text(first_of(body.get("payor")).get("reference")),
        "class_group_value": text(group.get("value")),
        "class_group_name": text(group.get("name")),
        "class_subgroup_value": text(subgroup.get("value")),
        "class_subgroup_name": text(subgroup.get("name")),
        "contract_main_identifier": text(contracts.get("MainHospital")),
        "contract_sub_identifier": text(contracts.get("SubHospital")),
        "reimbursement_amount": body.get("reimbursementAmount"),
        "paid_amount": body.get("paidAmount"),
        "period_start": day(period.get("start")),
        "period_end": day(period.get("end")),
    }


def _appointment(body: dict[str, Any], _key: str) -> Columns:
    instruction = object_of(first_of(body.get("patientInstruction")).get("concept"))
    return {
        "status": text(body.get("status")),
        "service_type_code": code(first_of(body.get("serviceType"))),
        "service_type_text": text_of(first_of(body.get("serviceType"))),
        "reason_text": text(object_of(first_of(body.get("reason")).get("reference")).get("display")),
        "description": text(body.get("description")),
        "start": moment(body.get("start")),
        "end": moment(body.get("end")),
        "created": day(body.get("created")),
        "note_text": texts(body.get("note")),
        "patient_instruction": text(instruction.get("text")),
    }


def _report(body: dict[str, Any], _key: str) -> Columns:
    return {
        "code": code(body.get("code")),
        "display": text_of(body.get("code")),
        "status": text(body.get("status")),
        "issued": moment(body.get("issued")),
        "conclusion": text(body.get("conclusion")),
    }


_CHILDREN: dict[str, Callable[[dict[str, Any], str], Columns]] = {
    "Observation": _observation,
    "Condition": _condition,
    "Medication": _medication,
    "Coverage": _coverage,
    "Appointment": _appointment,
    "DiagnosticReport": _report,
}
#: kinds of children that are read one row each; also Actions of WebApp
CHILD_KINDS = tuple(_CHILDREN)


def child_columns(row: Stored) -> Columns:
    """Of a stored child of one of :data:`CHILD_KINDS`."""
    columns = _CHILDREN[row["kind"]](orjson.loads(row["body"]), row["key_md5"])
    return {"encounter_ref_code": row["ref"], **columns}
