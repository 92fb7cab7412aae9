"""Doses become immunization registers: one document per person, the whole set, never part of it (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from phr.canonical import Immunization, RegisterPerson
from phr.errors import QuarantineRecord
from phr.ledger.decide import Desired
from phr.mapping import (
    RegisterBundle,
    best_record,
    build_immunization_register,
    content_hash,
    encode,
)
from phr.pipeline.chunks import Chunk
from phr.pipeline.documents import Builder, Built, blocking, released
from phr.release import decide_register


class RegisterBuilder(Builder):
    """Builds the immunization registers of one hospital. References are pseudonyms of the persons."""

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
        patients = [chunk.patients[r.hn] for r in records if r.hn and r.hn in chunk.patients]
        entries = self.entries(reference, day, chunk.found(person, [record.hn for record in records]))
        reasons = blocking(entries)
        if reasons or not patients:
            reasons = reasons or ["PATIENT_MISSING"]
            return self.kept_back(reference, day, "quarantined", reasons, entries, None)
        patient = best_record(patients)
        person_key = self.person_key(patient.cid) if patient.cid else None
        doses = cast(list[Immunization], chunk.children[person]["immunization"])
        try:
            document = build_immunization_register(
                RegisterBundle(patient, doses), self.hospital, self.endpoint
            )
        except QuarantineRecord as error:
            return self.unbuildable(reference, day, error, entries, person_key)
        decision = decide_register(self.policy)
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
            children=tuple(self.child_hash(row) for dose in document.doses for row in dose.row_keys),
            keys=tuple(self.child_hash(dose.identity) for dose in document.doses),
            bad_children=tuple(
                self.child_hash(row_key) for _table, row_key, _rule in chunk.findings.get(person, [])
            ),
        )
        return Built(desired, entries, encode(document.body) if state == "pending" else None)
