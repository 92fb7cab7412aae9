"""From the staged rows of a chunk to documents: group, check verdicts, decide release, map, hash."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, cast

from phr.canonical import (
    TABLES,
    Appointment,
    CanonicalRow,
    Coverage,
    Diagnosis,
    DrugDispense,
    LabResult,
    Patient,
    Screening,
    Visit,
    VitalSign,
)
from phr.canonical.tables import CHILD_TABLES
from phr.errors import QuarantineRecord, StopHospital
from phr.ledger.decide import Desired
from phr.ledger.quarantined import QuarantineEntry
from phr.mapping import (
    MAPPING_VERSION,
    VisitBundle,
    build_encounter,
    content_hash,
    encode,
    patient_hash,
    source_hash,
)
from phr.mapping.source import EARLIER
from phr.pipeline.context import Context
from phr.privacy import Keyring, StagingArea
from phr.quality import RULES
from phr.release import Policy, decide_bundle, without_withheld_texts
from phr.settings import EndpointSettings, Hospital

_REASON_LENGTH = 200  # width of document.desired_reason
_REFERENCE_LENGTH = 64  # width of document.reference
_UNUSABLE_RULE = "visit.ref_blank"


@dataclass
class Chunk:
    """Rows of one chunk with their verdicts; children grouped by visit."""

    references: list[str]
    visits: dict[str, Visit]
    patients: dict[str, Patient]
    children: dict[str, dict[str, list[CanonicalRow]]]
    bad_children: dict[str, dict[str, list[CanonicalRow]]]
    #: visit reference -> findings on its children: (table, row key, rule)
    findings: dict[str, list[tuple[str, str, str]]]
    bad_visits: dict[str, list[str]]
    bad_patients: dict[str, list[str]]
    accepted: Counter[str] = field(default_factory=Counter)
    put_aside: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, area: StagingArea, name: str) -> Chunk:
        """Read a chunk and its verdict; every child row is either accepted or put aside."""
        content, verdict = area.read(name), area.read(f"verdict-{name}")
        raw: dict[str, list[list[Any]]] = content["rows"]
        chunk = cls(
            references=content["references"],
            visits={v.visit_ref: v for v in (Visit(*values) for values in raw.get("visit", []))},
            patients={p.hn: p for p in (Patient(*values) for values in raw.get("patient", []))},
            children=defaultdict(lambda: {table: [] for table in CHILD_TABLES}),
            bad_children=defaultdict(lambda: {table: [] for table in CHILD_TABLES}),
            findings=defaultdict(list),
            bad_visits=verdict["documents"],
            bad_patients=verdict["patients"],
        )
        for table in CHILD_TABLES:
            kind, bad = TABLES[table], verdict["rows"].get(table, {})
            for index, values in enumerate(raw.get(table, [])):
                row = cast(Any, kind(*values))
                rules = bad.get(str(index))
                if rules:
                    chunk.put_aside[table] += 1
                    chunk.bad_children[row.visit_ref][table].append(row)
                    for rule in rules:
                        chunk.findings[row.visit_ref].append((table, row.row_key or "", rule))
                else:
                    chunk.accepted[table] += 1
                    chunk.children[row.visit_ref][table].append(row)
        return chunk

    def all_children(self, reference: str) -> dict[str, list[CanonicalRow]]:
        """Accepted and put-aside children of a visit."""
        good, bad = self.children[reference], self.bad_children.get(reference)
        return {table: good[table] + bad[table] for table in CHILD_TABLES} if bad else good


@dataclass(frozen=True, slots=True)
class Built:
    """One document: what the ledger should know, its findings, and its body when it may be sent."""

    desired: Desired
    entries: list[QuarantineEntry]
    body: bytes | None


@dataclass
class DocumentBuilder:
    """Builds the documents of one hospital."""

    hospital: Hospital
    endpoint: EndpointSettings
    policy: Policy
    keyring: Keyring

    @classmethod
    def create(cls, context: Context, hospital: Hospital) -> DocumentBuilder:
        """Load the hospital's policy; raises ``StopHospital``: PHR-106 none (DM3), PHR-101 a bad one."""
        try:
            policy = Policy.load(context.home.config_dir, hospital.class_policy)
        except StopHospital as error:
            raise StopHospital(error.fault, hospital=hospital.hcode, detail=error.detail) from None
        return cls(hospital, context.province.endpoint, policy, context.keyring)

    def build(self, chunk: Chunk) -> Iterator[Built]:
        """Every visit row of the chunk, in order; a reference without a visit row builds nothing, and so
        shows as a remainder."""
        for reference in chunk.references:
            visit = chunk.visits.get(reference)
            if visit is not None:
                yield self._build(chunk, visit) if _usable(reference) else self._unusable(visit)

    def _build(self, chunk: Chunk, visit: Visit) -> Built:
        reference = visit.visit_ref
        day = date.fromisoformat(visit.service_day or "")
        patient = chunk.patients.get(visit.hn) if visit.hn else None
        entries = self._entries(chunk, visit, day)
        rules = [entry.rule_id for entry in entries if entry.scope == "document"]
        person_key = self._person_key(patient.cid) if patient and patient.cid and not rules else None
        if rules or patient is None:
            reasons = sorted({RULES[rule].reason for rule in rules}) or ["PATIENT_MISSING"]
            return self._kept_back(reference, day, "quarantined", reasons, entries, person_key)
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
            entry = QuarantineEntry(
                reference, day, "visit", self._row_hash("visit", reference), error.fault.code, "document"
            )
            return self._kept_back(
                reference, day, "quarantined", [error.fault.code], [*entries, entry], person_key
            )
        key, key_id = self.keyring.subkey("content", self.keyring.content), self.keyring.content
        desired = Desired(
            reference=reference,
            service_day=day,
            state="pending" if decision.action == "send" else "held",
            reason=None
            if decision.action == "send"
            else _reason(list(decision.reasons) or [decision.data_class]),
            person_key=person_key,
            content_hash=f"{key_id}:{content_hash(document.body, key)}",
            source_hash=f"{key_id}:{source_hash(bundle, key)}",
            earlier_sources={m: f"{key_id}:{source_hash(bundle, key, m)}" for m in EARLIER},
            patient_hash=f"{key_id}:{patient_hash(document.body, key)}",
            mapping=MAPPING_VERSION,
            policy=decision.policy_version,
            data_class=decision.data_class,
            children=tuple(self._child_hash(child) for child in document.child_keys),
            keys=tuple(self._child_hash(key) for key in document.national_keys),
            bad_children=tuple(
                self._child_hash(f"{table}:{row_key}")
                for table, row_key, _rule in chunk.findings.get(reference, [])
            ),
        )
        body = encode(document.body) if desired.state == "pending" else None
        return Built(desired, entries, body)

    def _unusable(self, visit: Visit) -> Built:
        """A visit number that no reference can hold: counted and listed under a name made from it."""
        reference = "~" + self.keyring.pseudonym(visit.visit_ref, purpose="row").partition(":")[2]
        day = date.fromisoformat(visit.service_day or "")
        row_hash = self._row_hash("visit", visit.visit_ref)
        entry = QuarantineEntry(reference, day, "visit", row_hash, _UNUSABLE_RULE, "document")
        return self._kept_back(reference, day, "quarantined", [RULES[_UNUSABLE_RULE].reason], [entry], None)

    def _kept_back(
        self,
        reference: str,
        day: date,
        state: Literal["held", "quarantined"],
        reasons: list[str],
        entries: list[QuarantineEntry],
        person_key: str | None,
    ) -> Built:
        desired = Desired(
            reference=reference,
            service_day=day,
            state=state,
            reason=_reason(reasons),
            person_key=person_key,
            mapping=MAPPING_VERSION,
            policy=self.policy.version,
        )
        return Built(desired, entries, None)

    def _entries(self, chunk: Chunk, visit: Visit, day: date) -> list[QuarantineEntry]:
        ref = visit.visit_ref
        found = [("visit", ref, rule) for rule in chunk.bad_visits.get(ref, [])]
        found += [("patient", visit.hn or "", rule) for rule in chunk.bad_patients.get(visit.hn or "", [])]
        found += chunk.findings.get(ref, [])
        unique = {(table, self._row_hash(table, key), rule) for table, key, rule in found}
        return [
            QuarantineEntry(ref, day, table, row_hash, rule, RULES[rule].scope)
            for table, row_hash, rule in sorted(unique)
        ]

    def _row_hash(self, table: str, row_key: str) -> str:
        """A row is named by a keyed hash: its own key may hold a code or an HN."""
        return self.keyring.pseudonym(f"{self.hospital.hcode}:{table}:{row_key}", purpose="row")

    def _person_key(self, cid: str) -> str:
        # as lasting as the content hashes: under a new key every person would look changed
        return self.keyring.pseudonym(cid, key_id=self.keyring.content)

    def _child_hash(self, child_key: str) -> str:
        key = self.keyring.subkey("child", self.keyring.content)
        return hmac.new(key, child_key.encode(), hashlib.sha256).hexdigest()[:16]


def _usable(reference: str) -> bool:
    return len(reference) <= _REFERENCE_LENGTH and reference.isprintable() and " " not in reference


def _bundle(patient: Patient, visit: Visit, children: dict[str, list[CanonicalRow]]) -> VisitBundle:
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


def _reason(codes: list[str]) -> str:
    """Codes without their topic: ``RESTRICTED:HIV`` beside a visit number would be a diagnosis."""
    return ",".join(sorted({code.partition(":")[0] for code in codes}))[:_REASON_LENGTH]
