"""Upload calls: UpdatePHRv1 (contract 4.2) and the two registers that it might wipe (4.3, 4.5)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson

from phr_sandbox.national.deletions import DeletionKind
from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer
from phr_sandbox.national.rows import child_key, register_key, vital_rows
from phr_sandbox.national.rules import (
    CHILDREN,
    CID_SYSTEM,
    REGISTERS,
    VN_SYSTEM,
    RefusedError,
    check_encounter,
    check_organization,
    check_patient,
    identifier_value,
    organization_code,
    usable_rows,
)
from phr_sandbox.national.store import EncounterWrite


def full_ref(hospital_code: str, visit: str) -> str:
    """``hcode:vn`` from a bare or a prefixed reference (contract 3.4)."""
    return visit if visit.startswith(f"{hospital_code}:") else f"{hospital_code}:{visit}"


def encounter_ref(_sandbox: Sandbox, _query: dict[str, str], body: Any) -> str:
    """Reference of an UpdatePHRv1 body, empty when it has none."""
    if not isinstance(body, dict):
        return ""
    hospital_code = organization_code(body.get("managingOrganization")) or ""
    encounters = body.get("Encounter")
    first = encounters[0] if isinstance(encounters, list) and encounters else None
    visit = identifier_value(first.get("identifier"), VN_SYSTEM) if isinstance(first, dict) else None
    return full_ref(hospital_code, visit) if visit else ""


def person_ref(sandbox: Sandbox, _query: dict[str, str], body: Any) -> str:
    """Reference of a register body: a salted digest, so that no citizen id reaches the log."""
    patient = body.get("Patient") if isinstance(body, dict) else None
    cid = identifier_value(patient.get("identifier"), CID_SYSTEM) if isinstance(patient, dict) else None
    hospital_code = organization_code(body.get("managingOrganization")) if isinstance(body, dict) else None
    return sandbox.store.person_ref(hospital_code or "", cid) if cid else ""


def update_phr(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/UpdatePHRv1``: file one visit (or, scope ALL, the whole history) under ``hcode:vn``."""
    body, hospital_code = call.body, call.hospital_code
    started = time.perf_counter()
    check_organization(body, hospital_code)
    cid = check_patient(body, call.warnings)
    encounters = body.get("Encounter")
    if not isinstance(encounters, list) or not encounters:
        raise RefusedError("Encounter missing")
    whole_history = str(body["managingOrganization"].get("scope") or "").upper() == "ALL"
    if len(encounters) != 1 and not whole_history:
        raise RefusedError("more than one Encounter without scope ALL")

    merge = sandbox.settings.resend == "merge"
    sandbox.store.write_patient(hospital_code, cid, orjson.dumps(body["Patient"]))
    profiler: list[dict[str, int]] = [{"patient": _since(started)}]
    refs = []
    for encounter in encounters:
        written = _encounter_write(body, encounter, hospital_code, cid, call.warnings)
        dropped = sandbox.store.write_encounter(written, merge=merge)
        if dropped:
            _note(sandbox, call, "children", written.ref, dropped)
        refs.append(written.ref)
        for section in ("medications", "observations", "appointments"):
            profiler.append({f"{section}_{written.ref}": _since(started)})
        # Worst reading of R8: a nested Immunization list, even an empty one, is the person's whole register.
        _replace_if_present(sandbox, call, cid, "Immunization", encounter)
    _replace_if_present(sandbox, call, cid, "AllergyIntolerance", body)
    if whole_history:
        forget = not sandbox.settings.mask_survives_removal
        dropped = sandbox.store.drop_other_encounters(hospital_code, cid, refs, forget_mask=forget)
        _note(sandbox, call, "encounter", sandbox.store.person_ref(hospital_code, cid), dropped)
    return Answer(
        extra={
            "profiler": profiler,
            "processing_warning": call.warnings,
            "note": "Normal processing",
        }
    )


def _encounter_write(
    body: dict[str, Any], encounter: Any, hospital_code: str, cid: str, warnings: list[str]
) -> EncounterWrite:
    visit = check_encounter(encounter, hospital_code, warnings)
    children = [
        (kind, child_key(kind, row), orjson.dumps(row))
        for kind, rules in CHILDREN.items()
        for row in usable_rows(encounter, kind, rules, warnings)
    ]
    children += vital_rows(encounter.get("vital_signs"))
    document = body if len(body["Encounter"]) == 1 else {**body, "Encounter": [encounter]}
    return EncounterWrite(
        ref=full_ref(hospital_code, visit),
        hospital_code=hospital_code,
        cid=cid,
        service_date=encounter["period"]["start"][:10],  # clock time as written: the Z is a label (3.3)
        body=orjson.dumps(document, option=orjson.OPT_SORT_KEYS),
        children=children,
        sender=str(body["managingOrganization"].get("agent") or "")[:128],
    )


def _replace_if_present(sandbox: Sandbox, call: Call, cid: str, kind: str, parent: dict[str, Any]) -> None:
    if kind in parent:
        _replace(sandbox, call, cid, kind, register_rows(call, kind, parent))


def _replace(sandbox: Sandbox, call: Call, cid: str, kind: str, rows: list[tuple[str, bytes]]) -> None:
    dropped = sandbox.store.replace_register(call.hospital_code, cid, kind, rows)
    if dropped:
        _note(sandbox, call, "register", sandbox.store.person_ref(call.hospital_code, cid), {kind: dropped})


def _note(sandbox: Sandbox, call: Call, kind: DeletionKind, ref: str, rows: Mapping[str, int]) -> None:
    sandbox.deletions.note(call=call.name, kind=kind, hospital_code=call.hospital_code, ref=ref, rows=rows)


def register_rows(call: Call, kind: str, parent: dict[str, Any]) -> list[tuple[str, bytes]]:
    """(key, row as JSON) of a register's list; complaints go to the call's warnings."""
    rows = usable_rows(parent, kind, REGISTERS[kind], call.warnings)
    return [(register_key(kind, row), orjson.dumps(row)) for row in rows]


def update_immunizations(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/ImmunizationRegisterv1``: the list replaces the person's register (contract 4.5)."""
    cid = register_person(call, "Immunization")
    if not call.body["Immunization"] and sandbox.settings.empty_register != "wipe":
        if sandbox.settings.empty_register == "refuse":
            raise RefusedError("Immunization is empty")
        return Answer(extra={"processing_warning": call.warnings})
    _replace(sandbox, call, cid, "Immunization", register_rows(call, "Immunization", call.body))
    return Answer(extra={"processing_warning": call.warnings})


def update_allergies(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/AllergyIntolerancev1``: add or update by the allergy's identifier (contract 4.3)."""
    cid = register_person(call, "AllergyIntolerance")
    rows = register_rows(call, "AllergyIntolerance", call.body)
    sandbox.store.merge_register(call.hospital_code, cid, "AllergyIntolerance", rows)
    return Answer(extra={"processing_warning": call.warnings})


def register_person(call: Call, kind: str) -> str:
    """Citizen id of a register body.

    :raises RefusedError: when sender, person or the list itself are not as needed.
    """
    check_organization(call.body, call.hospital_code)
    cid = check_patient(call.body, call.warnings)
    if not isinstance(call.body.get(kind), list):
        raise RefusedError(f"{kind} missing")
    return cid


def _since(started: float) -> int:
    return int((time.perf_counter() - started) * 1000)
