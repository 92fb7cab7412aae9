"""The one door to every call that replaces or deletes (promise 2; R5 to R8, controls IN1 to IN4).

Nothing else makes a :class:`Permit`, and the client removes nothing without one. What is sent is looked at
here too: a body that would replace a whole set must be the set the ledger knows, and ``scope`` is never
``ALL`` unless the settings say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from phr import faults
from phr.delivery.client import Answer, EntriesPermit, Permit, PhrClient
from phr.delivery.readback import chronic_references, references
from phr.errors import Bug
from phr.ledger.approvals import Action
from phr.ledger.claims import Claim
from phr.ledger.decide import REMOVE_CALL_KINDS, SET_KINDS
from phr.ledger.destructive import Destructive, Permission
from phr.ledger.outbox import Outbox
from phr.settings import EndpointSettings

#: section of the body that is the whole set of a person
_SECTIONS = {
    "immunization": "Immunization",
    "allergy": "AllergyIntolerance",
    "chronic": "ChronicDiseaseRegister",
}
STILL_THERE = "STILL_THERE"
UNREADABLE = "UNREADABLE"


class NotProved(Exception):
    """A removal is not proved: nothing may be sent over it, nothing is called done; another try may tell."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.code)


class Refused(Exception):
    """Neither an approval nor the brake lets this call through."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is taken back, why, and how the ledger follows: before the call, and when it is proved."""

    reference: str
    #: service days it stands or may stand under: their lists together are the proof
    days: tuple[date, ...]
    reason: str
    content: str
    action: Action
    #: an earlier RemoveEncounter of it was never proved
    removal_open: bool
    #: False: only a person's approval lets it through
    by_brake: bool
    #: right before the call; False when somebody else has the document by now
    called: Callable[[], bool]
    #: it is proved to be gone
    removed: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class EntryNames:
    """How entries of the chronic disease register are found again: the ledger knows keyed hashes only.

    ``codes`` are the national codes they may stand under; ``hashed`` makes what the ledger keeps of one
    (:func:`phr.mapping.chronic.national_key`).
    """

    codes: tuple[str, ...]
    hashed: Callable[[str, str], str]


