"""What the builders of all kinds share: hashes, findings, and documents that are kept back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from phr.errors import QuarantineRecord
from phr.ledger.decide import Desired
from phr.ledger.quarantined import QuarantineEntry
from phr.pipeline.context import Context
from phr.pipeline.kinds import Kind
from phr.privacy import Keyring
from phr.quality import RULES
from phr.release import Decision, Policy
from phr.settings import EndpointSettings, Hospital

_REASON_LENGTH = 200  # width of document.desired_reason


@dataclass(frozen=True, slots=True)
class Built:
    """One document: what the ledger should know, its findings, and its body when it may be sent."""

    desired: Desired
    entries: list[QuarantineEntry]
    body: bytes | None


@dataclass
class Builder:
    """Builds the documents of one kind for one hospital."""

    hospital: Hospital
    endpoint: EndpointSettings
    policy: Policy
    keyring: Keyring
    kind: Kind

    @classmethod
    def create(cls, context: Context, hospital: Hospital) -> Self:
        """Load the hospital's policy; raises ``StopHospital``: PHR-106 none (DM3), PHR-101 a bad one."""
        policy = Policy.of(context.home.config_dir, hospital)
        return cls(hospital, context.province.endpoint, policy, context.keyring, context.kind)

    def kept_back(
        self,
        reference: str,
        day: date,
        state: Literal["held", "quarantined"],
        reasons: list[str],
        entries: list[QuarantineEntry],
        person_key: str | None,
    ) -> Built:
        """A document without content: its data is wrong, or it may not even be built."""
        desired = Desired(
            reference=reference,
            service_day=day,
            state=state,
            reason=_reason(reasons),
            person_key=person_key,
            mapping=self.kind.mapping_version,
            policy=self.policy.version,
        )
        return Built(desired, entries, None)

    def unbuildable(
        self,
        reference: str,
        day: date,
        error: QuarantineRecord,
        entries: list[QuarantineEntry],
        person_key: str | None,
    ) -> Built:
        """The mapping found that a required field is missing."""
        head = self.kind.head_table
        code = error.fault.code
        entry = QuarantineEntry(reference, day, head, self.row_hash(head, reference), code, "document")
        return self.kept_back(reference, day, "quarantined", [code], [*entries, entry], person_key)

    def entries(
        self, reference: str, day: date, found: Iterable[tuple[str, str, str]]
    ) -> list[QuarantineEntry]:
        """Findings (table, row key, rule) as the work list keeps them."""
        unique = {(table, self.row_hash(table, key), rule) for table, key, rule in found}
        return [
            QuarantineEntry(reference, day, table, row_hash, rule, RULES[rule].scope)
            for table, row_hash, rule in sorted(unique)
        ]

    def row_hash(self, table: str, row_key: str) -> str:
        """A row is named by a keyed hash: its own key may hold a code or an HN."""
        return self.keyring.pseudonym(f"{self.hospital.hcode}:{table}:{row_key}", purpose="row")

    def person_key(self, cid: str) -> str:
        """Pseudonym of a citizen; as lasting as the content hashes, or every person would look changed."""
        return self.keyring.pseudonym(cid, key_id=self.keyring.content)

    def child_hash(self, child_key: str) -> str:
        """Keyed hash of a child's key: enough to tell the children of one document apart."""
        return child_hash(self.keyring, child_key)

    @property
    def content_key(self) -> tuple[bytes, str]:
        """Key of the content hashes and its id."""
        return self.keyring.subkey("content", self.keyring.content), self.keyring.content


def child_hash(keyring: Keyring, child_key: str) -> str:
    """See :meth:`Builder.child_hash`."""
    key = keyring.subkey("child", keyring.content)
    return hmac.new(key, child_key.encode(), hashlib.sha256).hexdigest()[:16]


def blocking(entries: Iterable[QuarantineEntry]) -> list[str]:
    """Reasons of the findings that take out the whole document."""
    return sorted({RULES[entry.rule_id].reason for entry in entries if entry.scope == "document"})


def released(decision: Decision) -> tuple[Literal["pending", "held"], str | None]:
    """State and reason of a decision of the class policy (R10)."""
    if decision.action == "send":
        return "pending", None
    return "held", _reason(list(decision.reasons) or [decision.data_class])


def _reason(codes: list[str]) -> str:
    """Codes without their topic: ``RESTRICTED:HIV`` beside a visit number would be a diagnosis."""
    return ",".join(sorted({code.partition(":")[0] for code in codes}))[:_REASON_LENGTH]
