"""Rows of a person become a register: one document per person, the whole set, never part of it (R6)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple, cast

from phr.canonical import (
    Allergy,
    CanonicalRow,
    ChronicRegistration,
    Immunization,
    Patient,
    RegisterPerson,
)
from phr.errors import QuarantineRecord
from phr.ledger.decide import Desired
from phr.mapping import (
    AllergyBundle,
    ChronicBundle,
    RegisterBundle,
    RegisterEntry,
    best_record,
    build_allergies,
    build_chronic,
    build_immunization_register,
    content_hash,
    encode,
)
from phr.mapping.chronic import disease_of
from phr.pipeline.chunks import Chunk
from phr.pipeline.documents import Builder, Built, blocking, released
from phr.release import Decision, decide_allergies, decide_chronic, decide_register

#: reason of a register whose diseases all lack a code of the national list
NO_NATIONAL_CODE = "NO_NATIONAL_CODE"


class Composed(NamedTuple):
    """Body of a register and its entries."""

    body: dict[str, Any]
    entries: tuple[RegisterEntry, ...]


class RegisterBuilder(Builder):
    """Builds the registers of one hospital. References are pseudonyms of the persons."""

    @abstractmethod
    def compose(self, patient: Patient, rows: list[CanonicalRow]) -> Composed:
        """The register of these rows; raises ``QuarantineRecord`` when there is nothing to send."""

    @abstractmethod
    def decide(self, patient: Patient, rows: list[CanonicalRow], day: date) -> Decision:
        """Whether it may be sent, by every row of the person, those that the checks put aside included."""

    def nothing_to_say(self, rows: list[CanonicalRow]) -> str | None:  # noqa: ARG002
        """Why nothing of these rows can be sent although nothing is wrong with them; None: something can."""
        return None

    def build(self, chunk: Chunk) -> Iterator[Built]:
        """Every person of the chunk, in order; one without any record or day builds nothing, and so shows as
        a remainder."""
        name = self.kind.namer(self.keyring)
        for person in chunk.references:
            records: list[RegisterPerson] = chunk.heads.get(person, [])
            days = [record.newest_day for record in records if record.newest_day]
            if days:
                yield self._build(chunk, person, name(person), date.fromisoformat(max(days)), records)

    def _build(
        self, chunk: Chunk, person: str, reference: str, day: date, records: list[RegisterPerson]
    ) -> Built:
        (table,) = self.kind.child_tables
        patients = [chunk.patients[r.hn] for r in records if r.hn and r.hn in chunk.patients]
        entries = self.entries(reference, day, chunk.found(person, [record.hn for record in records]))
        reasons = blocking(entries)
        if reasons or not patients:
            reasons = reasons or ["PATIENT_MISSING"]
            return self.kept_back(reference, day, "quarantined", reasons, entries, None)
        patient = best_record(patients)
        person_key = self.person_key(patient.cid) if patient.cid else None
        if reason := self.nothing_to_say(chunk.children[person][table]):
            return self.kept_back(reference, day, "held", [reason], entries, person_key)
        decision = self.decide(patient, chunk.all_children(person)[table], day)
        try:
            document = self.compose(patient, chunk.children[person][table])
        except QuarantineRecord as error:
            return self.unbuildable(reference, day, error, entries, person_key)
        key, key_id = self.content_key
        state, reason = released(decision)
        content = f"{key_id}:{content_hash(document.body, key)}"
        desired = Desired(
            reference=reference,
            service_day=day,
            state=state,
            reason=reason,
            person_key=person_key,
            content_hash=content,
            source_hash=content,  # one mapping so far: the content says what the source said
            patient_hash=None,  # a changed Patient block travels with a visit, not with years of doses (R4)
            mapping=self.kind.mapping_version,
            policy=decision.policy_version,
            data_class=decision.data_class,
            children=tuple(self.child_hash(row) for entry in document.entries for row in entry.row_keys),
            keys=tuple(self.child_hash(entry.identity) for entry in document.entries),
            bad_children=tuple(
                self.child_hash(row_key) for _table, row_key, _rule in chunk.findings.get(person, [])
            ),
        )
        return Built(desired, entries, encode(document.body) if state == "pending" else None)


class ImmunizationBuilder(RegisterBuilder):
    """Immunization registers: class C1, whatever the doses."""

    def compose(self, patient: Patient, rows: list[CanonicalRow]) -> Composed:  # noqa: D102
        bundle = RegisterBundle(patient, cast(list[Immunization], rows))
        document = build_immunization_register(bundle, self.hospital, self.endpoint)
        return Composed(document.body, document.doses)

    def decide(self, patient: Patient, rows: list[CanonicalRow], day: date) -> Decision:  # noqa: D102, ARG002
        return decide_register(self.policy)


class AllergyBuilder(RegisterBuilder):
    """Registers of allergies."""

    def compose(self, patient: Patient, rows: list[CanonicalRow]) -> Composed:  # noqa: D102
        bundle = AllergyBundle(patient, cast(list[Allergy], rows))
        document = build_allergies(bundle, self.hospital, self.endpoint)
        return Composed(document.body, document.entries)

    def decide(self, patient: Patient, rows: list[CanonicalRow], day: date) -> Decision:  # noqa: D102
        allergies = cast(list[Allergy], rows)
        return decide_allergies(self.policy, allergies, patient.birth_date, day.isoformat())


class ChronicBuilder(RegisterBuilder):
    """Entries of the chronic disease register."""

    def compose(self, patient: Patient, rows: list[CanonicalRow]) -> Composed:  # noqa: D102
        bundle = ChronicBundle(patient, cast(list[ChronicRegistration], rows))
        document = build_chronic(bundle, self.hospital, self.endpoint)
        return Composed(document.body, document.entries)

    def nothing_to_say(self, rows: list[CanonicalRow]) -> str | None:
        """Held, not quarantined: the hospital can do nothing about a list that is not published."""
        told = [row for row in cast(list[ChronicRegistration], rows) if not row.withheld]
        coded = any(disease_of(row, self.endpoint) for row in told)
        return None if coded or not told else NO_NATIONAL_CODE

    def decide(self, patient: Patient, rows: list[CanonicalRow], day: date) -> Decision:  # noqa: D102
        entries = cast(list[ChronicRegistration], rows)
        return decide_chronic(self.policy, entries, patient.birth_date, day.isoformat())
