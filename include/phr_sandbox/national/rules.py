"""What the double refuses and what it warns about (contract 3.5, 4.1, 4.2).

*Refused* is what stood between the vendor's tool and the first MessageCode 200, what is needed to file the
record at all, and a wrong hospital. *Warned* is the rest of the "needed" fields. Codes, code systems and
unknown keys are never looked at, as at the real service. Messages name fields, never values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from phr_sandbox.national.envelope import Answer, refused

CID_SYSTEM = "https://www.dopa.go.th"
VN_SYSTEM = "https://bps.moph.go.th/vn"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")
_ADDRESS_KEYS = (
    "use",
    "type",
    "text",
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
    "period",
    "address_code",
)
Rule = Callable[[Any], bool]


class RefusedError(Exception):
    """The body is refused; carries the answer."""

    def __init__(self, message: str) -> None:
        self.answer: Answer = refused(message)
        super().__init__(message)


def valid_cid(cid: object) -> bool:
    """13 digits whose last is (11 - sum of digit i times (14-i) mod 11) mod 10 (contract 3.5)."""
    if not isinstance(cid, str) or not re.fullmatch(r"[0-9]{13}", cid):
        return False
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(cid[:12]))
    return (11 - total % 11) % 10 == int(cid[12])


def identifier_value(items: Any, system: str) -> str | None:
    """Value of the first identifier with this system, None when there is none."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("system") == system and isinstance(item.get("value"), str):
            return str(item["value"]).strip() or None
    return None


def organization_code(organization: Any) -> str | None:
    """5-digit code of a managingOrganization, None when it has none."""
    identifier = organization.get("identifier") if isinstance(organization, dict) else None
    value = identifier.get("value") if isinstance(identifier, dict) else None
    return value if isinstance(value, str) and re.fullmatch(r"[0-9]{5}", value) else None


