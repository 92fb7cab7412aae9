"""Send, hold or never: the decision about one document (rule R10; DM3 to DM7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from phr.canonical import (
    Allergy,
    Appointment,
    ChronicRegistration,
    Coverage,
    Diagnosis,
    DrugDispense,
    LabResult,
    Visit,
)
from phr.mapping import VisitBundle
from phr.release.icd10 import Hit
from phr.release.policy import CLASSES, Action, Policy

#: an encounter is general clinical data at least, whatever it holds
BASE_CLASS = CLASSES.index("C2")
#: immunizations and allergies: what anybody who treats the person must know
REGISTER_CLASS = CLASSES.index("C1")
_WORDS = {"C3": "RESTRICTED", "C4": "VERY_RESTRICTED"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a document, and why, without any clinical value.

    ``reasons`` are labels only: ``RESTRICTED:HIV``, ``VERY_RESTRICTED:SDV``; ``MINOR:SEX`` (stricter by age),
    ``TEXT:HIV`` (beside the first two: a text or laboratory code gave the label, no diagnosis did),
    ``UNPARSEABLE_CODE``, ``CLASS:C2`` (the policy holds the class itself).
    """

    action: Action
    data_class: str
    policy_version: str
    reasons: tuple[str, ...]


def decide(
    policy: Policy,
    *,
    diagnoses: Sequence[Diagnosis],
    lab_results: Sequence[LabResult],
    drug_dispenses: Sequence[DrugDispense],
    visit: Visit,
    birth_date: str | None,
    appointments: Sequence[Appointment] = (),
    coverages: Sequence[Coverage] = (),
) -> Decision:
    """Class of the encounter = the highest class of any of its parts, and the policy's action for it.

    Pass *all* rows of the visit with all their texts, also those the checks put aside and those the policy
    does not send: what is left out of the document may still be what makes it restricted. An empty encounter
    is C2.
    """
    unparseable = False
    coded: set[Hit] = set()
    for diagnosis in diagnoses:
        hits = policy.icd10.lookup(diagnosis.code)
        if hits is None:
            unparseable = True
        elif hits:
            coded.update(hits)
    worded = _side_channels(policy, diagnoses, lab_results, drug_dispenses, visit, appointments, coverages)
    return _judge(policy, coded, worded, unparseable, birth_date, visit.service_day)


def _judge(
    policy: Policy,
    coded: set[Hit],
    worded: set[Hit],
    unparseable: bool,
    birth_date: str | None,
    day: str | None,
) -> Decision:
    """The decision about clinical content, by what codes and texts give away; at least C2."""
    if not coded and not worded and not unparseable:
        return _conclude(policy, BASE_CLASS, False, ())

    file = policy.file
    level = BASE_CLASS
    found: dict[str, int] = {}
    for label, letter in coded | worded:
        found[label] = max(found.get(label, 0), CLASSES.index(file.confidentiality[letter]))  # type: ignore[index]
    reasons: list[str] = []
    young = found.keys() & set(file.minors.labels) and _is_young(birth_date, day, file.minors.below_age)
    by_code = {label for label, _ in coded}
    for label in sorted(found):
        own = found[label]
        if young and label in file.minors.labels:
            reasons.append(f"MINOR:{label}")
            own = max(own, CLASSES.index(file.minors.data_class))
        level = max(level, own)
        if word := _WORDS.get(CLASSES[own]):
            reasons.append(f"{word}:{label}")
            if label not in by_code:
                reasons.append(f"TEXT:{label}")
    if unparseable:
        reasons.append("UNPARSEABLE_CODE")
        level = max(level, CLASSES.index(file.unparseable_code))
    return _conclude(policy, level, unparseable, tuple(reasons))


def decide_bundle(policy: Policy, bundle: VisitBundle) -> Decision:
    """:func:`decide` over every part of a bundle."""
    return decide(
        policy,
        diagnoses=bundle.diagnoses,
        lab_results=bundle.lab_results,
        drug_dispenses=bundle.drug_dispenses,
        visit=bundle.visit,
        birth_date=bundle.patient.birth_date,
        appointments=bundle.appointments,
        coverages=bundle.coverages,
    )


