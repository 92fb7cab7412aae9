"""Second look, proposal and retraction of encounters that should no longer stand there (R7, R11, R13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from phr.delivery.guard import Guard, NotProved, Refused, Target
from phr.his.base import Adapter, Snapshot
from phr.his.reader import bangkok
from phr.ledger import approvals
from phr.ledger.brake import removed_lately
from phr.ledger.retractions import GONE, Candidate, Retractions
from phr.pipeline.context import Context
from phr.pipeline.freshness import is_fresh
from phr.settings import Hospital

KIND = "encounter"
#: keys asked for at once
_PART = 500


def second_look(context: Context, hospital: Hospital, adapter: Adapter, snapshot: Snapshot) -> dict[str, int]:
    """Look by key for what was missed at least a day ago; returns counts.

    Nothing is concluded from a replica that is behind, from one that holds no earlier change of its own since
    the first look, when the adapter or the schema has changed meanwhile, or of a day the source cannot tell
    about.
    """
    retractions = Retractions(context.ledger, hospital.hcode, KIND)
    today = bangkok(snapshot.taken_at).date()
    if not is_fresh(hospital, adapter.probe().last_visit_day, today):
        return {"replica_behind": 1}
    due = retractions.to_look_for(snapshot.taken_at, fingerprint=snapshot.fingerprint)
    found: set[str] = set()
    source = snapshot.source(KIND)
    days = retractions.service_days(due)
    told = set(source.tells(list(days.values())))
    due = [reference for reference in due if days[reference] in told]
    for start in range(0, len(due), _PART):
        rows = source.documents(due[start : start + _PART])["visit"]
        found.update(str(row[0]) for row in rows)
    retractions.looked(found.intersection(due), set(due).difference(found), snapshot.taken_at)
    return {"looked_again": len(due), "still_there": len(found), "gone": len(due) - len(found)}


def propose(context: Context, hospital: Hospital, seen_at: datetime) -> list[Candidate]:
    """Ask for what may not go by itself; returns what may go now: approved, or let through by the brake.

    Under ``auto_under_brake`` what is gone from the HIS goes without a question while it is few; what is kept
    back (restricted by now, in doubt) is always asked, and what a person has said no to stays. What this run
    did not see to be gone itself (its replica is behind) is asked about and stays.

    :param seen_at: time of this run's snapshot.
    """
    retractions = Retractions(context.ledger, hospital.hcode, KIND)
    with context.ledger.write(hospital.hcode) as connection:
        off = hospital.retraction == "off"
        candidates = [] if off else retractions.candidates(connection, seen_at)
        contents = {c.reference: c.content for c in candidates}
        approvals.void_leave(connection, hospital.hcode, KIND, "retract", contents)
        leave = approvals.approved(connection, hospital.hcode, KIND, "retract", contents)
        go = [c for c in candidates if c.reference in leave]
        ask = [c for c in candidates if c.reference not in leave]
        if hospital.retraction == "auto_under_brake":
            no = approvals.refused(connection, hospital.hcode, KIND, "retract")
            gone = [c for c in ask if c.reason == GONE and c.sure and _item(c) not in no]
            out_of = approvals.delivered_count(connection, hospital.hcode, KIND)
            lately = removed_lately(connection, hospital.hcode)
            if hospital.brake.allows(len(gone), out_of=out_of, lately=lately):
                go += gone
                ask = [c for c in ask if c not in gone]
        approvals.propose(
            connection,
            hospital=hospital.hcode,
            kind=KIND,
            action="retract",
            items=[_item(c) for c in ask],
            run_id=context.options.run_id,
        )
    return [c for c in go if c.sure]


def _item(candidate: Candidate) -> approvals.Item:
    return approvals.Item(candidate.reference, candidate.content, candidate.reason)


def take_back(
    context: Context,
    hospital: Hospital,
    guard: Guard,
    candidates: list[Candidate],
    progress: Callable[[int], None],
) -> dict[str, int]:
    """Remove these, each with its proof; what cannot be proved is met again in the next run."""
    retractions = Retractions(context.ledger, hospital.hcode, KIND)
    counts: Counter[str] = Counter()
    for candidate in candidates:
        target = Target(
            reference=candidate.reference,
            days=candidate.days,
            reason=candidate.reason,
            content=candidate.content,
            action="retract",
            removal_open=candidate.removal_open,
            by_brake=candidate.reason == GONE and hospital.retraction == "auto_under_brake",
            called=lambda c=candidate: retractions.called(c),  # type: ignore[misc]
            removed=lambda c=candidate: retractions.removed(c),  # type: ignore[misc]
        )
        try:
            counts["retracted" if guard.take_back(target) else "came_back"] += 1
        except NotProved:
            counts["not_proved"] += 1
        except Refused:
            counts["braked"] += 1
        progress(1)
    return dict(counts)
