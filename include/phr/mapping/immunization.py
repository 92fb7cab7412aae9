"""The immunization register of one person at one hospital (contract 4.5, rule R6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from phr import faults
from phr.canonical import Immunization, Patient
from phr.errors import QuarantineRecord
from phr.mapping.codemaps import VACCINE
from phr.mapping.common import moment, natural, organization
from phr.mapping.patient import patient_block
from phr.mapping.registers import RegisterEntry, require
from phr.settings import EndpointSettings, Hospital

#: stored beside every delivered version; a new number re-sends nothing by itself (rule R4)
MAPPING_VERSION = "immunization/1"

VACCINE_SYSTEM = "https://refcode.moph.go.th/vaccine"
#: what makes one of several rows of the same dose the one that is sent: the more it tells, the better
_TELLING = (
    "lot_number",
    "expire_date",
    "quantity",
    "given_time",
    "manufacturer",
    "performer_name",
    "performer_license",
    "visit_ref",
    "dose_number",
    "vaccine_name",
)


@dataclass(frozen=True, slots=True)
class RegisterBundle:
    """One person and every dose of the person that passed the checks, whatever table it is stored in."""

    patient: Patient
    doses: list[Immunization] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmunizationDocument:
    """A body for ``ImmunizationRegisterv1`` and what the ledger must know about it.

    ``doses`` stand in the order of the body. Their row keys and ``left_out`` are together all rows given.
    The ``reference`` of a dose is its ``encounterRefCode``: the visit number when a row has one, else the row
    key; its ``identity`` is ``<date>|<vaccine code>``.
    """

    body: dict[str, Any]
    doses: tuple[RegisterEntry, ...]
    kind: str = "immunization"
    #: row keys, sorted: doses given elsewhere (unless the endpoint includes them), rows without day or code
    left_out: tuple[str, ...] = ()


def build_immunization_register(
    bundle: RegisterBundle, hospital: Hospital, endpoint: EndpointSettings
) -> ImmunizationDocument:
    """The whole register of a person: what is sent replaces what the national side holds (trap 3).

    Pure and deterministic: the order of the rows does not matter, and a dose that is stored in several tables
    stands in it once.

    :raises QuarantineRecord: PHR-331 when the patient lacks a required field (named, never its value);
        PHR-332 when there is no dose to send: an empty list would wipe the register.
    :raises Bug: PHR-901 when the doses belong to different people, or two rows have one key.
    """
    rows = bundle.doses
    require(bundle.patient, rows, hospital)
    elsewhere_too = endpoint.doses_elsewhere == "include"
    sent = [
        row for row in rows if row.given_date and row.vaccine_code and (elsewhere_too or not row.elsewhere)
    ]
    if not sent:
        raise QuarantineRecord(faults.REGISTER_EMPTY, hospital=hospital.hcode)
    who = organization(hospital.hcode, hospital.name_th)
    told = _distinct_references([_Dose(group) for group in _same_doses(sent)])
    told.sort(key=lambda dose: (dose.row.given_date or "", dose.row.given_time or "", dose.identity))
    return ImmunizationDocument(
        body={
            "managingOrganization": {**who, "agent": hospital.his_version},
            "Patient": patient_block(bundle.patient, hospital),
            "Immunization": [_item(dose, who, hospital, endpoint.time_suffix) for dose in told],
        },
        doses=tuple(RegisterEntry(dose.reference, dose.identity, dose.row_keys) for dose in told),
        left_out=tuple(sorted({row.row_key for row in rows} - {row.row_key for row in sent})),
    )


def build_empty_register(patient: Patient, hospital: Hospital) -> dict[str, Any]:
    """Body that takes every dose of this person at this hospital away (contract 4.5).

    Only :mod:`phr.pipeline.emptied` asks for it, and only the guard sends it. Pure.

    :raises QuarantineRecord: PHR-331 when the patient lacks a required field (named, never its value).
    """
    require(patient, [], hospital)
    who = organization(hospital.hcode, hospital.name_th)
    return {
        "managingOrganization": {**who, "agent": hospital.his_version},
        "Patient": patient_block(patient, hospital),
        "Immunization": [],
    }


class _Dose:
    """All rows of one dose: the one that is sent, and under which reference."""

    def __init__(self, rows: Sequence[Immunization]) -> None:
        in_order = sorted(rows, key=lambda row: natural(row.row_key))
        self.row = max(in_order, key=_worth)  # the first of equal ones
        self.identity = f"{self.row.given_date}|{self.row.vaccine_code}"
        self.row_keys = tuple(sorted(row.row_key for row in rows))
        #: the oldest row of the first table names the dose: rows that come later leave the name alone
        self.first_key = in_order[0].row_key
        visits = sorted((row.visit_ref for row in rows if row.visit_ref), key=natural)
        self.reference = visits[0] if visits else self.row_reference

    @property
    def row_reference(self) -> str:
        """Reference made of the row key; without a colon, which separates hospital and visit (3.4)."""
        return self.first_key.replace(":", "-")


def _worth(row: Immunization) -> tuple[bool, int]:
    """What was given here tells more of it than a note of elsewhere; then the number of filled columns."""
    return not row.elsewhere, sum(getattr(row, name) is not None for name in _TELLING)


def _same_doses(rows: Iterable[Immunization]) -> Iterable[list[Immunization]]:
    """Rows of one day and one vaccine code are one dose: the code says the number of the dose too."""
    groups: dict[tuple[str | None, str | None], list[Immunization]] = {}
    for row in rows:
        groups.setdefault((row.given_date, row.vaccine_code), []).append(row)
    return groups.values()


def _distinct_references(doses: list[_Dose]) -> list[_Dose]:
    """Keep doses apart that the national side may key by visit and vaccine (contract 4.5, mark B).

    Several doses of one vaccine, given on different days, may name one visit: it is the one they were typed
    in. The first row keeps the visit's number, the others go under their row key.
    """
    taken: set[tuple[str, str | None]] = set()
    for dose in sorted(doses, key=lambda dose: natural(dose.first_key)):
        if (dose.reference, dose.row.vaccine_code) in taken:
            dose.reference = dose.row_reference
        taken.add((dose.reference, dose.row.vaccine_code))
    return doses


def _item(dose: _Dose, who: dict[str, Any], hospital: Hospital, suffix: str) -> dict[str, Any]:
    """One ``Immunization``: what the HIS does not hold is empty, never a guess; site and route are absent."""
    row = dose.row
    known = VACCINE.get(row.vaccine_code or "", {})
    display = known.get("display") or row.vaccine_name or row.vaccine_code
    quantity: dict[str, Any] = {"system": "http://unitsofmeasure.org", "code": "mL"}
    if row.quantity is not None and row.quantity > 0:
        quantity = {"value": row.quantity, **quantity}
    return {
        "managingOrganization": who,
        "status": "completed",
        "vaccineCode": {
            "coding": [{"system": VACCINE_SYSTEM, "code": row.vaccine_code, "display": display}],
            "text": row.vaccine_name or known.get("name_th") or display,
        },
        "encounterRefCode": dose.reference,
        "occurrenceDateTime": moment(row.given_date or "", row.given_time, suffix),
        "primarySource": not row.elsewhere,
        "location": _location(row, hospital),
        "manufacturer": row.manufacturer or known.get("maker") or "",
        "lotNumber": row.lot_number or "",
        "expirationDate": row.expire_date or "",
        "doseQuantity": quantity,
        "note": [],
        "reasonCode": [],
        "performer": {"license_no": row.performer_license or "", "name": row.performer_name or ""},
    }


def _location(row: Immunization, hospital: Hospital) -> str:
    if not row.elsewhere:
        return hospital.name_th
    return f"หน่วยบริการ {row.place}" if row.place else "หน่วยบริการอื่น"
