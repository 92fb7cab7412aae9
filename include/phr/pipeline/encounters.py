"""Visits become encounter documents: check verdicts, decide release, map, hash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from phr.canonical import (
    Appointment,
    Coverage,
    Diagnosis,
    DrugDispense,
    LabResult,
    Patient,
    Screening,
    Visit,
    VitalSign,
)
from phr.errors import QuarantineRecord
from phr.ledger.decide import Desired
from phr.ledger.quarantined import QuarantineEntry
from phr.mapping import VisitBundle, build_encounter, content_hash, encode, patient_hash, source_hash
from phr.mapping.source import EARLIER
from phr.pipeline.chunks import Chunk, Rows
from phr.pipeline.documents import Builder, Built, blocking, released
from phr.quality import RULES
from phr.release import decide_bundle, without_withheld_texts

_REFERENCE_LENGTH = 64  # width of document.reference
_UNUSABLE_RULE = "visit.ref_blank"


class EncounterBuilder(Builder):
    """Builds the encounter documents of one hospital."""

    def build(self, chunk: Chunk) -> Iterator[Built]:
        """Every visit row of the chunk, in order; a reference without a visit row builds nothing, and so
        shows as a remainder."""
        for reference in chunk.references:
            for visit in chunk.heads.get(reference, ())[:1]:
                yield self._build(chunk, visit) if _usable(reference) else self._unusable(visit)

    def _build(self, chunk: Chunk, visit: Visit) -> Built:
        reference = visit.visit_ref
        day = date.fromisoformat(visit.service_day or "")
        patient = chunk.patients.get(visit.hn) if visit.hn else None
        entries = self.entries(reference, day, chunk.found(reference, [visit.hn]))
        reasons = blocking(entries)
        person_key = self.person_key(patient.cid) if patient and patient.cid and not reasons else None
        if reasons or patient is None:
            reasons = reasons or ["PATIENT_MISSING"]
            return self.kept_back(reference, day, "quarantined", reasons, entries, person_key)
        # a row that the checks put aside, or a text the policy does not send, still tells what the visit was
        # about: it counts for the class
        decision = decide_bundle(self.policy, _bundle(patient, visit, chunk.all_children(reference)))
        bundle = _bundle(patient, visit, chunk.children[reference])
        set_aside = chunk.bad_children[reference]["drug_dispense"] if reference in chunk.bad_children else []
        bundle.set_aside_drugs.extend(cast(list[DrugDispense], set_aside))
        bundle = without_withheld_texts(self.policy, bundle)
        try:
            document = build_encounter(bundle, self.hospital, self.endpoint)
        except QuarantineRecord as error:
            return self.unbuildable(reference, day, error, entries, person_key)
        key, key_id = self.content_key
        state, reason = released(decision)
        desired = Desired(
            reference=reference,
            service_day=day,
            state=state,
            reason=reason,
            person_key=person_key,
            content_hash=f"{key_id}:{content_hash(document.body, key)}",
            source_hash=f"{key_id}:{source_hash(bundle, key)}",
            earlier_sources={m: f"{key_id}:{source_hash(bundle, key, m)}" for m in EARLIER},
            patient_hash=f"{key_id}:{patient_hash(document.body, key)}",
            mapping=self.kind.mapping_version,
            policy=decision.policy_version,
            data_class=decision.data_class,
            children=tuple(self.child_hash(child) for child in document.child_keys),
            keys=tuple(self.child_hash(national) for national in document.national_keys),
            bad_children=tuple(
                self.child_hash(f"{table}:{row_key}")
                for table, row_key, _rule in chunk.findings.get(reference, [])
            ),
        )
        return Built(desired, entries, encode(document.body) if state == "pending" else None)

    def _unusable(self, visit: Visit) -> Built:
        """A visit number that no reference can hold: counted and listed under a name made from it."""
        reference = "~" + self.keyring.pseudonym(visit.visit_ref, purpose="row").partition(":")[2]
        day = date.fromisoformat(visit.service_day or "")
        row_hash = self.row_hash("visit", visit.visit_ref)
        entry = QuarantineEntry(reference, day, "visit", row_hash, _UNUSABLE_RULE, "document")
        return self.kept_back(reference, day, "quarantined", [RULES[_UNUSABLE_RULE].reason], [entry], None)


def _usable(reference: str) -> bool:
    return len(reference) <= _REFERENCE_LENGTH and reference.isprintable() and " " not in reference


def _bundle(patient: Patient, visit: Visit, children: Rows) -> VisitBundle:
    vitals = cast(list[VitalSign], children["vital_sign"])
    return VisitBundle(
        patient=patient,
        visit=visit,
        vital_sign=vitals[0] if vitals else None,
        screening=cast(list[Screening], children["screening"]),
        diagnoses=cast(list[Diagnosis], children["diagnosis"]),
        coverages=cast(list[Coverage], children["coverage"]),
        appointments=cast(list[Appointment], children["appointment"]),
        lab_results=cast(list[LabResult], children["lab_result"]),
        drug_dispenses=cast(list[DrugDispense], children["drug_dispense"]),
    )
