"""Builders for ledger tests: wanted documents, one whole snapshot, one settled claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import run_equations, state_equations
from phr.ledger.decide import Desired
from phr.ledger.outbox import Claim, Outbox, Outcome, Result
from phr.ledger.register import Registration

HOSPITAL, KIND, CATEGORY = "99001", "encounter", "visits"
DAY = date(2025, 11, 3)
START = datetime(2025, 11, 4, 18, 30, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def want(reference: str, content: str = "a", *, day: date = DAY, **changes: Any) -> Desired:
    values: dict[str, Any] = {
        "state": "pending",
        "person_key": f"k1:person-{reference}",
        "content_hash": f"k1:{content}",
        "source_hash": f"k1:source-{content}",
        "patient_hash": "k1:patient",
        "mapping": "1",
        "policy": "p1",
        "data_class": "D1",
        "children": ("c1", "c2"),
        "keys": ("n1", "n2"),
    }
    return Desired(reference=reference, service_day=day, **{**values, **changes})


def count(eligible: int) -> dict[str, int]:
    return {"eligible": eligible, **dict.fromkeys(t.OUT_OF_SCOPE, 0)}


def snapshot(
    ledger: Ledger,
    run_id: str,
    taken_at: datetime,
    wants: Sequence[Desired],
    *,
    days: Sequence[date] = (DAY,),
    counted: Mapping[date, int] | None = None,
    hospital: str = HOSPITAL,
    **options: Any,
) -> tuple[set[str], Registration]:
    """What map does with one snapshot; ``counted`` differs from the documents only where a test loses one."""
    ledger.plan_run(run_id, CATEGORY, {"dry_run": options.get("dry_run", False)}, [hospital])
    registration = Registration(ledger, run_id, CATEGORY, KIND, hospital, taken_at, **options)
    to_send: set[str] = set()
    for day in sorted(days, reverse=True):
        of_day = sorted((w for w in wants if w.service_day == day), key=lambda w: w.reference, reverse=True)
        n = len(of_day) if counted is None else counted[day]
        to_send |= registration.register_day(day, of_day, count(n))
    registration.close(list(days))
    return to_send, registration


def outbox(ledger: Ledger, run_id: str = "r1", *, lease: float = 30.0, hospital: str = HOSPITAL) -> Outbox:
    return Outbox(ledger, run_id, hospital, KIND, lease)


def claim_one(box: Outbox, reference: str, content: str = "a") -> Claim:
    claims, _ = box.claim({reference: f"k1:{content}"})
    (claim,) = claims
    return claim


def deliver(
    ledger: Ledger, run_id: str, reference: str, content: str = "a", result: Result = "delivered"
) -> Claim:
    box = outbox(ledger, run_id)
    claim = claim_one(box, reference, content)
    box.settle([Outcome(claim, result, "200")])
    return claim


def row(ledger: Ledger, reference: str, hospital: str = HOSPITAL) -> dict[str, Any]:
    d = t.document
    with ledger.read() as connection:
        query = select(d).where(d.c.hospital == hospital, d.c.reference == reference)
        return dict(connection.execute(query).mappings().one())


def disposition(ledger: Ledger, run_id: str, reference: str) -> str:
    r = t.run_document
    with ledger.read() as connection:
        query = select(r.c.disposition).where(r.c.run_id == run_id, r.c.reference == reference)
        return str(connection.execute(query).scalar_one())


def remainders(ledger: Ledger) -> dict[str, int]:
    """Every line of both equations that does not balance; the run equation of every run on its own."""
    lines = list(state_equations(ledger))
    with ledger.read() as connection:
        runs = list(connection.execute(select(t.run.c.run_id)).scalars())
    for run_id in runs:
        lines += run_equations(ledger, run_id=run_id)
    return {f"{e.scope} {e.day} {e.extra.get('run_id', '')}": e.remainder for e in lines if e.remainder}
