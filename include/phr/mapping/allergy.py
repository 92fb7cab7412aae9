"""The allergies of one person at one hospital (contract 4.3, rule R6).

Left out because no HIS that is known well enough holds them in the national codes: the TMT substance id, the
allergy group, the outcome, Naranjo's result, whether it was preventable. A reaction is sent in the words it
was typed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from phr import faults
from phr.canonical import Allergy, Patient
from phr.errors import QuarantineRecord
from phr.mapping.codemaps import ALLERGY_CERTAINTY, ALLERGY_INFORMANT, ALLERGY_SEVERITY, SYSTEM
from phr.mapping.common import folded, moment, natural, organization, practitioner
from phr.mapping.patient import patient_block
from phr.mapping.registers import RegisterEntry, require, row_reference
from phr.settings import EndpointSettings, Hospital

#: stored beside every delivered version; a new number re-sends nothing by itself (rule R4)
MAPPING_VERSION = "allergy/1"

_CODING_SYSTEM = "https://phr1.moph.go.th/api/CodingSystem?System="
_FHIR = "http://terminology.hl7.org/CodeSystem/"
_ACTIVE = {
    "coding": [{"system": f"{_FHIR}allergyintolerance-clinical", "code": "active", "display": "Active"}]
}
#: nobody is known to have recorded it; UAT warned without the field (3.5)
_NO_OFFICER = {"display": "ไม่ระบุ"}
_UNKNOWN = "unable-to-assess"
_CRITICALITIES = (_UNKNOWN, "low", "high")
_DID24 = re.compile(r"(?!0{24})[0-9]{24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AllergyBundle:
    """One person and every allergy of the person that passed the checks, whatever table it is stored in."""

    patient: Patient
    allergies: list[Allergy] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyDocument:
    """A body for ``AllergyIntolerancev1`` and what the ledger must know about it.

    ``entries`` stand in the order of the body; the ``reference`` of one is its ``identifier``. Their row keys
    and ``left_out`` are together all rows given.
    """

    body: dict[str, Any] = field(repr=False)
    entries: tuple[RegisterEntry, ...]
    kind: str = "allergy"
    #: row keys, sorted: rows that name no substance
    left_out: tuple[str, ...] = ()


def build_allergies(bundle: AllergyBundle, hospital: Hospital, endpoint: EndpointSettings) -> AllergyDocument:
    """Every allergy of a person: whether what is sent replaces what is there is open, so it is always whole.

    Pure and deterministic: the order of the rows does not matter, and a substance stored several times stands
    in it once, with the worst of what the rows say and every reaction.

    :raises QuarantineRecord: PHR-331 when the patient lacks a required field (named, never its value);
        PHR-332 when there is no allergy to send: an empty list might wipe what is there.
    :raises Bug: PHR-901 when the rows belong to different people, or two rows have one key.
    """
    rows = bundle.allergies
    require(bundle.patient, rows, hospital)
    sent = [row for row in rows if row.substance]
    if not sent:
        raise QuarantineRecord(faults.REGISTER_EMPTY, hospital=hospital.hcode)
    who = organization(hospital.hcode, hospital.name_th)
    told = sorted(map(_Substance, _same_substance(sent)), key=lambda one: natural(one.first_key))
    return AllergyDocument(
        body={
            "managingOrganization": {**who, "agent": hospital.his_version},
            "Patient": patient_block(bundle.patient, hospital),
            "AllergyIntolerance": [_item(one, who, hospital, endpoint) for one in told],
        },
        entries=tuple(RegisterEntry(one.reference, one.identity, one.row_keys) for one in told),
        left_out=tuple(sorted({row.row_key for row in rows} - {row.row_key for row in sent})),
    )


class _Substance:
    """All rows of one substance: what is told of it, and under which reference."""

    def __init__(self, rows: Sequence[Allergy]) -> None:
        in_order = sorted(rows, key=lambda row: natural(row.row_key))
        self.row = max(in_order, key=_worth)  # the first of equal ones
        self.identity = _identity(self.row)
        self.row_keys = tuple(sorted(row.row_key for row in rows))
        #: the oldest row names the entry: rows that come later leave the name alone
        self.first_key = in_order[0].row_key
        reactions = {folded(row.reaction): row.reaction for row in reversed(in_order) if row.reaction}
        self.reactions = [reactions[key] for key in sorted(reactions)]

    @property
    def reference(self) -> str:
        """Made of the row key."""
        return row_reference(self.first_key)


def criticality(row: Allergy) -> str:
    """``low``, ``high`` or ``unable-to-assess``, by the severity."""
    return ALLERGY_SEVERITY.get(row.severity or "", {}).get("criticality", _UNKNOWN)


def _worth(row: Allergy) -> tuple[int, bool, int]:
    """The worst first, then what is certain; then the number of filled columns."""
    filled = sum(value is not None for value in row)
    return _CRITICALITIES.index(criticality(row)), row.certainty == "1", filled


def _identity(row: Allergy) -> str:
    return _did24(row) or folded(row.substance or "")


def _did24(row: Allergy) -> str | None:
    return row.did24 if row.did24 and _DID24.fullmatch(row.did24) else None


def _same_substance(rows: Iterable[Allergy]) -> Iterable[list[Allergy]]:
    groups: dict[str, list[Allergy]] = {}
    for row in rows:
        groups.setdefault(_identity(row), []).append(row)
    return groups.values()


def _item(
    one: _Substance, who: dict[str, Any], hospital: Hospital, endpoint: EndpointSettings
) -> dict[str, Any]:
    """One ``AllergyIntolerance``: what the HIS does not hold is absent, never a guess."""
    row = one.row
    certainty = ALLERGY_CERTAINTY.get(row.certainty or "") or {
        "code": "unconfirmed",
        "display": "Unconfirmed",
    }
    item: dict[str, Any] = {
        "managingOrganization": who,
        "identifier": [
            {"system": f"{SYSTEM['local']}:{hospital.hcode}:allergy", "value": one.reference},
        ],
        "clinicalStatus": _ACTIVE,
        "verificationStatus": {
            "coding": [{"system": f"{_FHIR}allergyintolerance-verification", **certainty}]
        },
        "type": "allergy",
        # a code of the drug list says that it is a drug; of anything else nobody knows whether it is food
        "category": ["medication"] if row.local_code or _did24(row) else [],
        "criticality": criticality(row),
        "code": _code(row, endpoint),
    }
    if severity := ALLERGY_SEVERITY.get(row.severity or ""):
        item["seriousness"] = _listed("allergy_seriousness", row.severity, severity["display"])
    informant = ALLERGY_INFORMANT.get(row.informant or "")
    if informant and endpoint.allergy_informant:
        item["allergyInformationSource"] = _listed("allergy_source", row.informant, informant["display"])
    if row.recorded_date:
        item["recordedDate"] = moment(row.recorded_date, None, endpoint.time_suffix)
    item["recordOfficer"] = _officer(row)
    if one.reactions:
        item["reaction"] = [{"manifestation": [{"text": text} for text in one.reactions]}]
    return item


def _code(row: Allergy, endpoint: EndpointSettings) -> dict[str, Any]:
    """The substance in words; the 24-digit code of the drug behind it where there is one."""
    code: dict[str, Any] = {"text": row.substance}
    if endpoint.drug_extra_codings and (did24 := _did24(row)):
        code["coding"] = [{"system": SYSTEM["did24"], "code": did24, "display": row.substance}]
    return code


def _listed(name: str, code: str | None, display: str) -> dict[str, Any]:
    return {"coding": [{"system": _CODING_SYSTEM + name, "code": code, "display": display}]}


def _officer(row: Allergy) -> dict[str, Any]:
    who = practitioner(row.recorder_name, row.recorder_license)
    if who is None:
        return dict(_NO_OFFICER)
    return {**who, "identifier": row.recorder_license} if row.recorder_license else who
