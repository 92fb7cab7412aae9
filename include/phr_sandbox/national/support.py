"""Support calls: removal, agent heartbeat, eKYC (contract 5, 8)."""

from __future__ import annotations

import time
from typing import Any

from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer, refused, too_many
from phr_sandbox.national.rules import valid_cid
from phr_sandbox.national.upload import full_ref


def query_encounter(_sandbox: Sandbox, query: dict[str, str], _body: Any) -> str:
    """Reference of a RemoveEncounter call, always with its hospital."""
    ref = query.get("encounter_ref_code", "")
    return full_ref(query.get("hospital_code", ""), ref) if ref else ""


def body_hospital(_sandbox: Sandbox, _query: dict[str, str], body: Any) -> str:
    """Reference of an agent call: the hospital code."""
    return str(body.get("hospital_code", "")) if isinstance(body, dict) else ""


def no_ref(_sandbox: Sandbox, _query: dict[str, str], _body: Any) -> str:
    """For calls about a citizen: no reference, because it would be the citizen id."""
    return ""


def remove_encounter(sandbox: Sandbox, call: Call) -> Answer:
    """``GET /api/RemoveEncounter``: a GET that deletes (trap 5); when it shows is ``remove_effect``."""
    if call.query.get("hospital_code") != call.hospital_code:
        return refused("hospital_code is not the hospital of the token")
    ref = call.query.get("encounter_ref_code", "")
    if not ref:
        return refused("encounter_ref_code missing")
    ref, store, settings = full_ref(call.hospital_code, ref), sandbox.store, sandbox.settings
    known, forget = store.knows(ref), not settings.mask_survives_removal
    deleted = (
        store.remove_encounter(ref, forget_mask=forget)
        if settings.remove_effect == "now"
        else {}  # written down all the same: a destructive call was made
    )
    number = sandbox.deletions.note(
        call=call.name, kind="encounter", hospital_code=call.hospital_code, ref=ref, rows=deleted
    )
    if not known:
        return refused("Record not found !", 500)
    if settings.remove_effect == "later":
        due = time.time() + settings.remove_delay_seconds
        sandbox.deletions.remove_later(ref, due=due, number=number, forget_mask=forget)
    return Answer()


def update_agent_status(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/UpdateAgentStatus`` (and ``mode=Error``): heartbeats at least 5 s apart (trap 9)."""
    body = call.body if isinstance(call.body, dict) else {}
    if body.get("hospital_code") != call.hospital_code:
        return refused("hospital_code is not the hospital of the token")
    status = body.get("agent_status")
    if not isinstance(status, str):
        return refused("agent_status missing")
    mode = "error" if call.query.get("mode", "").lower() == "error" else "status"
    last = sandbox.store.agent(call.hospital_code, mode)
    if last is not None:
        left = float(last["at"]) + sandbox.settings.heartbeat_seconds - time.time()
        if left > 0:
            return too_many(left)
    sandbox.store.write_agent(
        call.hospital_code, mode, str(body.get("agent_computer_name") or ""), status[:500]
    )
    return Answer()


def agent_computer_name(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/GetAgentComputerName``: the computer of the last heartbeat, empty when there was none."""
    body = call.body if isinstance(call.body, dict) else {}
    if body.get("hospital_code") != call.hospital_code:
        return refused("hospital_code is not the hospital of the token")
    last = sandbox.store.agent(call.hospital_code, "status")
    return Answer(result=last["computer_name"] if last else "")


def check_ekyc(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /idp/api/check_ekyc``: how often the person completed eKYC; 0 = never (contract 8)."""
    cid = call.body.get("cid") if isinstance(call.body, dict) else None
    if not isinstance(cid, str) or not valid_cid(cid):
        return refused("cid missing or invalid")
    return Answer(result=sandbox.settings.ekyc.get(cid, sandbox.settings.ekyc_default))
