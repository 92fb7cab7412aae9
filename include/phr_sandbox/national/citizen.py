"""What a citizen does: hide a visit (``MaskEncounter``), call it wrong (``ReportEncounter``) (contract 5)."""

from __future__ import annotations

import time
from typing import Any

from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer, not_implemented, refused
from phr_sandbox.national.rules import valid_cid


def body_encounter(_sandbox: Sandbox, _query: dict[str, str], body: Any) -> str:
    """Reference of a MaskEncounter call; never the citizen id."""
    ref = body.get("encounter_ref_code") if isinstance(body, dict) else None
    return ref if isinstance(ref, str) else ""


def mask_encounter(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/MaskEncounter?mode=set`` or ``get``.

    The mask stands beside the visit, not in it, so that no re-send takes it away (control RT9).
    """
    found = _encounter(sandbox, call)
    if isinstance(found, Answer):
        return found
    cid, ref = found
    mode = call.query.get("mode", "")
    if mode == "set":
        sandbox.store.db.execute("INSERT OR IGNORE INTO masks VALUES (?,?,?)", (ref, cid, time.time()))
    elif mode != "get":
        return not_implemented()
    masked = bool(sandbox.store.rows("SELECT 1 FROM masks WHERE ref = ?", (ref,)))
    return Answer(result={"encounter_ref_code": ref, "is_mark": masked})


def report_encounter(sandbox: Sandbox, call: Call) -> Answer:
    """``WebApp?Action=ReportEncounter&mode=ADD|DELETE|LIST``; one report for each person and visit.

    ADD and DELETE answer the number of the person's reports, LIST the reports themselves (its shape is not
    published).
    """
    mode = call.query.get("mode", "").upper()
    if mode == "LIST":
        cid = call.body.get("cid") if isinstance(call.body, dict) else None
        if not isinstance(cid, str) or not valid_cid(cid):
            return refused("cid missing or invalid")
        return Answer(
            result=sandbox.store.rows(
                "SELECT ref AS encounter_ref_code, reason_text FROM reports WHERE cid = ? ORDER BY ref",
                (cid,),
            )
        )
    found = _encounter(sandbox, call)
    if isinstance(found, Answer):
        return found
    cid, ref = found
    if mode == "ADD":
        reason = str(call.body.get("reason_text") or "")
        sandbox.store.db.execute(
            "INSERT OR REPLACE INTO reports VALUES (?,?,?,?)", (cid, ref, reason, time.time())
        )
    elif mode == "DELETE":
        sandbox.store.db.execute("DELETE FROM reports WHERE cid = ? AND ref = ?", (cid, ref))
    else:
        return not_implemented()
    counted = sandbox.store.rows("SELECT COUNT(*) AS n FROM reports WHERE cid = ?", (cid,))
    return Answer(result=counted[0]["n"])


def _encounter(sandbox: Sandbox, call: Call) -> tuple[str, str] | Answer:
    """Citizen id and reference of the body, when that visit is that person's."""
    body = call.body if isinstance(call.body, dict) else {}
    cid, ref = body.get("cid"), body.get("encounter_ref_code")
    if not isinstance(cid, str) or not valid_cid(cid):
        return refused("cid missing or invalid")
    if not isinstance(ref, str) or not ref:
        return refused("encounter_ref_code missing")
    if not sandbox.store.rows("SELECT 1 FROM encounters WHERE ref = ? AND cid = ?", (ref, cid)):
        return refused("Record not found !", 500)
    return cid, ref
