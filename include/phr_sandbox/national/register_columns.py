"""Columns of the read side: doses, allergies, chronic diseases. See :mod:`phr_sandbox.national.columns`."""

from __future__ import annotations

import orjson

from phr_sandbox.national.columns import Columns, Stored
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
from phr_sandbox.national.rows import bare_visit


def immunization_columns(row: Stored) -> Columns:
    """Of a stored dose."""
    body, hospital_code = orjson.loads(row["body"]), row["hospital_code"]
    dose, performer = object_of(body.get("doseQuantity")), object_of(body.get("performer"))
    return {
        "organization_code": hospital_code,
        "encounter_ref_code": f"{hospital_code}:{bare_visit(body.get('encounterRefCode') or '')}",
        "vaccine_code": code(body.get("vaccineCode")),
        "vaccine_text": text_of(body.get("vaccineCode")),
        "status": text(body.get("status")),
        "occurrence_date_time": moment(body.get("occurrenceDateTime")),
        "primary_source": body.get("primarySource"),
        "location": text(body.get("location")),
        "manufacturer": text(body.get("manufacturer")),
        "lot_number": text(body.get("lotNumber")),
        "expiration_date": day(body.get("expirationDate")),
        "site_code": code(body.get("site")),
        "route_code": code(body.get("route")),
        "dose_value": dose.get("value"),
        "dose_unit": text(dose.get("code") or dose.get("unit")),
        "note_text": texts(body.get("note")),
        "performer_license_no": text(performer.get("license_no")),
        "performer_name": text(performer.get("name")),
    }


def allergy_columns(row: Stored) -> Columns:
    """Of a stored allergy."""
    body = orjson.loads(row["body"])
    manifestations = list_of(first_of(body.get("reaction")).get("manifestation"))
    return {
        "organization_code": row["hospital_code"],
        "allergy_ref_code": row["key"],
        "substance_code": code(body.get("code")),
        "substance_text": text_of(body.get("code")),
        "code_system": text(coding(body.get("code")).get("system")),
        "category": texts(body.get("category")),
        "criticality": text(body.get("criticality")),
        "clinical_status": code(body.get("clinicalStatus")),
        "verification_status": code(body.get("verificationStatus")),
        "seriousness_code": code(body.get("seriousness")),
        "allergy_group_code": code(body.get("allergyGroup")),
        "allergy_source_code": code(body.get("allergyInformationSource")),
        "allergy_result_code": code(body.get("allergyResult")),
        "naranjo_result_code": code(body.get("naranjoResult")),
        "preventable": body.get("preventable"),
        "recorded_date": moment(body.get("recordedDate")),
        "record_officer": text(object_of(body.get("recordOfficer")).get("display")),
        "reaction_text": ", ".join(found for found in map(text_of, manifestations) if found),
    }


def chronic_columns(row: Stored) -> Columns:
    """Of a stored entry of the chronic disease register."""
    body = orjson.loads(row["body"])
    return {
        "organization_code": row["hospital_code"],
        "chronic_ref_code": row["ref_code"],
        "cd_code": row["cd_code"],
        "cd_text": text_of(body.get("code")),
        "clinical_status": code(body.get("clinicalStatus")),
        "clinical_text": text(body.get("clinicalText")),
        "register_date": day(body.get("registerDate")),
        "discharge_date": day(body.get("dischargeDate")),
        "recorded_date": moment(body.get("recordedDate")),
        "description_text": texts(body.get("description")),
        "condition_text": ", ".join(
            f"{text(entry.get('code'))}={text(entry.get('text'))}"
            for entry in map(object_of, list_of(body.get("condition")))
        ),
    }


#: kind of register -> its columns
REGISTER_COLUMNS = {"Immunization": immunization_columns, "AllergyIntolerance": allergy_columns}
