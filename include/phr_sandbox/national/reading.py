"""The read side: what a citizen's app would show (contract 5, 3.4).

The double lets any valid hospital token read and does not ask for the OTP. Masked visits are shown to nobody.
"""

from __future__ import annotations

from typing import Any

import orjson

from phr_sandbox.national.citizen import report_encounter
from phr_sandbox.national.columns import (
    CHILD_KINDS,
    child_columns,
    encounter_columns,
    patient_columns,
    vital_columns,
)
from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer, not_implemented, refused
from phr_sandbox.national.fields import moment, text_of
from phr_sandbox.national.register_columns import REGISTER_COLUMNS, chronic_columns
from phr_sandbox.national.rows import VITAL_SIGN
from phr_sandbox.national.rules import valid_cid
from phr_sandbox.national.store import Store

#: Action -> kind of register
_REGISTER_ACTIONS = {"Immunization": "Immunization", "Allergy": "AllergyIntolerance"}
_VISITS = (
    "SELECT * FROM encounters WHERE cid = ? AND (? = '' OR ref = ?)"
    " AND ref NOT IN (SELECT ref FROM masks) ORDER BY service_date DESC, ref"
)
_CHILDREN = (
    "SELECT c.* FROM children c JOIN encounters e ON e.ref = c.ref"
    " WHERE e.cid = ? AND c.kind = ? AND (? = '' OR c.ref = ?) AND c.ref NOT IN (SELECT ref FROM masks)"
    " ORDER BY e.service_date DESC, c.ref, c.key_md5"
)


def web_app(sandbox: Sandbox, call: Call) -> Answer:
    """``/api/WebApp?Action=``: POST {cid, otp} or GET ``&cid=``; one person's rows over all hospitals."""
    action, store = call.query.get("Action", ""), sandbox.store
    if action == "ReportEncounter":
        return report_encounter(sandbox, call)
    cid = call.body.get("cid") if isinstance(call.body, dict) else call.query.get("cid")
    if not isinstance(cid, str) or not valid_cid(cid):
        return refused("cid missing or invalid")
    only = call.query.get("Code", "") if call.query.get("mode") == "Encounter" else ""
    if action == "PatientSummary":
        return _patient_summary(store, cid)
    if action in ("Encounter", "VitalSign"):
        return Answer(result=_visits(store, cid, only, vitals_alone=action == "VitalSign"))
    if action in CHILD_KINDS:
        return Answer(result=[child_columns(row) for row in store.rows(_CHILDREN, (cid, action, only, only))])
    if action in _REGISTER_ACTIONS:
        kind = _REGISTER_ACTIONS[action]
        rows = store.rows(
            "SELECT * FROM registers WHERE cid = ? AND kind = ? ORDER BY hospital_code, key", (cid, kind)
        )
        return Answer(result=[REGISTER_COLUMNS[kind](row) for row in rows])
    if action == "NCD":
        return Answer(result=[chronic_columns(row) for row in _chronic(store, cid)])
    return not_implemented()


def _visits(store: Store, cid: str, only: str, *, vitals_alone: bool) -> list[dict[str, Any]]:
    """Encounters with their vital signs, or (``vitals_alone``) the vital signs of those that have any."""
    vitals: dict[str, list[dict[str, Any]]] = {}
    for row in store.rows(_CHILDREN, (cid, VITAL_SIGN, only, only)):
        vitals.setdefault(row["ref"], []).append(row)
    visits = store.rows(_VISITS, (cid, only, only))
    if not vitals_alone:
        return [encounter_columns(visit, vitals.get(visit["ref"], [])) for visit in visits]
    return [
        {
            "encounter_ref_code": visit["ref"],
            "period_start": moment(orjson.loads(visit["body"])["Encounter"][0]["period"].get("start")),
            **vital_columns(vitals[visit["ref"]]),
        }
        for visit in visits
        if visit["ref"] in vitals
    ]


def _chronic(store: Store, cid: str) -> list[dict[str, Any]]:
    return store.rows("SELECT * FROM chronic WHERE cid = ? ORDER BY hospital_code, ref_code", (cid,))


def _patient_summary(store: Store, cid: str) -> Answer:
    found = store.rows("SELECT * FROM patients WHERE cid = ?", (cid,))
    if not found:
        return refused("Record not found !", 500)
    chronic = [text_of(orjson.loads(row["body"]).get("code")) for row in _chronic(store, cid)]
    allergies = store.rows(
        "SELECT body FROM registers WHERE cid = ? AND kind = 'AllergyIntolerance'"
        " ORDER BY hospital_code, key",
        (cid,),
    )
    return Answer(
        result={
            **patient_columns(orjson.loads(found[0]["body"])),
            "last_organization_code": found[0]["hospital_code"],
            "encounter_count": len(store.rows(_VISITS, (cid, "", ""))),
            "cd_count": len(chronic),
            "cd_text": ", ".join(chronic),
            "allergy_intolerance_text": ", ".join(
                text_of(orjson.loads(row["body"]).get("code")) for row in allergies
            ),
        }
    )