def without_withheld_texts(policy: Policy, bundle: VisitBundle) -> VisitBundle:
    """The bundle as it may be sent: free texts whose class the policy does not send are gone.

    Decide first, over the whole bundle: a text tells what the visit was about, sent or not (DM5).
    """
    visit, sends = bundle.visit, policy.sends_text
    return replace(
        bundle,
        visit=visit._replace(
            chief_complaint=visit.chief_complaint if sends("chief_complaint") else None,
            present_illness=visit.present_illness if sends("present_illness") else None,
            diagnosis_text=visit.diagnosis_text if sends("diagnosis_text") else None,
        ),
        appointments=[
            row._replace(
                cause=row.cause if sends("appointment_cause") else None,
                note=row.note if sends("appointment_note") else None,
            )
            for row in bundle.appointments
        ],
    )


def decide_register(policy: Policy) -> Decision:
    """An immunization register is class C1, basic safety: the policy's action for it, whatever the doses."""
    return _conclude(policy, REGISTER_CLASS, False, ())


def decide_allergies(
    policy: Policy, allergies: Sequence[Allergy], birth_date: str | None, day: str
) -> Decision:
    """Allergies are class C1 too, unless a drug or reaction gives a topic away (fail closed).

    Pass every row of the register, also those the checks put aside. One entry decides about the whole
    register, which is never sent in part.

    :param day: service day of the register, for the age rule.
    """
    text = policy.text
    worded: set[Hit] = set()
    for row in allergies:
        worded.update(text.drug(row.substance, None, None))
        worded.update(text.free_text(row.substance))
        worded.update(text.free_text(row.reaction))
    if not worded:
        return _conclude(policy, REGISTER_CLASS, False, ())
    return _judge(policy, set(), worded, False, birth_date, day)


def decide_chronic(
    policy: Policy, entries: Sequence[ChronicRegistration], birth_date: str | None, day: str
) -> Decision:
    """Entries of the chronic disease register are general clinical data, and stricter by code and text.

    Pass every row of the register, also those the checks put aside; one entry decides about all of them.

    :param day: service day of the register, for the age rule.
    """
    text, unparseable = policy.text, False
    coded: set[Hit] = set()
    worded: set[Hit] = set()
    for row in entries:
        hits = policy.icd10.lookup(row.code)
        if hits is None:
            unparseable = True
        else:
            coded.update(hits)
        worded.update(text.name(row.name))
        worded.update(text.unit(row.clinic_name))
    return _judge(policy, coded, worded, unparseable, birth_date, day)


def _conclude(policy: Policy, level: int, at_least_hold: bool, reasons: tuple[str, ...]) -> Decision:
    name = CLASSES[level]
    action = policy.file.classes[name].action
    if at_least_hold and action == "send":
        action = "hold"
    if action != "send" and not reasons:
        reasons = (f"CLASS:{name}",)
    return Decision(action, name, policy.version, reasons)


def _side_channels(
    policy: Policy,
    diagnoses: Sequence[Diagnosis],
    lab_results: Sequence[LabResult],
    drug_dispenses: Sequence[DrugDispense],
    visit: Visit,
    appointments: Sequence[Appointment],
    coverages: Sequence[Coverage],
) -> set[Hit]:
    text = policy.text
    hits = list(text.unit(visit.clinic_name, visit.department_name))
    hits += text.free_text(visit.chief_complaint)
    hits += text.free_text(visit.present_illness)
    hits += text.free_text(visit.diagnosis_text)
    for diagnosis in diagnoses:
        hits += text.name(diagnosis.name)
    for lab in lab_results:
        hits += text.lab(lab.name, lab.group_name, lab.loinc, lab.tmlt, lab.labtest)
        hits += text.result(lab.value)
        for word in (lab.reference_text, lab.abnormal, lab.local_code):
            hits += text.lab_word(word)
    for drug in drug_dispenses:
        hits += text.drug(drug.name, drug.usage_text, drug.instruction_th)
    for appointment in appointments:
        hits += text.unit(appointment.clinic_name)
        hits += text.free_text(appointment.cause)
        hits += text.free_text(appointment.note)
    for coverage in coverages:
        hits += text.name(coverage.plan_name)
    return set(hits)


def _is_young(birth_date: str | None, service_day: str | None, below_age: int) -> bool:
    """Younger than ``below_age`` full years on the service day; an unknown age counts as young."""
    if not birth_date or not service_day or not birth_date[:4].isdigit():
        return True
    return f"{int(birth_date[:4]) + below_age:04d}{birth_date[4:]}" > service_day
