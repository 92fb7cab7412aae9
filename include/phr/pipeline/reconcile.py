"""Reconcile: compare with the national side, look a second time, take back what may go, send the counts.

Immunization registers that became empty in the HIS come last, in a snapshot of their own, so that what is
wrong with them keeps no visit back. The sweep belongs to it too, as a run of its own (purpose ``sweep``)
after the comparison: what was found missing goes with it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import requests

from phr.delivery.client import PhrClient
from phr.delivery.guard import Guard
from phr.delivery.readback import computer_name
from phr.his.base import KeySource
from phr.ledger.balance import refresh_roll_up
from phr.ledger.budget import Lane, RateBudget
from phr.ledger.destructive import Destructive
from phr.pipeline import emptied, takeback
from phr.pipeline.compare import compare_days, write_down
from phr.pipeline.context import Context
from phr.pipeline.deliver import make_client
from phr.pipeline.extract import adapter_of
from phr.pipeline.summary import day_summaries, send_summaries
from phr.pipeline.sweep import due_days, last_readings
from phr.settings import Hospital

#: days back whose references are always listed, one call each; older ones are compared by month first
LISTED_DAYS = 7
#: what the run of a hospital says when something should have been taken back and was not
OTHER_SENDER = (
    "คอมพิวเตอร์อีกเครื่องส่งข้อมูลของแห่งนี้อยู่ หรืออ่านชื่อเครื่องไม่ได้ จึงไม่ถอนอะไร ปิดโปรแกรมส่งเดิมแล้วรันใหม่ "
    "/ another computer sends for this hospital, or its name cannot be read: nothing was taken back. "
    "Stop the other sender and run again (endpoint.own_computers, endpoint.ask_agent_computer)"
)
#: days back that every comparison covers; beyond them the days the sweep is about to read
COMPARED_DAYS = 31


def reconcile_hospital(
    context: Context,
    hospital: Hospital,
    session_factory: Callable[[], requests.Session] | None,
    progress: Callable[[int], None],
) -> dict[str, int]:
    """One hospital; returns counts, which stand in the ledger too.

    :raises Retry: PHR-401 when the national side does not answer readably; nothing is concluded then.
    """
    options = context.options
    client, address = make_client(context, hospital, session_factory)
    budget = RateBudget(context.ledger, address.base_url, context.province.endpoint.calls_per_minute)

    def reserve() -> None:
        budget.wait_for_call(Lane.RETRACTION)

    adapter = adapter_of(hospital)
    list_from = context.today - timedelta(days=LISTED_DAYS)
    counts: Counter[str] = Counter()
    with adapter.open() as snapshot:
        days = _days(context, hospital, snapshot.source(takeback.KIND))
        results = compare_days(
            context, hospital, client, snapshot, days, list_from=list_from, reserve=reserve
        )
        summaries = day_summaries(snapshot, days, {r.day: r.counted for r in results})
        if not options.dry_run:
            counts.update(takeback.second_look(context, hospital, adapter, snapshot))
    progress(len(results))
    for name in ("missing_there", "extra_ours", "extra_other"):
        counts[name] = sum(len(getattr(r, name)) for r in results)
    counts["days"] = len(results)
    counts["unsent"] = sum(r.unsent for r in results)

    def guard_of(kind: str) -> Guard:
        book = Destructive(context.ledger, options.run_id, hospital.hcode, kind, hospital.brake)
        return Guard(client, book, context.province.endpoint, reserve)

    if not options.dry_run:
        counts["goes_again"] = write_down(context, hospital, results, believe=options.believe_missing)
        go = takeback.propose(context, hospital, snapshot.taken_at)
        if go and not _alone(context, client, reserve):
            counts["other_sender"], go = len(go), []
        counts.update(takeback.take_back(context, hospital, guard_of(takeback.KIND), go, progress))
        if counts["goes_again"] or go:
            changed = {*days, *(day for candidate in go for day in candidate.days)}
            refresh_roll_up(context.ledger, hospital.hcode, takeback.KIND, sorted(changed))
        if context.province.endpoint.send_summary:
            counts["summaries"] = send_summaries(context, hospital, client, summaries, reserve)
    registers, listed = emptied.reconcile_registers(
        context,
        hospital,
        adapter,
        guard_of(emptied.KIND),
        lambda: _alone(context, client, reserve),
        progress,
    )
    counts.update(registers)
    told = [OTHER_SENDER if counts["other_sender"] else None, listed]
    context.ledger.set_hospital(
        options.run_id,
        hospital.hcode,
        status="done",
        snapshot_at=snapshot.taken_at,
        fingerprint=snapshot.fingerprint,
        preview=json.dumps(dict(sorted(counts.items()))),
        error_text=" · ".join(filter(None, told)) or None,
    )
    return dict(counts)


def _alone(context: Context, client: PhrClient, reserve: Callable[[], None]) -> bool:
    """Whether no other computer sends for this hospital: what it writes again must not be taken back."""
    endpoint = context.province.endpoint
    if not endpoint.ask_agent_computer:
        return True
    reserve()
    name = computer_name(client.agent_computer())
    return name is not None and (not name or name in endpoint.own_computers)


def _days(context: Context, hospital: Hospital, source: KeySource) -> list[date]:
    """Explicit days of the run, else the last month and what the sweep is about to read; of these the days
    that the source can tell about."""
    options, today = context.options, context.today
    first = hospital.categories[context.category.name]
    if options.day_from or options.day_to:
        return source.tells(options.days_for(hospital))
    recent = {today - timedelta(days=n) for n in range(1, COMPARED_DAYS + 1)}
    read = last_readings(context.ledger, hospital.hcode, takeback.KIND)
    swept = due_days(read, today=today, first=first, limit=hospital.sweep_days_per_run, tells=source.tells)
    return source.tells([day for day in recent.union(swept) if day >= first])
