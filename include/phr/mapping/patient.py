"""The ``Patient`` block (contract 4.1): exactly the keys the vendor's tool was accepted with.

Race, religion and blood group have no place in it (control DM2): the canonical row does not even hold them.
"""

from __future__ import annotations

from typing import Any

from phr.canonical import Patient
from phr.mapping.codemaps import MARITAL, NATIONALITY
from phr.mapping.common import HCODE5
from phr.settings import Hospital

GENDER = {"1": "male", "2": "female"}
NATIONALITY_SYSTEM = "https://phr1.moph.go.th/api/CodingSystem?System=nationality"
#: no HIS keeps since when an address holds, but the key is required (3.5); the national side itself
#: shows an unknown date as 1970-01-01 (section 5)
ADDRESS_SINCE = "1970-01-01T00:00:00Z"


def full_name(patient: Patient) -> str:
    """Prefix and given name in one word, as Thai names are written, then middle and family name."""
    parts = (f"{patient.prefix or ''}{patient.given or ''}", patient.middle, patient.family)
    return " ".join(part for part in parts if part)


def lacking(patient: Patient) -> list[str]:
    """Required fields of a patient that are not there, by name."""
    required = {
        "patient.cid": patient.cid,
        "patient.birth_date": patient.birth_date,
        "patient.sex": patient.sex in GENDER,
        "patient.name": full_name(patient),
    }
    return [name for name, value in required.items() if not value]


def patient_block(patient: Patient, hospital: Hospital) -> dict[str, Any]:
    """``Patient``; the caller has made sure that cid, sex and birth date are there."""
    return {
        "identifier": _identifiers(patient, hospital),
        "active": True,
        "name": [
            {
                "use": "official",
                "text": full_name(patient),
                "languageCode": "TH",
                "family": patient.family or "",
                "given": [name for name in (patient.given, patient.middle) if name],
                "prefix": [patient.prefix] if patient.prefix else [],
                "suffix": [],
            }
        ],
        "gender": GENDER[patient.sex or ""],
        "birthDate": patient.birth_date,
        "deceasedBoolean": patient.deceased,
        "maritalStatus": _marital(patient.marital),
        "nationality": _nationality(patient),
        "telecom": [
            {"system": "phone", "value": number, "use": use}
            for number, use in ((patient.mobile_phone, "mobile"), (patient.home_phone, "home"))
            if number
        ],
        "address": [_address(patient)],
        "contact": [],
    }


def _identifiers(patient: Patient, hospital: Hospital) -> list[dict[str, Any]]:
    """Citizen id and HN; a person known to the community register alone has no HN."""
    found: list[dict[str, Any]] = [
        {"use": "official", "system": "https://www.dopa.go.th", "type": "CID", "value": patient.cid}
    ]
    if not patient.hn.startswith("~"):
        found.append(
            {
                "use": "official",
                "system": "https://sil-th.org/hn",
                "type": "HN",
                "value": patient.hn,
                "assigner": {
                    "use": "official",
                    "system": HCODE5,
                    "value": hospital.hcode,
                    "display": hospital.name_th,
                },
            }
        )
    return found


def _marital(code: str | None) -> dict[str, Any]:
    row = MARITAL.get(code or "") or MARITAL["9"]
    return {
        "coding": [{"system": row["system"], "code": row["code"], "display": row["display"]}],
        "text": row["text"],
    }


def _nationality(patient: Patient) -> dict[str, Any]:
    """The code with its name; without a code 999 (unknown), and as text what the hospital calls it."""
    code = patient.nationality or "999"
    row = NATIONALITY.get(code)
    words = row["display"] if row else patient.nationality_name or code
    own = words if patient.nationality else patient.nationality_name or words
    return {"coding": [{"system": NATIONALITY_SYSTEM, "code": code, "display": words}], "text": own}


def _address(patient: Patient) -> dict[str, Any]:
    line = []
    if patient.house_no:
        line.append(f"บ้านเลขที่ {patient.house_no}")
    if patient.moo:
        line.append(f"หมู่ {patient.moo}")
    if patient.road:
        line.append(patient.road)
    place = (patient.subdistrict, patient.district, patient.province, patient.postal_code)
    return {
        "use": "home",
        "type": "both",
        "text": " ".join(part for part in (*line, *place) if part),
        "line": line,
        # the vendor's samples put อำเภอ into city and ตำบล into district
        "city": patient.district or "",
        "district": patient.subdistrict or "",
        "state": patient.province or "",
        "postalCode": patient.postal_code or "",
        "country": "TH",
        "period": {"start": ADDRESS_SINCE},
        "address_code": patient.address_code or "",
    }
