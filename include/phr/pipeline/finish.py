"""Finish: the last word on a run comes from the ledger, not from what the tasks said of themselves."""

from __future__ import annotations

import json
from typing import Any

from phr import faults
from phr.errors import Bug, StopHospital
from phr.ledger.balance import row_equations, run_equations, state_equations
from phr.pipeline.context import Context


def finish(context: Context) -> dict[str, Any]:
    """Close the run; returns counts.

    :raises Bug: PHR-504 when an equation has a remainder.
    :raises StopHospital: PHR-505 when a hospital failed or never came to its end.
    """
    ledger, run_id = context.ledger, context.options.run_id
    if ledger.run_row(run_id) is None:
        raise StopHospital(faults.RUN_INCOMPLETE, detail="the run was never planned")
    hospitals = ledger.run_hospitals(run_id)
    unfinished = [row for row in hospitals if row["status"] != "done"]
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
    """Counts of the run over all hospitals (each hospital's terms stand in the ledger)."""
    ledger, run_id = context.ledger, context.options.run_id
    total: dict[str, Any] = {"hospitals": len(ledger.run_hospitals(run_id))}
    if context.options.dry_run:
        for row in ledger.run_hospitals(run_id):
            for name, n in json.loads(row["preview"] or "{}").items():
                total[name] = total.get(name, 0) + n
        return total
    for equation in run_equations(ledger, run_id=run_id):
        total["seen"] = total.get("seen", 0) + equation.total
        for name, n in equation.terms.items():
            total[name] = total.get(name, 0) + n
    return total
