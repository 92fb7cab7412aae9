"""The entries of one person in the chronic disease register (contract 4.4, rule R6).

Every call carries all of a person's entries, and adds or updates by their ``chronic_ref_code``; what is
gone is taken away by a call of its own (:mod:`phr.delivery.guard`). Left out: ``condition`` (stages such as
CKD's), which no register of a HIS holds in the national codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from phr import faults
from phr.canonical import ChronicRegistration, Patient
from phr.errors import QuarantineRecord
from phr.mapping.codemaps import CHRONIC_DISEASE, CHRONIC_STATUS
from phr.mapping.common import natural, organization
from phr.mapping.patient import patient_block
from phr.mapping.registers import RegisterEntry, require, row_reference
from phr.settings import EndpointSettings, Hospital

#: stored beside every delivered version; a new number re-sends nothing by itself (rule R4)
MAPPING_VERSION = "chronic/1"

_SYSTEM = "https://phr1.moph.go.th/api/CodingSystem?System=chronic_disease"
_STATUS_SYSTEM = "http://terminology.hl7.org/CodeSystem/code"
#: TYPEDISCH of an entry that names none: under treatment, unless the person has left
_UNDER_TREATMENT, _UNKNOWN = "03", "04"


@dataclass(frozen=True, slots=True)
class ChronicBundle:
    """One person and every entry of the person that passed the checks, whatever table it is stored in."""

    patient: Patient
    entries: list[ChronicRegistration] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicDocument:
    """A body for ``PatientChronicRegisterv1`` and what the ledger must know about it.

    ``entries`` stand in the order of the body; the ``reference`` of one is its ``chronic_ref_code``, its
    ``identity`` is :func:`national_key`. Their row keys and ``left_out`` are together all rows given.
    """

    body: dict[str, Any] = field(repr=False)
    entries: tuple[RegisterEntry, ...]
    kind: str = "chronic"
    #: row keys, sorted: rows of diseases without a national code, and of clinics that keep them back
    left_out: tuple[str, ...] = ()


class Disease(NamedTuple):
    """A disease of the national list."""

    code: str
    display: str | None


def national_key(cd_code: str, reference: str) -> str:
    """How the national side knows an entry: by both, since a removal names both (4.4)."""
    return f"{cd_code}|{reference}"


def national_codes(endpoint: EndpointSettings) -> tuple[str, ...]:
    """Every national code that may be sent, ascending."""
    return tuple(
        sorted({row["code"] for row in CHRONIC_DISEASE.values()} | set(endpoint.chronic_codes.values()))
    )


def disease_of(row: ChronicRegistration, endpoint: EndpointSettings) -> Disease | None:
    """The national disease of an entry, by the longest prefix of its code; the settings before the list."""
    own: Mapping[str, str] = endpoint.chronic_codes
    code = row.code or ""
    for length in range(len(code), 2, -1):
        prefix = code[:length]
        if prefix in own:
            return Disease(own[prefix], None)
        if known := CHRONIC_DISEASE.get(prefix):
            return Disease(known["code"], known["display"])
    return None


def build_chronic(bundle: ChronicBundle, hospital: Hospital, endpoint: EndpointSettings) -> ChronicDocument:
    """Every entry of a person that has a national code.

    Pure and deterministic: the order of the rows does not matter.

    :raises QuarantineRecord: PHR-331 when the patient lacks a required field (named, never its value);
        PHR-332 when there is no entry to send.
    :raises Bug: PHR-901 when the rows belong to different people, or two rows have one key.
    """
    rows = sorted(bundle.entries, key=lambda row: natural(row.row_key))
    require(bundle.patient, rows, hospital)
    told = [
        (row, disease)
        for row in rows
        if not row.withheld and (disease := disease_of(row, endpoint)) is not None
    ]
    if not told:
        raise QuarantineRecord(faults.REGISTER_EMPTY, hospital=hospital.hcode)
    who = organization(hospital.hcode, hospital.name_th)
    return ChronicDocument(
        body={
            "managingOrganization": {**who, "agent": hospital.his_version},
            "Patient": patient_block(bundle.patient, hospital),
            "ChronicDiseaseRegister": [_item(row, disease, who) for row, disease in told],
        },
        entries=tuple(
            RegisterEntry(
                row_reference(row.row_key),
                national_key(disease.code, row_reference(row.row_key)),
                (row.row_key,),
            )
            for row, disease in told
        ),
        left_out=tuple(sorted({row.row_key for row in rows} - {row.row_key for row, _ in told})),
    )


def _item(row: ChronicRegistration, disease: Disease, who: dict[str, Any]) -> dict[str, Any]:
    """One ``ChronicDiseaseRegister``: what the HIS does not hold is absent, never a guess."""
    text = row.name or row.code or ""
    status = row.status or (_UNKNOWN if row.discharge_date else _UNDER_TREATMENT)
    item: dict[str, Any] = {
        "managingOrganization": who,
        "code": {
            "coding": [{"system": _SYSTEM, "code": disease.code, "display": disease.display or text}],
        },
        "clinicalStatus": {"coding": [{"system": _STATUS_SYSTEM, **CHRONIC_STATUS[status]}]},
        "chronic_ref_code": row_reference(row.row_key),
        "clinicalText": text,
        "description": [row.clinic_name] if row.clinic_name else [],
    }
    if row.registered_date:
        item["registerDate"] = row.registered_date
    if row.discharge_date:
        item["dischargeDate"] = row.discharge_date
    return item
