"""Reads the double as a citizen's app would (``WebApp``), person by person, and as its admin does."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from typing import Any

import requests

from phr_sandbox.national.admin_client import AdminClient
from phr_sandbox.national.rules import identifier_value
from phr_sandbox.national.server import SandboxServer
from phr_sandbox.national.settings import SETTINGS_FILE, SandboxSettings, password_hash
from phr_sandbox.scenario.documents import Kind, Shot
from phr_sandbox.scenario.view import SeenEncounter, View, VisitKey, shown_children

_TIMEOUT = 60
#: columns of an encounter that a document decides
_HEAD = (
    "period_start",
    "reason_text",
    "vital_sign_body_weight_kg",
    "vital_sign_body_height_cm",
    "vital_sign_body_temp_cel",
    "vital_sign_bp_systolic_mmhg",
    "vital_sign_bp_diastolic_mmhg",
)
_Rows = dict[VisitKey, dict[Kind, set[tuple[tuple[Any, ...], tuple[Any, ...]]]]]


def read_double(double: SandboxServer, hcodes: Collection[str], cids: Collection[str]) -> View:
    """Everything the double shows of these hospitals.

    :param cids: the citizen ids to ask for; encounters of anybody else are found by the admin's list and
        stand under a person nobody expects.
    """
    app, admin = _App(double, min(hcodes)), double.admin
    view, rows = View(), _Rows()
    for cid in sorted(cids):
        for row in app.read("Encounter", cid):
            key = _key(row["encounter_ref_code"])
            head = {name: row[name] for name in _HEAD if row.get(name) is not None}
            head["day"] = row["period_start"][:10]
            view.encounters[key] = SeenEncounter(cid, head, {})
            rows[key] = {}
        for action, read in _CHILDREN.items():
            for row in app.read(action, cid):
                kind, child = read(row)
                rows[_key(row["encounter_ref_code"])].setdefault(kind, set()).add(child)
        for row in app.read("Immunization", cid):
            day = date.fromisoformat(row["occurrence_date_time"][:10])
            shot = Shot(day, row["vaccine_code"], row["lot_number"])
            person = (row["organization_code"], cid)
            view.registers[person] = view.registers.get(person, frozenset()) | {shot}
    _read_as_admin(admin, hcodes, view, rows)
    view.encounters = {
        key: SeenEncounter(seen.cid, seen.head, {kind: frozenset(r) for kind, r in rows[key].items()})
        for key, seen in view.encounters.items()
        if key[0] in hcodes
    }
    view.registers = {key: shots for key, shots in view.registers.items() if key[0] in hcodes}
    return view


def _key(ref: str) -> VisitKey:
    hcode, _, vn = ref.partition(":")
    return hcode, vn


def _read_as_admin(admin: AdminClient, hcodes: Collection[str], view: View, rows: _Rows) -> None:
    """Coverage, appointments and the Patient block, which ``WebApp`` of the double does not show."""
    listed = sorted(admin.encounters(), key=lambda row: row["seq"])
    for ref in (row["ref"] for row in listed if row["hospital_code"] in hcodes):
        key, stored = _key(ref), admin.encounter(ref)
        if key not in view.encounters:
            view.encounters[key] = SeenEncounter("", {}, {})
            rows[key] = {}
        for row in stored["children"].get("Coverage", []):
            group = row["class"][0]
            shown = (group["value"], "" if group["value"] else group.get("name", ""))
            rows[key].setdefault("Coverage", set()).add(shown_children("Coverage", (), shown))
        for row in stored["children"].get("Appointment", []):
            start = (row["start"][:19],)
            rows[key].setdefault("Appointment", set()).add(shown_children("Appointment", (), start))
        patient = stored["body"]["Patient"]
        hn = identifier_value(patient["identifier"], "https://sil-th.org/hn")
        phone = next((t["value"] for t in patient["telecom"] if t["use"] == "mobile"), "")
        view.phones[key[0], hn or ""] = phone


def _condition(row: dict[str, Any]) -> tuple[Kind, tuple[tuple[Any, ...], tuple[Any, ...]]]:
    shown = (row["condition_code"], row["condition_text"], row["recorded_date"])
    return "Condition", ((row["condition_text"],), shown)


def _observation(row: dict[str, Any]) -> tuple[Kind, tuple[tuple[Any, ...], tuple[Any, ...]]]:
    value = (row["value"], row["unit"], row["value_string"], row["interpretation"])
    limits = (row["reference_range_normal_low"], row["reference_range_normal_high"])
    shown = (*value, *limits, row["reference_range_text"], row["issued"])
    return "Observation", ((row["display"],), shown)


def _medication(row: dict[str, Any]) -> tuple[Kind, tuple[tuple[Any, ...], tuple[Any, ...]]]:
    return "Medication", ((row["code_text"],), (row["qty"], row["dosage_text"]))


_CHILDREN = {"Condition": _condition, "Observation": _observation, "Medication": _medication}


def log_in(double: SandboxServer, hcode: str) -> requests.Session:
    """A session with a token of a hospital, by the account the double has for it."""
    settings = SandboxSettings.load(double.store_dir / SETTINGS_FILE)
    user, account = next(
        (user, account) for user, account in settings.accounts.items() if hcode in account.hospital_codes
    )
    session = requests.Session()
    answer = session.post(
        f"{double.base_url}/token",
        params={"Action": "get_moph_access_token"},
        json={
            "user": user,
            "password_hash": password_hash(account.password, settings.hmac_secret),
            "hospital_code": hcode,
        },
        timeout=_TIMEOUT,
    )
    session.headers["Authorization"] = f"Bearer {answer.text.strip()}"
    return session


class _App:
    """The read side, with the token of one hospital (the double does not ask for the OTP)."""

    def __init__(self, double: SandboxServer, hcode: str) -> None:
        self._root = f"{double.base_url}/api/WebApp"
        self._session = log_in(double, hcode)

    def read(self, action: str, cid: str) -> list[dict[str, Any]]:
        """Rows of one person."""
        answer = self._session.post(
            self._root, params={"Action": action}, json={"cid": cid, "otp": ""}, timeout=_TIMEOUT
        )
        answer.raise_for_status()
        body = json.loads(answer.content)
        if body["MessageCode"] != 200:
            raise RuntimeError(f"WebApp {action} was refused with MessageCode {body['MessageCode']}")
        found: list[dict[str, Any]] = body["result"]
        return found
