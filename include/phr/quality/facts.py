"""Facts about canonical rows that no stock expectation computes, as plain columns for the checks.

Pure functions of the rows of one hospital: no clock, no data frame, no I/O. A fact that does not apply is
``None``, which column expectations skip: each mistake is then reported once, under the reason that fits.
Comparisons between tables stay inside one hospital, so a result never depends on how hospitals are grouped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from phr.canonical import (
    Allergy,
    Appointment,
    CanonicalRow,
    IdentityEvidence,
    Immunization,
    LabResult,
    Patient,
    RegisterPerson,
    Visit,
)
from phr.mapping.codemaps import VACCINE
from phr.mapping.local_codes import MAPS
from phr.quality.cid import CidClass, classify
from phr.quality.values import date_state, day_of, text
from phr.settings import IdentityPolicy, UnmappedCodes

#: nobody alive was born before
EARLIEST_BIRTH = date(1890, 1, 1)
#: what stands in the place of a substance when there is none, without blanks
_DENIALS = frozenset(
    ("-", "ไม่มี", "ไม่แพ้", "ไม่แพ้ยา", "ไม่เคยแพ้ยา", "ไม่มีประวัติแพ้ยา", "no", "none", "nka", "nkda", "nodrugallergy")
)
#: where a day lies in the recorded life of its person; None when a date is not known
LifeOrder = Literal["ok", "before_birth", "after_death"] | None


def identity_conflicts(
    patients: Iterable[Patient], evidence: Iterable[IdentityEvidence], known_cids: frozenset[str]
) -> dict[str, Literal["birth_date", "sex"]]:
    """Citizen ids under which the HIS shows two different people (controls ID2, ID3).

    Every patient row and every piece of evidence with the id is compared: two different birth dates, or two
    different sexes, are a conflict; a missing one says nothing, an unreadable date differs from every other.

    :param known_cids: ids to judge (class ``valid``); placeholders are reported as such, not as a conflict.
    """
    births: dict[str, set[str | None]] = {}
    sexes: dict[str, set[str]] = {}
    claims: list[Patient | IdentityEvidence] = [*patients, *evidence]
    for row in claims:
        cid = text(row.cid)
        if cid is None or cid not in known_cids:
            continue
        state = date_state(row.birth_date, "birth_date", row.notes)
        if state != "missing":
            births.setdefault(cid, set()).add(text(row.birth_date) if state == "ok" else state)
        if sex := text(row.sex):
            sexes.setdefault(cid, set()).add(sex)
    conflicts: dict[str, Literal["birth_date", "sex"]] = {
        cid: "sex" for cid, seen_sexes in sexes.items() if len(seen_sexes) > 1
    }
    conflicts.update({cid: "birth_date" for cid, seen_births in births.items() if len(seen_births) > 1})
    return conflicts


@dataclass(slots=True)
class HospitalFacts:
    """What rows of one hospital say about each other."""

    today: date
    cid_classes: list[CidClass] = field(default_factory=list)  # beside the patient rows
    conflicts: dict[str, Literal["birth_date", "sex"]] = field(default_factory=dict)  # by CID
    patients: dict[str, Patient] = field(default_factory=dict)  # by HN
    visits: dict[str, Visit] = field(default_factory=dict)  # by visit_ref
    #: key of the person of a register -> that person's patient rows
    people: dict[str, list[Patient]] = field(default_factory=dict)
    unmapped_codes: UnmappedCodes = field(default_factory=UnmappedCodes)

    @classmethod
    def of(
        cls,
        tables: Mapping[str, list[CanonicalRow]],
        *,
        today: date,
        placeholders: frozenset[str],
        facility_codes: frozenset[str],
        identity_policy: IdentityPolicy = "checksum",
        unmapped_codes: UnmappedCodes | None = None,
    ) -> HospitalFacts:
        """Look-ups over one hospital's canonical tables (absent tables are empty)."""
        patients = cast("list[Patient]", tables.get("patient", []))
        evidence = cast("list[IdentityEvidence]", tables.get("identity_evidence", []))
        visits = cast("list[Visit]", tables.get("visit", []))
        facts = cls(today=today, unmapped_codes=unmapped_codes or UnmappedCodes())
        facts.cid_classes = [
            classify(
                row.cid,
                row.nationality,
                placeholders=placeholders,
                facility_codes=facility_codes,
                policy=identity_policy,
            )
            for row in patients
        ]
        valid = frozenset(
            cid
            for row, kind in zip(patients, facts.cid_classes, strict=True)
            if kind == "valid" and (cid := text(row.cid))
        )
        facts.conflicts = identity_conflicts(patients, evidence, valid)
        facts.patients = {row.hn: row for row in patients}
        facts.visits = {row.visit_ref: row for row in visits}
        for record in cast("list[RegisterPerson]", tables.get("register_person", [])):
            known = facts.people.setdefault(record.person_ref, [])
            if record.hn in facts.patients:
                known.append(facts.patients[record.hn])
        return facts

    def patient_known(self, hn: str | None) -> bool | None:
        """Whether the window holds the patient row of an HN; None without HN."""
        return hn in self.patients if text(hn) else None

    def life_order(self, visit: Visit) -> LifeOrder:
        """A visit's day against the recorded life of its patient."""
        patient = self.patients.get(visit.hn) if visit.hn else None
        return _life_order(day_of(visit.service_day), [patient] if patient else [])

    def order_of(self, person_ref: str, day: str | None) -> LifeOrder:
        """A day of a register against every record of its person: the strictest one counts."""
        return _life_order(day_of(day), self.people.get(person_ref, []))

    def code_state(self, code_map: str, row: CanonicalRow) -> Literal["ok", "unmapped"] | None:
        """Whether a row has its national code; None where the hospital sends it in its own words anyway."""
        if getattr(self.unmapped_codes, code_map) != "quarantine":
            return None
        return "ok" if MAPS[code_map].has_code(row) else "unmapped"

    def appointment_order(self, row: Appointment) -> Literal["ok", "before_visit"] | None:
        """An appointment's day against the day of the visit it was made in."""
        visit = self.visits.get(row.visit_ref)
        start = day_of(row.start_date)
        made = day_of(visit.service_day) if visit else None
        if start is None or made is None:
            return None
        return "before_visit" if start < made else "ok"


