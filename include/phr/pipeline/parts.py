"""Runs in parts: a backfill, a re-drive or a sweep is many small ledger runs, each of which can be resumed.

A part is one work unit, one category and one stretch of days. Its run id follows from the run it belongs to,
so a part that was killed goes on where its hospitals stand in the ledger, and one that is done is left alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from phr import faults
from phr.errors import PhrError, StopHospital
from phr.ledger.store import Ledger
from phr.pipeline import steps
from phr.pipeline.context import Context, Purpose, RunOptions
from phr.pipeline.taking_part import reason_to_skip
from phr.settings import CATEGORIES

#: a part in a form that can travel through XCom: options and unit, no data of a person
Part = dict[str, Any]


def plan_parts(
    options: RunOptions,
    *,
    purpose: Purpose,
    categories: Sequence[str],
    chunk_days: int | None = None,
    now: datetime | None = None,
) -> list[Part]:
    """The parts of a run: by category, work unit and stretch of ``chunk_days`` (newest days first).

    :param options: run id, hospitals, days and parameters of the whole run; its category is not looked at.
    :raises StopHospital: PHR-101/102/107/108/109 for a hospital that was asked for by name and cannot take
        part; others that cannot are left out, as in every run.
    """
    context = Context.open(options)
    moment = now or datetime.now(UTC)
    parts: list[Part] = []
    for category in _counted_once(categories) if options.dry_run else categories:
        hospitals = context.province.for_category(category, options.hospitals)
        going = []
        for hospital in hospitals:
            reason = reason_to_skip(hospital, moment, ignore_maintenance=options.ignore_maintenance)
            if reason is None:
                going.append(hospital)
            elif options.hospitals:
                raise reason
        for unit in context.province.work_units(going):
            for first, last in _stretches(options, chunk_days):
                stretch = f"#{first}" if first else ""
                part = replace(
                    options,
                    category=category,
                    run_id=f"{options.run_id}#{category}#{unit.unit_id}{stretch}"[:250],
                    purpose=purpose,
                    hospitals=list(unit.hcodes),
                    day_from=first,
                    day_to=last,
                    ignore_maintenance=True,  # judged above, when the whole was planned
                    overrides={h: o for h, o in options.overrides.items() if h in unit.hcodes},
                )
                label = " · ".join(
                    text
                    for text in (unit.label_th, CATEGORIES[category].title_th, _days_in_words(first, last))
                    if text
                )
                parts.append(
                    {
                        "options": part.to_dict(),
                        "unit": unit.model_dump(mode="json"),
                        "label_th": label,
                        "hcodes": list(unit.hcodes),
                    }
                )
    if options.hospitals and not parts:
        raise StopHospital(
            faults.CONFIG_MALFORMED,
            hospital=options.hospitals[0],
            detail=f"not enabled, or without the categories {', '.join(categories)}",
        )
    return parts


def _counted_once(categories: Sequence[str]) -> list[str]:
    """One category of each kind: a dry run that asked three feeds about a visit would count it thrice."""
    first: dict[str, str] = {}
    for name in categories:
        first.setdefault(CATEGORIES[name].kind, name)
    return list(first.values())


def _stretches(options: RunOptions, chunk_days: int | None) -> list[tuple[date | None, date | None]]:
    first, last = options.day_from or options.day_to, options.day_to or options.day_from
    if first is None or last is None or chunk_days is None:
        return [(first, last)]
    if last < first:
        detail = f"the last day {last} lies before the first day {first}"
        raise StopHospital(faults.CONFIG_MALFORMED, detail=detail)
    found: list[tuple[date | None, date | None]] = []
    while last >= first:
        begin = max(first, last - timedelta(days=chunk_days - 1))
        found.append((begin, last))
        last = begin - timedelta(days=1)
    return found


def _days_in_words(first: date | None, last: date | None) -> str:
    return "" if first is None else f"{first}" if first == last else f"{first}..{last}"


def options_of(part: Part) -> RunOptions:
    """The run options of a part."""
    return RunOptions.from_dict(part["options"])


def prepare(part: Part, *, progress: Callable[[int], None] = lambda _n: None) -> dict[str, int]:
    """Everything of a part before delivery; goes on where an earlier try ended."""
    options, unit = options_of(part), part["unit"]
    steps.plan_units(options)
    counts: dict[str, int] = {}
    for name in _steps_left(Context.open(options).ledger, options.run_id):
        if name != "deliver":
            counts.update(getattr(steps, f"{name}_unit")(options, unit, progress=progress))
    return counts


def is_delivered(part: Part) -> bool:
    """Whether every hospital of the part has come to its end in an earlier try."""
    options = options_of(part)
    return _steps_left(Context.open(options).ledger, options.run_id) == ()


def _steps_left(ledger: Ledger, run_id: str) -> tuple[str, ...]:
    """The steps from the earliest one that a hospital of the run still needs."""
    reached = [*steps.STATUS_BEFORE.values(), "done"]
    left = len(steps.STEPS)
    for row in ledger.run_hospitals(run_id):
        if row["status"] == "failed":
            left = min(left, steps.STEPS.index(row["failed_step"]))
        elif row["status"] != "skipped":
            left = min(left, reached.index(row["status"]))
    return steps.STEPS[left:]


def finish_part(part: Part) -> dict[str, Any]:
    """Judge one part from the ledger; raises as :func:`phr.pipeline.steps.finish_run`."""
    return steps.finish_run(options_of(part))


def finish_parts(parts: Sequence[Part]) -> dict[str, Any]:
    """Judge all parts from the ledger; returns the sum of their counts.

    :raises PhrError: of the first part that is missing, failed or unbalanced, naming how many there are.
    """
    total: Counter[str] = Counter()
    problems: list[PhrError] = []
    for part in parts:
        try:
            counts = finish_part(part)
        except PhrError as error:
            problems.append(error)
            continue
        total.update({name: n for name, n in counts.items() if name != "hospitals"})
    if problems:
        worst = problems[0]
        detail = f"{len(problems)} of {len(parts)} parts; {worst.detail}"
        raise type(worst)(worst.fault, hospital=worst.hospital, detail=detail)
    found: dict[str, Any] = {"parts": len(parts), **total}
    if "minutes" in found:  # of each part they are rounded up
        budget = Context.open(options_of(parts[0])).province.endpoint.calls_per_minute
        if budget is not None:
            found["minutes"] = math.ceil(found["calls"] / budget)
    return found


def cost(context: Context, totals: dict[str, int]) -> dict[str, Any]:
    """What a dry run's totals would cost: calls, and minutes of the budget that is free for it now."""
    calls = totals.get("calls", totals.get("pending", 0))
    limit = context.province.endpoint.calls_per_minute
    found: dict[str, Any] = {"calls": calls}
    if limit is not None:
        found["minutes"] = math.ceil(calls / limit)
        found["finished_at"] = datetime.now(UTC) + timedelta(minutes=found["minutes"])
    return found
