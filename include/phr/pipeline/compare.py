"""Three-way comparison of service days: HIS, ledger, national side (control IN9).

A reference is *missing there* (our ledger delivered it, the national list has it not), *extra, ours* (we took
it back, or never heard that it arrived) or *extra, other* (nothing of ours: another sender, or a lost
ledger; also when it was taken over and the HIS does not know it). Content cannot be read back by a hospital,
so "differing" is what the ledger itself knows to differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from phr import faults
from phr.delivery import PhrClient
from phr.delivery.readback import month_counts, references
from phr.errors import Retry
from phr.his.base import DayCount, Snapshot
from phr.ledger import tables as t
from phr.ledger.comparison import found_missing, mark_missing, record_findings, settle_vanished
from phr.ledger.decide import TAKEN_OVER
from phr.ledger.store import now, upsert
from phr.pipeline.context import Context
from phr.settings import Hospital

KIND = "encounter"


@dataclass
class DayComparison:
    """One service day. Sets hold bare visit references."""

    day: date
    counted: DayCount
    #: what stands there by our ledger
    ours: set[str]
    #: of these, what another sender filed and the HIS does not hold
    foreign: set[str]
    national: int
    missing_there: set[str] = field(default_factory=set)
    extra_ours: set[str] = field(default_factory=set)
    extra_other: set[str] = field(default_factory=set)
    unsent: int = 0
    #: references of the day's list; None: only the counts of the month were compared, and they were equal
    listed: set[str] | None = None

    @property
    def lacking(self) -> set[str]:
        """What stands there by our ledger and is not listed."""
        return set() if self.listed is None else self.ours - self.listed


def compare_days(
    context: Context,
    hospital: Hospital,
    client: PhrClient,
    snapshot: Snapshot,
    days: list[date],
    *,
    list_from: date,
    reserve: Callable[[], None],
) -> list[DayComparison]:
    """Compare these days; days before ``list_from`` are listed only when the counts of their month differ.

    :raises Retry: PHR-401 when the national side does not answer readably: nothing is then concluded.
    """
    source = snapshot.source(KIND)
    counts = source.count(days)
    mine = _ledger_days(context, hospital.hcode, days)
    months = {
        month: _month(client, hospital, month, reserve)
        for month in sorted({f"{day:%Y-%m}" for day in days if day < list_from})
    }
    found = []
    for day in days:
        rows = mine[day]
        there = [r for r in rows if r["delivered_version"] is not None and _stands_on(r, day)]
        ours = {r["reference"] for r in there}
        foreign = {r["reference"] for r in there if r["delivered_by"] == "other" and r["absent_since"]}
        unsent = sum(r["desired_state"] != "delivered" and r["delivered_version"] is None for r in rows)
        result = DayComparison(day, counts[day], ours, foreign, 0, unsent=unsent)
        month = months.get(f"{day:%Y-%m}")
        to_settle = any(r["absent_since"] and r["lease_token"] for r in rows)
        equal = month is not None and month.get(day, 0) == len(ours)
        if day < list_from and equal and not foreign and not to_settle:
            result.national = len(ours)
        else:
            _list(client, hospital, result, rows, reserve)
        found.append(result)
    return found


def _list(
    client: PhrClient,
    hospital: Hospital,
    result: DayComparison,
    rows: list[dict[str, Any]],
    reserve: Callable[[], None],
) -> None:
    reserve()
    listed = references(client.day_references(result.day.isoformat()), hospital.hcode)
    if listed is None:
        raise Retry(faults.API_UNREACHABLE, hospital=hospital.hcode, detail="the day's list is not readable")
    result.national, result.listed = len(listed), listed
    result.missing_there = result.lacking - result.foreign
    result.extra_other = result.foreign & listed
    by_reference = {row["reference"]: row for row in rows}
    for reference in listed - result.ours:
        row = by_reference.get(reference)
        ours = row is not None and (row["maybe_keys"] is not None or _was_ours(row))
        (result.extra_ours if ours else result.extra_other).add(reference)


def _month(
    client: PhrClient, hospital: Hospital, month: str, reserve: Callable[[], None]
) -> dict[date, int] | None:
    """Counts of a month; None when its unpublished shape cannot be read: its days are then listed."""
    reserve()
    answer = client.month_summary(month)
    if answer.kind != "accepted":
        raise Retry(faults.API_UNREACHABLE, hospital=hospital.hcode, detail=f"month summary {answer.code}")
    return month_counts(answer)


def _was_ours(row: dict[str, Any]) -> bool:
    return bool(row["desired_state"] == "retracted" and row["desired_reason"] != TAKEN_OVER)


def _stands_on(row: dict[str, Any], day: date) -> bool:
    return bool((row["delivered_day"] or row["service_day"]) == day)


def _ledger_days(context: Context, hcode: str, days: list[date]) -> dict[date, list[dict[str, Any]]]:
    d = t.document
    query = select(
        d.c.reference,
        d.c.service_day,
        d.c.delivered_day,
        d.c.delivered_version,
        d.c.delivered_by,
        d.c.desired_state,
        d.c.desired_reason,
        d.c.absent_since,
        d.c.lease_token,
        d.c.maybe_keys,
    )
    found: dict[date, list[dict[str, Any]]] = defaultdict(list)
    wanted = set(days)
    with context.ledger.read() as connection:
        for start in range(0, len(days), 200):
            part = days[start : start + 200]
            rows = connection.execute(
                query.where(
                    d.c.hospital == hcode,
                    d.c.kind == KIND,
                    or_(d.c.service_day.in_(part), d.c.delivered_day.in_(part)),
                )
            ).mappings()
            for row in rows:
                for day in {row["service_day"], row["delivered_day"]} & set(part):
                    found[day].append(dict(row))
    return defaultdict(list, {day: found[day] for day in wanted})


def write_down(context: Context, hospital: Hospital, results: list[DayComparison], *, believe: bool) -> int:
    """Store the comparison and let what is missing there go again; returns how many documents that are.

    :param believe: also when more of a day, or of all days, is missing than the brake allows. Without it so
        much is taken for a wrong list: it is written down, and nothing goes again until a person says so. So
        is what went again once and is still missing (a visit that its citizen has masked is hidden there).
    """
    moment = now()
    hcode = hospital.hcode
    before = found_missing(context.ledger, hcode, KIND)
    findings = {
        (name, reference): r.day
        for r in results
        for name in ("missing_there", "extra_ours", "extra_other")
        for reference in getattr(r, name)
    }
    listed = [r.day for r in results if r.listed is not None]
    record_findings(context.ledger, hcode, KIND, findings, days=listed, moment=moment)
    rows = [
        {
            "hospital": hcode,
            "kind": KIND,
            "day": r.day,
            "checked_at": moment,
            "in_source": r.counted.eligible,
            "delivered": len(r.ours),
            "national": r.national,
            "missing_there": len(r.missing_there),
            "extra_ours": len(r.extra_ours),
            "extra_other": len(r.extra_other),
            "unsent": r.unsent,
            "run_id": context.options.run_id,
        }
        for r in results
    ]
    with context.ledger.write(hcode) as connection:
        upsert(connection, t.reconcile_day, rows)
    sure = [r for r in results if believe or hospital.brake.allows(len(r.lacking), out_of=len(r.ours))]
    settle_vanished(
        context.ledger,
        hcode,
        KIND,
        {r.day: r.listed for r in results if r.listed is not None},
        [r.day for r in sure if r.listed is not None],
    )
    lacking = sum(len(r.lacking) for r in results)
    if not (believe or hospital.brake.allows(lacking, out_of=sum(len(r.ours) for r in results))):
        return 0
    missing = {reference for r in sure for reference in r.lacking}
    if not believe:
        missing -= _went_in_vain(context, hcode, missing, before)
    return mark_missing(context.ledger, hcode, KIND, missing)


def _went_in_vain(
    context: Context, hcode: str, references: set[str], before: dict[str, datetime]
) -> set[str]:
    """Those that were delivered once more after they had been found missing."""
    d = t.document
    again = sorted(references.intersection(before))
    found = set()
    with context.ledger.read() as connection:
        for start in range(0, len(again), 500):
            query = select(d.c.reference, d.c.delivered_at).where(
                d.c.hospital == hcode, d.c.kind == KIND, d.c.reference.in_(again[start : start + 500])
            )
            found |= {
                r.reference for r in connection.execute(query) if _after(r.delivered_at, before[r.reference])
            }
    return found


def _after(delivered_at: datetime | None, found_at: datetime) -> bool:
    return delivered_at is not None and delivered_at > found_at
