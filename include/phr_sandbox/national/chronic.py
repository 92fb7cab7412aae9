"""``PatientChronicRegisterv1``: the chronic register, and the call that can empty it (contract 4.4)."""

from __future__ import annotations

from typing import Any

import orjson

from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer, refused
from phr_sandbox.national.fields import code
from phr_sandbox.national.rules import REGISTERS, RefusedError, usable_rows
from phr_sandbox.national.upload import person_ref, register_person

KIND = "ChronicDiseaseRegister"


def chronic_ref(sandbox: Sandbox, query: dict[str, str], body: Any) -> str:
    """Reference of a call: the person's digest, or ``cd:<cd_code>`` of a removal."""
    if query.get("mode") == "remove":
        return f"cd:{query.get('cd_code', '')}"
    return person_ref(sandbox, query, body)


def chronic_register(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/PatientChronicRegisterv1``: add or update by ``chronic_ref_code``, or ``mode=remove``."""
    return _remove(sandbox, call) if call.query.get("mode") == "remove" else _upsert(sandbox, call)


def _upsert(sandbox: Sandbox, call: Call) -> Answer:
    cid = register_person(call, KIND)
    for row in usable_rows(call.body, KIND, REGISTERS[KIND], call.warnings):
        ref_code = row.get("chronic_ref_code")
        if not isinstance(ref_code, str) or not ref_code.strip():
            raise RefusedError(f"{KIND}.chronic_ref_code missing")
        # the reference is unique in the HIS (4.4): one that comes back for another person moves there
        sandbox.store.db.execute(
            "INSERT OR REPLACE INTO chronic VALUES (?,?,?,?,?)",
            (call.hospital_code, ref_code.strip(), code(row.get("code")), cid, orjson.dumps(row)),
        )
    return Answer(extra={"processing_warning": call.warnings})


def _remove(sandbox: Sandbox, call: Call) -> Answer:
    """An array of references; an EMPTY one deletes every entry of that code at the hospital (trap 4)."""
    cd_code, refs = call.query.get("cd_code", ""), call.body
    if not cd_code:
        return refused("cd_code missing")
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        return refused("body is not an array of chronic_ref_code")
    # one parameter however many references, so that no limit of the database is met
    deleted = sandbox.store.db.execute(
        "DELETE FROM chronic WHERE hospital_code = ? AND cd_code = ?"
        " AND (? = '[]' OR ref_code IN (SELECT value FROM json_each(?)))",
        (call.hospital_code, cd_code, given := orjson.dumps(refs).decode(), given),
    ).rowcount
    sandbox.deletions.note(
        call=call.name,
        kind="chronic",
        hospital_code=call.hospital_code,
        ref=f"cd:{cd_code}",
        rows={KIND: deleted} if deleted else {},
    )
    return Answer()


def chronic_refs(sandbox: Sandbox, call: Call) -> Answer:
    """``OrganizationSummary?data=patient_chronic_registry``: references of one ``cd_code``, in order."""
    cd_code = call.query.get("cd_code", "")
    if not cd_code:
        return refused("cd_code missing")
    rows = sandbox.store.rows(
        "SELECT ref_code FROM chronic WHERE hospital_code = ? AND cd_code = ? ORDER BY ref_code",
        (call.hospital_code, cd_code),
    )
    return Answer(result=[row["ref_code"] for row in rows])
