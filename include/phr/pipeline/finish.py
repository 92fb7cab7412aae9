"""Finish: the last word on a run comes from the ledger, not from what the tasks said of themselves."""

from __future__ import annotations

import json
import math
from typing import Any

from phr import faults
from phr.errors import Bug, StopHospital
from phr.ledger.balance import row_equations, run_equations, state_equations
from phr.pipeline.context import Context


def finish(context: Context) -> dict[str, Any]:
    """Close the run; returns counts. A hospital that was skipped on purpose is complete, and counted as such.

    :raises Bug: PHR-504 when an equation has a remainder.
    :raises StopHospital: PHR-505 when a hospital failed or never came to its end.
    """
    ledger, run_id = context.ledger, context.options.run_id
    if ledger.run_row(run_id) is None:
        raise StopHospital(faults.RUN_INCOMPLETE, detail="the run was never planned")
    hospitals = ledger.run_hospitals(run_id)
    unfinished = [row for row in hospitals if row["status"] not in ("done", "skipped")]
    problems = [] if context.options.dry_run else unbalanced(context)
    ledger.finish_run(run_id, "failed" if unfinished or problems else "success")
    if problems:
        raise Bug(faults.UNBALANCED, detail="; ".join(problems[:5]))
    if unfinished:
        detail = "; ".join(
            f"{row['hospital']} {row['error_code'] or 'stopped after ' + row['status']}"
            for row in unfinished[:10]
        )
        raise StopHospital(faults.RUN_INCOMPLETE, detail=detail)
    return summary(context)


def unbalanced(context: Context) -> list[str]:
    """Every remainder of this run and of the service days it looked at, in words."""
    ledger, run_id = context.ledger, context.options.run_id
    problems = []
    for row in ledger.run_hospitals(run_id):
        if row["day_from"] is None or (
            row["status"] not in ("done", "mapped") and row["failed_step"] != "deliver"
        ):
            continue
        lines = state_equations(
            ledger, hospitals=[row["hospital"]], day_from=row["day_from"], day_to=row["day_to"]
        )
        problems += [
            f"{e.hospital} {e.name} {e.day} state remainder {e.remainder:+d}" for e in lines if e.remainder
        ]
    for equation in run_equations(ledger, run_id=run_id):
        if equation.remainder:
            problems.append(f"{equation.hospital} {equation.day} run remainder {equation.remainder:+d}")
    for row in row_equations(ledger, run_id):
        if row["remainder"]:
            problems.append(f"{row['hospital']} rows of {row['table_name']} remainder {row['remainder']:+d}")
    return problems


def summary(context: Context) -> dict[str, Any]:
    """Counts of the run over all hospitals (each hospital's terms stand in the ledger).

    ``skipped``, when there are any, counts those of ``hospitals`` that were paused or under maintenance.

    A dry run says also what the run would cost: ``calls`` (one for each document it would send), ``minutes``
    of the endpoint's budget (rounded up; missing when there is no limit) and ``to_retract``, the documents
    that the source no longer holds.
    """
    ledger, run_id = context.ledger, context.options.run_id
    rows = ledger.run_hospitals(run_id)
    total: dict[str, Any] = {"hospitals": len(rows)}
    if skipped := sum(row["status"] == "skipped" for row in rows):
        total["skipped"] = skipped
    if context.options.dry_run:
        previews = [json.loads(row["preview"] or "{}") for row in rows]
        for preview in previews:
            for name, n in preview.items():
                total[name] = total.get(name, 0) + n
        return {**total, **_cost(context, previews)}
    for equation in run_equations(ledger, run_id=run_id):
        total["seen"] = total.get("seen", 0) + equation.total
        for name, n in equation.terms.items():
            total[name] = total.get(name, 0) + n
    return total


def _cost(context: Context, previews: list[dict[str, int]]) -> dict[str, int]:
    pending = [preview.get("pending", 0) for preview in previews]
    limit = context.options.limit
    calls = sum(n if limit is None else min(n, limit) for n in pending)
    cost = {"calls": calls, "to_retract": sum(preview.get("to_retract", 0) for preview in previews)}
    budget = context.province.endpoint.calls_per_minute
    if budget is not None:
        cost["minutes"] = math.ceil(calls / budget)
    return cost
