"""Coverage and appointments of an encounter (contract 4.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from phr.canonical import Appointment, Coverage
from phr.mapping.codemaps import COVERAGE_GROUP, INSTYPE
from phr.mapping.common import in_key_order, moment, natural, practitioner
from phr.settings import EndpointSettings

SELF = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship",
            "code": "self",
            "display": "Self",
        }
    ]
}
FOLLOW_UP = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/v2-0276",
            "code": "FOLLOWUP",
            "display": "Follow up",
        }
    ]
}
ATTENDER = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "ATND"}]
}


AUTHCODE = "https://www.nhso.go.th/authcode"
#: what is typed into a code column and is somebody's citizen id
_CITIZEN_ID = re.compile(r"[0-9]{13}", re.ASCII)


def coverages(rows: Sequence[Coverage], endpoint: EndpointSettings) -> list[dict[str, Any]]:
    """``Coverage[]``, the primary one first, in the shape the endpoint setting names (10.2, open)."""
    ordered = sorted(rows, key=lambda row: (row.sequence is None, row.sequence or 0, natural(row.row_key)))
    shape = _flat if endpoint.coverage_shape == "flat" else _fhir
    return [shape(row) for row in ordered]


def _flat(row: Coverage) -> dict[str, Any]:
    return {"class_group": {"value": _group(row), "name": _group_name(row)}}


def _group(row: Coverage) -> str:
    """The main group as the HIS has it, else that of the INSTYPE, else nothing."""
    return row.group_code or INSTYPE.get(row.instype or "", {}).get("group", "")


def _group_name(row: Coverage) -> str:
    group = _group(row)
    if known := COVERAGE_GROUP.get(group):
        return known["name"]
    return row.plan_name or INSTYPE.get(row.instype or "", {}).get("name", "") or group


def _fhir(row: Coverage) -> dict[str, Any]:
    group = _group(row)
    known = COVERAGE_GROUP.get(group)
    item: dict[str, Any] = {}
    if codes := _codes(row):
        item["identifier"] = [{"system": AUTHCODE, "value": code} for code in codes]
    item["status"] = "active"
    if known:
        item["type"] = {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                    "code": known["policy"],
                    "display": "public healthcare",
                }
            ]
        }
    item["relationship"] = SELF
    period = {"start": row.begin_date, "end": row.expire_date}
    item["period"] = {key: day for key, day in period.items() if day}
    if known:
        item["payor"] = [{"reference": known["payer"]}]
    item["class"] = [_class("group", group, _group_name(row))]
    if row.subgroup:
        item["class"].append(_class("subgroup", row.subgroup, None))
    item["contract"] = [
        {"reference": role, "identifier": hcode}
        for role, hcode in (("MainHospital", row.main_hospital), ("SubHospital", row.sub_hospital))
        if hcode
    ]
    return item


def _codes(row: Coverage) -> list[str]:
    """Authorisation and claim code of the visit, each once; a citizen id typed there is no such code."""
    found = [code for code in (row.auth_code, row.claim_code) if code and not _CITIZEN_ID.fullmatch(code)]
    return list(dict.fromkeys(found))


def _class(kind: str, value: str, name: str | None) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/coverage-class"
    item: dict[str, Any] = {"type": {"coding": [{"system": system, "code": kind}]}, "value": value}
    if name:
        item["name"] = name
    return item


def appointments(
    rows: Sequence[Appointment], subject: dict[str, Any], endpoint: EndpointSettings
) -> list[dict[str, Any]]:
    """``Appointment[]`` (capital, singular: the plural key was ignored), each with a day (see the caller)."""
    return [_appointment(row, subject, endpoint.time_suffix) for row in in_key_order(rows)]


def _appointment(row: Appointment, subject: dict[str, Any], suffix: str) -> dict[str, Any]:
    day = row.start_date or ""
    item: dict[str, Any] = {"status": "booked"}
    if row.clinic_code or row.clinic_name:
        clinic = {"code": row.clinic_code or "", "display": row.clinic_name or ""}
        item["serviceType"] = [{"coding": [clinic]}]
    item["appointmentType"] = FOLLOW_UP
    if row.cause:
        item["reason"] = [{"reference": {"display": row.cause}}]
        item["description"] = row.cause
    item["start"] = moment(day, row.start_time, suffix)
    item["end"] = moment(day, row.end_time or row.start_time, suffix)
    if row.created_date:
        item["created"] = row.created_date
    if row.note:
        item["note"] = [{"text": row.note}]
    item["subject"] = subject
    item["participant"] = [{"actor": subject, "required": True, "status": "accepted"}]
    if who := practitioner(row.doctor_name, None):
        item["participant"].append({"type": [ATTENDER], "actor": who, "required": True, "status": "accepted"})
    return item