@dataclass
class Guard:
    """Guards the calls of one hospital and kind in one run."""

    client: PhrClient
    book: Destructive
    endpoint: EndpointSettings
    #: waits for the shared budget before each call
    reserve: Callable[[], None]
    #: None: no entry of a register is ever removed
    entry_names: EntryNames | None = None
    _called: dict[str, Permission] = field(default_factory=dict, repr=False)

    # -- sending -----------------------------------------------------------------------------------

    def check(self, claim: Claim, body: bytes) -> None:
        """Refuse a body that could delete more than the ledger means to.

        :raises Bug: PHR-508; such a body was built by us, so nothing is sent.
        """
        content = self._content(body)
        section = _SECTIONS.get(self.book.kind)
        if section is None:
            if len(content.get("Encounter") or []) != 1:
                self._refuse("not exactly one Encounter")
            return
        entries = content.get(section)
        if not isinstance(entries, list) or not entries:
            self._refuse(f"{section} is empty")
        elif len(entries) != claim.entries:
            self._refuse(f"{section} holds {len(entries)} of {claim.entries} entries")

    def _content(self, body: bytes) -> dict[str, Any]:
        content: dict[str, Any] = orjson.loads(body)
        scope = str((content.get("managingOrganization") or {}).get("scope") or "")
        if scope.upper() == "ALL" and not self.endpoint.allow_scope_all:
            self._refuse("scope ALL is not allowed")
        return content

    def _refuse(self, why: str) -> None:
        raise Bug(faults.DESTRUCTIVE_REFUSED, hospital=self.book.hospital, detail=why)

    def must_remove_first(self, claim: Claim) -> bool:
        """Whether what is there has to go before this version is sent (R5).

        A set is replaced by its own call. Another person's record always goes first: an update would leave
        it to nobody's knowledge what stays under the old citizen id.
        """
        if self.book.kind in REMOVE_CALL_KINDS:
            return bool(claim.gone)
        if self.book.kind in SET_KINDS:
            return False
        if claim.removal_open or claim.other_person:
            return True
        return claim.removes > 0 and self.endpoint.resend_semantics != "replace"

    def takes_away(self, claim: Claim) -> Permission | None:
        """Write down that sending this version itself takes something away; None when it does not.

        :raises Refused: neither an approval nor the brake lets it through.
        """
        if not claim.removes:
            return None
        permission = self.book.permit(
            reference=claim.reference,
            endpoint=self.client.path_of(self.book.kind),
            reason="ENTRY_REMOVED" if self.book.kind in SET_KINDS else "CHILD_REMOVED",
            content=claim.content_hash,
            action="shrink",
        )
        if permission is None:
            raise Refused
        return permission

    # -- removing ----------------------------------------------------------------------------------

    def remove_first(self, claim: Claim, outbox: Outbox) -> bool:
        """What :meth:`must_remove_first` asks for, proved; False when somebody else has the document by now.

        :raises NotProved: it is still there, or a list cannot be read or believed.
        :raises Refused: neither an approval nor the brake lets it through.
        """
        if self.book.kind in REMOVE_CALL_KINDS:
            return self._remove_entries(claim, outbox)
        return self.take_back(target_of(claim, outbox))

    def _remove_entries(self, claim: Claim, outbox: Outbox) -> bool:
        """Remove exactly the entries that this version takes away, by name, on a person's word (4.4).

        What is there is read before and after: so an entry that an earlier call has removed is not removed
        again, nobody else's is ever named, and there is no call when nothing is left to name.
        """
        names = self.entry_names
        if names is None or not self.endpoint.allow_chronic_remove:
            raise Refused
        found = self._listed(claim, names)
        if found:
            permission = self.book.permit(
                reference=claim.reference,
                endpoint="PatientChronicRegisterv1?mode=remove",
                reason="ENTRY_REMOVED",
                content=claim.content_hash,
                action="shrink",
                by_brake=False,
            )
            if permission is None:
                raise Refused
            if not outbox.still_mine(claim):
                self.book.not_made(permission)
                return False
            for cd_code, references in found.items():
                self.reserve()
                permit = EntriesPermit(cd_code, references, permission.call_id)
                self.book.answered(permission.call_id, self.client.remove_chronic(permit).code)
            if self._listed(claim, names):
                self.book.proved(permission, claim.reference, "still_there")
                raise NotProved(Answer("unknown", STILL_THERE))
            self.book.proved(permission, claim.reference, "gone")
        return outbox.entries_removed(claim)

    def _listed(self, claim: Claim, names: EntryNames) -> dict[str, tuple[str, ...]]:
        """National code -> references of the entries this version takes away that are there now, sorted.

        :raises NotProved: a list cannot be read, or lacks what this version keeps and must be there.
        """
        found: dict[str, tuple[str, ...]] = {}
        seen: set[str] = set()
        for cd_code in names.codes:
            self.reserve()
            answer = self.client.chronic_references(cd_code)
            listed = chronic_references(answer)
            if listed is None:
                raise NotProved(answer if answer.kind != "accepted" else Answer("unknown", UNREADABLE))
            hashes = {names.hashed(cd_code, reference): reference for reference in listed}
            seen.update(hashes)
            if gone := sorted(hashes[key] for key in hashes.keys() & set(claim.gone)):
                found[cd_code] = tuple(gone)
        if set(claim.kept) - seen:
            raise NotProved(Answer("unknown", UNREADABLE))
        return found

    def empty_register(
        self, *, reference: str, content: str, reason: str, body: bytes, called: Callable[[], bool]
    ) -> Answer | None:
        """Send the empty list of an emptied register, once, on a person's word; None when somebody else has
        the register by now. The answer is the only proof there can be.

        :param content: names what lies there, as the approval has it.
        :param called: right before the call; False when the register is not emptied any more.
        :raises Bug: PHR-508, the body is not an empty immunization register.
        :raises NotProved: refused (the leave is void), or nobody knows whether it was written.
        :raises Refused: not allowed by the settings, or not approved.
        """
        section = _SECTIONS["immunization"]
        sent = self._content(body)
        if self.book.kind != "immunization" or sent.get(section) != [] or not sent.get("Patient"):
            self._refuse("not an empty immunization register")
        if not self.endpoint.allow_empty_register:
            raise Refused
        self.reserve()  # it may wait long, so everything is asked after it
        permission = self.book.permit(
            reference=reference,
            endpoint=self.client.path_of("immunization"),
            reason=reason,
            content=content,
            action="empty",
            by_brake=False,
        )
        if permission is None:
            raise Refused
        if not called():
            self.book.not_made(permission)
            return None
        answer = self.client.empty_register(Permit(reference, permission.call_id), body)
        self.book.answered(permission.call_id, answer.code)
        if answer.kind != "accepted":
            if answer.kind == "refused":
                self.book.refused(permission, reference)
            raise NotProved(answer)
        self.book.proved(permission, reference, "replaced")
        return answer

    def take_back(self, target: Target) -> bool:
        """RemoveEncounter and its proof; False when somebody else has the document by now.

        Calls at most once for one document in one run; an earlier call that was never proved is read back
        first (R3). Returns when the lists of its days no longer hold the reference.

        :raises NotProved: it is still listed, or a list cannot be read or believed.
        :raises Refused: neither an approval nor the brake lets it through.
        """
        permission = self._called.get(target.reference)
        if permission is None and target.removal_open:
            permission = self.book.open_call(target.reference)
            if permission is not None and self._is_gone(target, permission):
                return target.removed()
        if target.reference not in self._called:
            self.reserve()  # it may wait long, so everything is asked after it
            permission = self.book.permit(
                reference=target.reference,
                endpoint="RemoveEncounter",
                reason=target.reason,
                content=target.content,
                action=target.action,
                by_brake=target.by_brake,
            )
            if permission is None:
                raise Refused
            if not target.called():
                self.book.not_made(permission)
                return False
            self._called[target.reference] = permission
            answer = self.client.remove_encounter(Permit(target.reference, permission.call_id))
            self.book.answered(permission.call_id, answer.code)
        assert permission is not None
        if not self._is_gone(target, permission):
            raise NotProved(Answer("unknown", STILL_THERE))
        self._called.pop(target.reference, None)
        return target.removed()

    def _is_gone(self, target: Target, permission: Permission) -> bool:
        for day in target.days:
            self.reserve()
            answer = self.client.day_references(day.isoformat())
            listed = references(answer, self.book.hospital)
            if listed is not None and target.reference in listed:
                self.book.proved(permission, target.reference, "still_there")
                return False
            if listed is None or not self.book.believes(day, listed, but=target.reference):
                self.book.proved(permission, target.reference, "not_readable")
                raise NotProved(answer if answer.kind != "accepted" else Answer("unknown", UNREADABLE))
        self.book.proved(permission, target.reference, "gone")
        return True


def target_of(claim: Claim, outbox: Outbox) -> Target:
    """What has to go before a claimed version may be sent.

    :param outbox: the one that holds the claim.
    """
    return Target(
        reference=claim.reference,
        days=claim.standing_days,
        reason="PERSON_CHANGED" if claim.other_person else "CHILD_REMOVED",
        content=claim.content_hash,
        action="shrink",
        removal_open=claim.removal_open,
        by_brake=True,
        called=lambda: outbox.removal_called(claim),
        removed=lambda: outbox.removed(claim),
    )