def _life_order(day: date | None, patients: list[Patient]) -> LifeOrder:
    if day is None or not patients:
        return None
    births = [birth for patient in patients if (birth := day_of(patient.birth_date))]
    deaths = [death for patient in patients if (death := day_of(patient.death_date))]
    if deaths and day > min(deaths):
        return "after_death"
    if births and day < max(births):
        return "before_birth"
    return "ok"


def links(row: RegisterPerson) -> Literal["ok", "ambiguous"]:
    """Whether the records of a person agree on the citizen id (rule R6), as the adapter noted it."""
    return "ambiguous" if "ambiguous:cid" in str(row.notes or "").split() else "ok"


def vaccine_state(row: Immunization) -> Literal["ok", "missing", "unknown"]:
    """Whether the vaccine has a code of the national list."""
    code = text(row.vaccine_code)
    if code is None:
        return "missing"
    return "ok" if code in VACCINE else "unknown"


def denies_allergy(row: Allergy) -> bool:
    """Whether an entry says that there is no allergy: some sites type that into the list itself."""
    words = "".join((text(row.substance) or "").casefold().split())
    return words in _DENIALS or words.startswith("ปฏิเสธ")


def death_order(row: Patient) -> Literal["ok", "before_birth"] | None:
    """Recorded death against birth; None when a date is not known."""
    birth, death = day_of(row.birth_date), day_of(row.death_date)
    if birth is None or death is None:
        return None
    return "before_birth" if death < birth else "ok"


def lab_named(row: LabResult) -> bool:
    """A result that can be told apart: a name or any code."""
    return any(text(value) for value in (row.name, row.local_code, row.loinc, row.tmlt, row.labtest))
