"""Immunization registers that became empty in the HIS: listed, asked about, and sent empty (R6, R7, R13).

The last dose of a person is deleted, mostly because it stood under the wrong HN; nationally it stays. Sending
an empty list takes it away, and nobody can read back whether it did. So each step fails closed: what is not
proved is listed as a finding, and neither asked about nor sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson

from phr.canonical import CanonicalRow, Immunization, Patient, RegisterPerson
from phr.delivery.guard import Guard, NotProved, Refused
from phr.errors import QuarantineRecord, StopHospital
from phr.his.base import Adapter, Snapshot
from phr.his.reader import bangkok, batched
from phr.ledger import approvals
from phr.ledger.balance import refresh_roll_up
from phr.ledger.brake import Brake
from phr.ledger.comparison import record_findings
from phr.ledger.retractions import Candidate, Retractions
from phr.ledger.store import now
from phr.mapping import best_record, encode
from phr.mapping.immunization import build_empty_register
from phr.pipeline.context import Context
from phr.pipeline.freshness import is_fresh
from phr.pipeline.kinds import KINDS
from phr.privacy.redact import leaf_texts, scrub_values
from phr.quality import RULES, Checker
from phr.settings import Hospital

KIND = "immunization"
#: finding of a register of ours that lies there and of which the HIS shows no dose that counts
FINDING = "emptied"
#: people looked for at once
_PART = 500

_LISTED = (
    "ทะเบียนวัคซีนว่างใน HIS {n} คน ที่ระบบกลางยังมีวัคซีนเดิม ({why}) "
    "/ {n} immunization registers are empty in the HIS, their doses stay there ({why_en}); see phr explain"
)
_OFF = ("ไม่ถามไม่ส่ง เพราะตั้งปิดไว้", "not asked, not sent: endpoint.allow_empty_register or retraction is off")
_BEHIND = ("สำเนาฐานข้อมูลไม่ทันสมัย", "the replica is behind")
_UNSURE = ("บางคนสรุปไม่ได้", "of some nothing can be concluded")
_MANY = (
    "มากผิดปกติ ไม่ถามไม่ส่ง อาจมีตารางวัคซีนที่ว่างหรือสำเนาไม่ครบ ดู brake",
    "more than the brake allows: not asked, not sent; a table of doses may be empty or half copied",
)


def reconcile_registers(
    context: Context,
    hospital: Hospital,
    adapter: Adapter,
    guard: Guard,
    alone: Callable[[], bool],
    progress: Callable[[int], None],
) -> tuple[dict[str, int], str | None]:
    """List, look again, ask, and send what was approved; returns counts, and words for the run's report.

    :param alone: whether no other computer sends for this hospital.
    """
    retractions = Retractions(context.ledger, hospital.hcode, KIND)
    rows = retractions.emptied()
    counts: Counter[str] = Counter()
    if rows:
        counts["emptied"] = len(rows)
    if context.options.dry_run:
        return dict(counts), None
    found = {(FINDING, reference): row["service_day"] for reference, row in rows.items()}
    record_findings(context.ledger, hospital.hcode, KIND, found, days=None, moment=now())
    may_ask = context.province.endpoint.allow_empty_register and hospital.retraction != "off"
    bodies: dict[str, bytes] = {}
    seen_at = now()
    if rows:
        try:
            with adapter.open() as snapshot:
                seen_at = snapshot.taken_at
                bodies, why = _second_look(context, hospital, adapter, snapshot, retractions, rows, counts)
        except StopHospital as error:
            why = ("อ่าน HIS ไม่ครบ", error.message())
        if why and may_ask:
            return dict(counts), _words(len(rows), why)
    go, many = _propose(context, hospital, retractions, seen_at, may_ask=may_ask)
    if go and not alone():
        counts["other_sender"], go = len(go), []
    for candidate in go:
        counts[_send(guard, retractions, candidate, bodies[candidate.reference])] += 1
        progress(1)
    if go:
        refresh_roll_up(
            context.ledger, hospital.hcode, KIND, sorted({rows[c.reference]["service_day"] for c in go})
        )
    if not rows:
        return dict(counts), None
    why = _MANY if many else _UNSURE if counts["emptied_unsure"] else None
    why = why if may_ask else _OFF
    return dict(counts), _words(len(rows), why) if why else None


def _words(n: int, why: tuple[str, str]) -> str:
    return _LISTED.format(n=n, why=why[0], why_en=why[1])


# -- looking -----------------------------------------------------------------------------------------


def _second_look(
    context: Context,
    hospital: Hospital,
    adapter: Adapter,
    snapshot: Snapshot,
    retractions: Retractions,
    rows: Mapping[str, dict[str, Any]],
    counts: Counter[str],
) -> tuple[dict[str, bytes], tuple[str, str] | None]:
    """Look by key for what was missed at least a day ago; reference -> empty body of what is surely emptied,
    or why nothing can be concluded."""
    today = bangkok(snapshot.taken_at).date()
    if not is_fresh(hospital, adapter.probe().last_visit_day, today):
        return {}, _BEHIND
    source = snapshot.source(KIND)
    if lacking := ", ".join(source.not_whole()):
        return {}, (f"อ่านที่เก็บวัคซีนไม่ครบ: {lacking}", f"not every place of doses can be read: {lacking}")
    due = set(retractions.to_look_for(snapshot.taken_at, fingerprint=snapshot.fingerprint))
    name = KINDS[KIND].namer(context.keyring)
    keys = {key: name(key) for key in source.resolve(lambda key: name(key) in due)} if due else {}
    found: set[str] = set()
    bodies: dict[str, bytes] = {}
    for part in batched(sorted(keys), _PART):
        documents = source.documents(part)
        held = {row.person_ref for row in cast(list[Immunization], documents[KIND])}
        found |= {keys[key] for key in part if key in held}
        empty = [key for key in part if key not in held]
        # the counts go another way: they must not find a dose either
        if not empty or source.count_keys(empty):
            continue
        for key, patient in _known_people(context, hospital, documents, empty).items():
            person_key = context.keyring.pseudonym(key[1:], key_id=context.keyring.content)
            row = rows.get(keys[key])
            if row is None or {person_key} != _persons(row):
                continue
            try:
                bodies[keys[key]] = encode(build_empty_register(patient, hospital))
            except QuarantineRecord:
                continue
    unsure = due - found - bodies.keys()
    retractions.looked(found, set(bodies), snapshot.taken_at, unsure=unsure)
    looks = {"emptied_gone": bodies, "emptied_exists": found, "emptied_unsure": unsure}
    counts.update({verdict: len(references) for verdict, references in looks.items() if references})
    return bodies, None


def _persons(row: Mapping[str, Any]) -> set[str]:
    """Pseudonyms of everybody a register lies or may lie under."""
    return set(f"{row['delivered_person_key'] or ''} {row['maybe_person_key'] or ''}".split())


def _known_people(
    context: Context, hospital: Hospital, documents: Mapping[str, Sequence[CanonicalRow]], keys: Sequence[str]
) -> dict[str, Patient]:
    """Key -> best record of those who are registered under the citizen id of the key, beyond any doubt: every
    record has that id, and no check takes a document of theirs out."""
    records = [
        row for row in cast(list[RegisterPerson], documents["register_person"]) if row.person_ref in set(keys)
    ]
    numbers = {record.hn for record in records}
    patients = {row.hn: row for row in cast(list[Patient], documents["patient"]) if row.hn in numbers}
    province = context.province
    checker = Checker(
        today=context.today,
        facility_codes=frozenset({h.hcode for h in province.hospitals} | {h.hcode for h in province.broken}),
        identity_policies={hospital.hcode: hospital.identity_policy},
    )
    tables: dict[str, list[CanonicalRow]] = {
        "register_person": list(records),
        "patient": list(patients.values()),
        "identity_evidence": list(documents["identity_evidence"]),
    }
    bad = [row for row in checker.check({hospital.hcode: tables}) if RULES[row.rule].scope == "document"]
    doubtful = {row.ref for row in bad} | {r.person_ref for r in records if r.hn in {row.hn for row in bad}}
    known: dict[str, Patient] = {}
    for key in keys:
        own = [patients.get(record.hn or "") for record in records if record.person_ref == key]
        sure = [patient for patient in own if patient is not None and f"c{patient.cid}" == key]
        if own and len(sure) == len(own) and key not in doubtful:
            known[key] = best_record(sure)
    return known


# -- asking and sending ------------------------------------------------------------------------------


def _propose(
    context: Context, hospital: Hospital, retractions: Retractions, seen_at: datetime, *, may_ask: bool
) -> tuple[list[Candidate], bool]:
    """Ask about what this run saw to be emptied; returns what a person has approved, and whether there is so
    much that nothing is asked or sent."""
    with context.ledger.write(hospital.hcode) as connection:
        candidates = retractions.candidates(connection, seen_at) if may_ask else []
        no = approvals.refused(connection, hospital.hcode, KIND, "empty")
        candidates = [c for c in candidates if c.sure and _item(c) not in no]
        out_of = approvals.delivered_count(connection, hospital.hcode, KIND)
        # doses that are not read any more, or one table of them that is empty, would look the same
        everything = bool(candidates) and len(candidates) >= out_of
        # all of these wait for a person anyway, which is all that a brake below the shipped one asks for
        ceiling = Brake(removals=max(hospital.brake.removals, Brake().removals), share=hospital.brake.share)
        if everything or not ceiling.allows(len(candidates), out_of=out_of):
            return [], True
        contents = {c.reference: c.content for c in candidates}
        approvals.void_leave(connection, hospital.hcode, KIND, "empty", contents)
        leave = approvals.approved(connection, hospital.hcode, KIND, "empty", contents)
        approvals.propose(
            connection,
            hospital=hospital.hcode,
            kind=KIND,
            action="empty",
            items=[_item(c) for c in candidates],
            run_id=context.options.run_id,
        )
    return [c for c in candidates if c.reference in leave], False


def _item(candidate: Candidate) -> approvals.Item:
    return approvals.Item(candidate.reference, candidate.content, candidate.reason)


def _send(guard: Guard, retractions: Retractions, candidate: Candidate, body: bytes) -> str:
    """One call; returns the name of what became of it."""
    try:
        answer = guard.empty_register(
            reference=candidate.reference,
            content=candidate.content,
            reason=candidate.reason,
            body=body,
            called=lambda: retractions.called(candidate),
        )
    except NotProved as error:
        maybe = error.answer.kind not in ("refused", "retry")
        retractions.unanswered(candidate, error.answer.code, maybe_written=maybe)
        return "emptied_not_proved"
    except Refused:
        return "emptied_not_allowed"
    if answer is None:
        return "came_back"
    if answer.warnings:
        values = list(leaf_texts(orjson.loads(body)))
        told = [scrub_values(warning, values) for warning in answer.warnings]
        retractions.warned(candidate, answer.code, told)
    return "emptied_sent" if retractions.removed(candidate) else "came_back"
