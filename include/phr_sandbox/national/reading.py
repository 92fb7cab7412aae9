"""The read side: what a citizen's app would show (contract 5, 3.4).

The double lets any valid hospital token read and does not ask for the OTP. Column names follow the
published samples where these are known (``encounter_ref_code``, ``display_md5``, ``condition_key_md5``,
``code_text_md5``, ``vital_sign_*``); the rest is the double's own.
"""

from __future__ import annotations

import orjson

from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer, not_implemented, refused
from phr_sandbox.national.rows import child_columns, encounter_columns
from phr_sandbox.national.rules import valid_cid

_CHILD_ACTIONS = ("Observation", "Condition", "Medication")
#: Action -> kind of register
_REGISTER_ACTIONS = {"Immunization": "Immunization", "Allergy": "AllergyIntolerance"}


def web_app(sandbox: Sandbox, call: Call) -> Answer:
    """``/api/WebApp?Action=``: POST {cid, otp} or GET ``&cid=``; one person's rows over all hospitals."""
    action = call.query.get("Action", "")
    cid = call.body.get("cid") if isinstance(call.body, dict) else call.query.get("cid")
    if not isinstance(cid, str) or not valid_cid(cid):
        return refused("cid missing or invalid")
    if action == "PatientSummary":
        return _patient_summary(sandbox, cid)
    if action == "Encounter":
        rows = sandbox.store.rows(
            "SELECT * FROM encounters WHERE cid = ? ORDER BY service_date DESC, ref", (cid,)
        )
        return Answer(result=[encounter_columns(row) for row in rows])
    if action in _CHILD_ACTIONS:
        only = call.query.get("Code", "") if call.query.get("mode") == "Encounter" else ""
        rows = sandbox.store.rows(
            "SELECT c.* FROM children c JOIN encounters e ON e.ref = c.ref"
            " WHERE e.cid = ? AND c.kind = ? AND (? = '' OR c.ref = ?)"
            " ORDER BY e.service_date DESC, c.ref, c.key_md5",
            (cid, action, only, only),
        )
        return Answer(result=[child_columns(row) for row in rows])
    if action in _REGISTER_ACTIONS:
        rows = sandbox.store.rows(
            "SELECT * FROM registers WHERE cid = ? AND kind = ? ORDER BY hospital_code, key",
            (cid, _REGISTER_ACTIONS[action]),
        )
        return Answer(
            result=[{"organization_code": row["hospital_code"], **orjson.loads(row["body"])} for row in rows]
        )
    return not_implemented()


def _patient_summary(sandbox: Sandbox, cid: str) -> Answer:
    found = sandbox.store.rows("SELECT * FROM patients WHERE cid = ?", (cid,))
    if not found:
        return refused("Record not found !", 500)
    counted = sandbox.store.rows("SELECT COUNT(*) AS n FROM encounters WHERE cid = ?", (cid,))
    patient = orjson.loads(found[0]["body"])
    return Answer(
        result={
            "name_text": patient["name"][0].get("text", "") if isinstance(patient["name"][0], dict) else "",
            "birth_date": patient["birthDate"][:10],
            "gender": patient["gender"],
            "last_organization_code": found[0]["hospital_code"],
            "encounter_count": counted[0]["n"],
        }
    )
