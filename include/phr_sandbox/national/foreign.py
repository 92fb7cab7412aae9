"""Another computer that sends for the same hospital: its visits, its heartbeat, its writes over ours."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.rules import CID_SYSTEM, VN_SYSTEM
from phr_sandbox.national.upload import update_phr

_ADDRESS = {
    "use": "home",
    "type": "both",
    "text": "",
    "line": [],
    "city": "",
    "district": "",
    "state": "",
    "postalCode": "",
    "country": "TH",
    "period": {},
    "address_code": "999999",
}


class ForeignVisit(BaseModel):
    """One visit of another sender; further keys (``Condition``, ``vital_signs``, ...) are its Encounter's."""

    model_config = ConfigDict(extra="allow")

    vn: str
    cid: str
    #: service day, yyyy-mm-dd
    date: str
    time: str = "08:30:00"


class ForeignSender(BaseModel):
    """Who it is: name of its program (``managingOrganization.agent``) and of its computer."""

    model_config = ConfigDict(extra="forbid")

    sender: str = "OtherHIS 1.0"
    computer_name: str = "OTHER-PC-01"
    #: whether it has just sent its heartbeat too
    heartbeat: bool = True


class ForeignVisits(ForeignSender):
    """Visits to file."""

    hospital_code: str
    encounters: list[ForeignVisit]


class Touch(ForeignSender):
    """A stored visit to overwrite."""

    ref: str
    #: keys of the Encounter to set; without any the reason of the visit changes
    changes: dict[str, Any] = Field(default_factory=dict)


def seed(sandbox: Sandbox, order: ForeignVisits) -> int:
    """File the visits as the other sender's; gives their number.

    :raises RefusedError: when the service would refuse one of them; then none is filed.
    """
    for visit in order.encounters:
        body = {
            "managingOrganization": {
                **_organization(order.hospital_code),
                "agent": order.sender,
                "scope": "",
            },
            "Patient": _patient(sandbox, visit.cid),
            "Encounter": [_encounter(order.hospital_code, visit)],
        }
        update_phr(sandbox, Call("seed_foreign", {}, body, order.hospital_code))
    _heartbeat(sandbox, order.hospital_code, order)
    return len(order.encounters)


def touch(sandbox: Sandbox, order: Touch) -> bool:
    """Write over a stored visit; False when there is none.

    :raises RefusedError: when the service would refuse the changed visit.
    """
    found = sandbox.store.rows("SELECT hospital_code, body FROM encounters WHERE ref = ?", (order.ref,))
    if not found:
        return False
    body, hospital_code = orjson.loads(found[0]["body"]), found[0]["hospital_code"]
    body["managingOrganization"] |= {"agent": order.sender, "scope": ""}
    body["Encounter"][0] |= order.changes or {"reason": [{"text": "แก้ไขโดยโปรแกรมอื่น (ข้อมูลสมมติ)"}]}
    # the other sender says nothing of registers unless it is told to
    body.pop("AllergyIntolerance", None)
    if "Immunization" not in order.changes:
        body["Encounter"][0].pop("Immunization", None)
    update_phr(sandbox, Call("touch", {}, body, hospital_code))
    _heartbeat(sandbox, hospital_code, order)
    return True


def _heartbeat(sandbox: Sandbox, hospital_code: str, order: ForeignSender) -> None:
    if order.heartbeat:
        sandbox.store.write_agent(hospital_code, "status", order.computer_name, "processing ...")


def _organization(hospital_code: str) -> dict[str, Any]:
    return {
        "type": "Organization",
        "identifier": {
            "use": "official",
            "system": "https://bps.moph.go.th/hcode/5",
            "value": hospital_code,
        },
        "display": "โรงพยาบาลสมมติ",
    }


def _patient(sandbox: Sandbox, cid: str) -> dict[str, Any]:
    """The block that is stored of this person, else an invented one."""
    found = sandbox.store.rows("SELECT body FROM patients WHERE cid = ?", (cid,))
    if found:
        stored: dict[str, Any] = orjson.loads(found[0]["body"])
        return stored
    name = {"use": "official", "text": "ผู้ป่วยสมมติ ทดสอบ", "languageCode": "TH", "suffix": []}
    return {
        "identifier": [{"use": "official", "system": CID_SYSTEM, "type": "CID", "value": cid}],
        "active": True,
        "name": [name],
        "gender": "female",
        "birthDate": "1970-01-01",
        "deceasedBoolean": False,
        "maritalStatus": {"text": "ไม่ทราบ"},
        "nationality": {"text": "ไทย"},
        "telecom": [],
        "address": [_ADDRESS],
        "contact": [],
    }


def _encounter(hospital_code: str, visit: ForeignVisit) -> dict[str, Any]:
    moment = f"{visit.date}T{visit.time}.000Z"
    return {
        "managingOrganization": _organization(hospital_code),
        "identifier": [{"use": "official", "system": VN_SYSTEM, "type": "VN", "value": visit.vn}],
        "status": "finished",
        "class": {"code": "AMB", "display": "ambulatory"},
        "type": {"text": "มาเอง"},
        "priority": {"text": "ปกติ"},
        "period": {"start": moment, "end": moment},
        "subject": {"reference": f"Patient/{visit.cid}", "display": ""},
        "participant": [],
        "reason": [{"text": "ตรวจรักษา (ข้อมูลสมมติ)"}],
        **(visit.model_extra or {}),
    }