def is_day(text: object) -> bool:
    """A real calendar day, yyyy-mm-dd, perhaps with a time behind it."""
    if not isinstance(text, str) or not _DAY.match(text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _bool(value: Any) -> bool:
    return isinstance(value, bool)


def _concept(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _concept_with_text(value: Any) -> bool:
    return isinstance(value, dict) and _text(value.get("text"))


def _some(value: Any) -> bool:
    return value is not None


def _moment(value: Any) -> bool:
    return is_day(value) and bool(_MOMENT.fullmatch(value))


_PATIENT: dict[str, Rule] = {
    "active": _bool,
    "name": lambda v: _list(v) and bool(v),
    "gender": _text,
    "birthDate": is_day,
    "deceasedBoolean": _bool,
    "maritalStatus": _concept_with_text,
    "nationality": _concept,
    "telecom": _list,
    "address": _list,
}
_ENCOUNTER: dict[str, Rule] = {
    "managingOrganization": _concept,
    "status": _text,
    "class": _concept,
    "type": _concept_with_text,
    "priority": _concept_with_text,
    "subject": _concept,
    "participant": _list,
    "reason": _list,
}
_STATEMENT: dict[str, Rule] = {
    "status": _text,
    "category": _concept,
    "effectiveDateTime": _moment,
    "dosage": _list,
}
CHILDREN: dict[str, dict[str, Rule]] = {
    "Observation": {"status": _text, "issued": _moment, "code": _concept_with_text},
    "Condition": {"verificationStatus": _concept, "category": _list, "severity": _concept, "code": _concept},
    "Medication": {"code": _concept_with_text, "category": _text, "statement": _concept},
    "Coverage": {},
    "Appointment": {},
    "DiagnosticReport": {},
}
REGISTERS: dict[str, dict[str, Rule]] = {
    "AllergyIntolerance": {"managingOrganization": _concept, "code": _concept, "recordOfficer": _concept},
    "Immunization": {
        "managingOrganization": _concept,
        "status": _text,
        "vaccineCode": _concept_with_text,
        "encounterRefCode": _text,
        "occurrenceDateTime": _moment,
        "primarySource": _bool,
        "location": _some,
        "manufacturer": _some,
        "lotNumber": _some,
        "expirationDate": _some,
        "doseQuantity": _concept,
        "note": _list,
        "reasonCode": _list,
        "performer": _concept,
    },
    "ChronicDiseaseRegister": {
        "managingOrganization": _concept,
        "code": _concept,
        "clinicalText": _text,
        "description": _list,
    },
}


def check_organization(body: Any, token_hospital: str) -> None:
    """The sender's block, and that it names the hospital of the token (contract 2.1, 4.1).

    :raises RefusedError: when a field is missing or the hospitals differ.
    """
    if not isinstance(body, dict):
        raise RefusedError("body is not a JSON object")
    organization = body.get("managingOrganization")
    if not isinstance(organization, dict):
        raise RefusedError("managingOrganization missing")
    code = organization_code(organization)
    if code is None:
        raise RefusedError("managingOrganization.identifier missing or invalid")
    if not _text(organization.get("type")) or not _text(organization.get("display")):
        raise RefusedError("managingOrganization.type or .display missing")
    if code != token_hospital:
        raise RefusedError("managingOrganization is not the hospital of the token")


def check_patient(body: dict[str, Any], warnings: list[str]) -> str:
    """The Patient block; gives the citizen id.

    :raises RefusedError: when a needed field is missing or the citizen id fails mod 11.
    """
    patient = body.get("Patient")
    if not isinstance(patient, dict):
        raise RefusedError("Patient missing")
    cid = identifier_value(patient.get("identifier"), CID_SYSTEM)
    if cid is None:
        raise RefusedError("Patient.identifier CID missing")
    if not valid_cid(cid):
        raise RefusedError("Patient.identifier CID invalid")
    for field, rule in _PATIENT.items():
        if not rule(patient.get(field)):
            raise RefusedError(f"Patient.{field} missing or invalid")
    if not all(isinstance(name, dict) and _list(name.get("suffix")) for name in patient["name"]):
        raise RefusedError("Patient.name.suffix missing")
    for address in patient["address"]:
        missing = [key for key in _ADDRESS_KEYS if not isinstance(address, dict) or key not in address]
        if missing:
            raise RefusedError(f"Patient.address.{missing[0]} missing")
    if not _list(patient.get("contact")):
        warnings.append("Patient.contact missing")
    return cid


def check_encounter(encounter: Any, token_hospital: str, warnings: list[str]) -> str:
    """One Encounter; gives the bare visit number.

    :raises RefusedError: when it cannot be filed (no VN, no start, another hospital's).
    """
    if not isinstance(encounter, dict):
        raise RefusedError("Encounter is not an object")
    vn = identifier_value(encounter.get("identifier"), VN_SYSTEM)
    if vn is None:
        raise RefusedError("Encounter.identifier VN missing")
    prefix, colon, rest = vn.rpartition(":")
    if colon and prefix != token_hospital:
        raise RefusedError("Encounter.identifier belongs to another hospital")
    period = encounter.get("period")
    if not isinstance(period, dict) or not _moment(period.get("start")):
        raise RefusedError("Encounter.period.start missing or invalid")
    if organization_code(encounter.get("managingOrganization")) not in (None, token_hospital):
        raise RefusedError("Encounter.managingOrganization is not the hospital of the token")
    warnings += missing_fields("Encounter", encounter, _ENCOUNTER)
    return rest


def missing_fields(name: str, row: dict[str, Any], rules: dict[str, Rule]) -> Iterator[str]:
    """One warning for each field that is missing or has the wrong shape."""
    for field, rule in rules.items():
        if not rule(row.get(field)):
            yield f"{name}.{field} missing or invalid"
    if name == "Medication" and isinstance(row.get("statement"), dict):
        yield from missing_fields("Medication.statement", row["statement"], _STATEMENT)


def usable_rows(
    parent: dict[str, Any], name: str, rules: dict[str, Rule], warnings: list[str]
) -> list[dict[str, Any]]:
    """Rows of a section that are objects; others draw the raw error the vendor's service shows (3.5)."""
    section = parent.get(name)
    if section is None:
        return []
    if not isinstance(section, list):
        warnings.append(f"{name}: Invalid variant operation")
        return []
    rows = []
    for row in section:
        if isinstance(row, dict):
            warnings += missing_fields(name, row, rules)
            rows.append(row)
        else:
            warnings.append(f"{name}: Invalid variant operation")
    return rows
