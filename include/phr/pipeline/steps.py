"""The steps of a run over one work unit: each hospital succeeds or fails alone and is reported alone.

Every step is idempotent by (run, hospital): clearing any one of them alone is safe. Steps hand each other
references to encrypted staging only; what they return are counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from phr import faults
from phr.delivery import BudgetWait
from phr.errors import Bug, PhrError, StopHospital
from phr.pipeline.check import check_hospitals
from phr.pipeline.context import Context, RunOptions
from phr.pipeline.deliver import deliver_hospital
from phr.pipeline.extract import extract_hospital
from phr.pipeline.finish import finish
from phr.pipeline.map import map_hospital
from phr.pipeline.reconcile import reconcile_hospital
from phr.pipeline.taking_part import enter_skipped, split_off_skipped
from phr.settings import Hospital

STEPS = ("extract", "check", "map", "deliver")
#: status of a hospital before each step; the last step leaves it ``done``
STATUS_BEFORE = {"extract": "planned", "check": "extracted", "map": "checked", "deliver": "mapped"}
#: staging of runs older than this is deleted when a new run is planned
STAGING_DAYS = 7.0

Unit = dict[str, Any]
Counts = dict[str, int]
Progress = Callable[[int], None]


def _quiet(_n: int) -> None:
    return


def plan_units(options: RunOptions, *, now: datetime | None = None) -> list[Unit]:
    """Write the run and its hospitals into the ledger; returns the work units to map over.

    A hospital whose entry in ``hospitals.yaml`` cannot be used stands in the ledger as failed (PHR-101,
    PHR-107), so that ``finish`` names it; one that is paused or in a maintenance window stands there as
    skipped. The others go on.

    :param now: aware time that maintenance windows are judged by; the clock without it.
    :raises StopHospital: PHR-102 an unknown code, PHR-101 an override that is not valid, or a hospital that
        was asked for by name and does not take part (PHR-108 paused, PHR-109 maintenance).
    """
    context = Context.open(options)
    context.staging.purge(older_than_days=STAGING_DAYS)
    asked = options.hospitals or []
    all_broken = {broken.hcode for broken in context.province.broken}
    broken = [b for b in context.province.broken if (b.hcode in asked if asked else b.enabled)]
    whole = [hcode for hcode in asked if hcode not in all_broken]
    hospitals = context.province.for_category(options.category, whole) if whole or not asked else []
    for hcode in {*options.overrides, *asked} - all_broken:
        context.hospital(hcode)
    missing = set(whole).difference(h.hcode for h in hospitals)
    if missing:
        detail = f"not enabled, or without the category {options.category}"
        raise StopHospital(faults.CONFIG_MALFORMED, hospital=min(missing), detail=detail)
    going, skipped = split_off_skipped(context, hospitals, now or datetime.now(UTC))
    planned = [h.hcode for h in hospitals] + [b.hcode for b in broken]
    context.ledger.plan_run(options.run_id, options.category, options.to_dict(), planned)
    left_out = enter_skipped(context, going, skipped)
    units = context.province.work_units([h for h in hospitals if h.hcode not in left_out])
    status = {row["hospital"]: row["status"] for row in context.ledger.run_hospitals(options.run_id)}
    for entry in broken:
        if status[entry.hcode] != "done":
            # as a failure of the first step: mended and planned again, it starts from there
            context.ledger.fail_hospital(options.run_id, entry.hcode, STEPS[0], entry.error)
    return [unit.model_dump(mode="json") for unit in units]


def extract_unit(options: RunOptions, unit: Unit, *, progress: Progress = _quiet) -> Counts:
    """Read one consistent snapshot of each hospital into encrypted staging."""

    def extract(context: Context, hospital: Hospital) -> Counts:
        return extract_hospital(context, hospital, progress)

    return _each(options, unit, "extract", extract)


def check_unit(options: RunOptions, unit: Unit, *, progress: Progress = _quiet) -> Counts:
    """Run the Great Expectations suites once over the whole unit, failures split per hospital."""
    context = Context.open(options)
    counts: Counter[str] = Counter()
    errors: dict[str, PhrError] = {}

    def fail(hcode: str, error: PhrError) -> None:
        errors[hcode] = error
        counts["failed"] += 1
        context.ledger.fail_hospital(options.run_id, hcode, "check", error)

    def failed(hospital: Hospital, error: PhrError) -> None:
        fail(hospital.hcode, error)

    ready = _ready(context, unit, "check", counts)
    hospitals: list[Hospital] = []
    for hcode in ready:
        try:
            hospitals.append(context.hospital(hcode))
        except PhrError as error:  # its entry was broken since the run was planned
            fail(hcode, error)
    try:
        counts.update(check_hospitals(context, unit["unit_id"], hospitals, progress, failed))
    except Exception as error:  # noqa: BLE001
        found = _safe(error, None, "check")
        for hospital in hospitals:
            failed(hospital, found)
        raise found from None
    for hospital in hospitals:
        if hospital.hcode not in errors:
            context.ledger.set_hospital(options.run_id, hospital.hcode, status="checked")
    if errors and len(errors) == len(ready):
        raise next(iter(errors.values()))
    return dict(counts)


def map_unit(options: RunOptions, unit: Unit, *, progress: Progress = _quiet) -> Counts:
    """Build the documents, decide their release and enter them in the ledger."""

    def build(context: Context, hospital: Hospital) -> Counts:
        return map_hospital(context, hospital, progress)

    return _each(options, unit, "map", build)


def deliver_unit(
    options: RunOptions,
    unit: Unit,
    *,
    session_factory: Callable[[], requests.Session] | None = None,
    wait_limit_seconds: float | None = None,
    progress: Progress = _quiet,
) -> Counts:
    """Drain what the ledger wants sent of this run.

    :raises phr.delivery.BudgetWait: the shared budget asks for more patience than ``wait_limit_seconds``.
    """

    def deliver(context: Context, hospital: Hospital) -> Counts:
        return deliver_hospital(
            context,
            hospital,
            session_factory=session_factory,
            wait_limit_seconds=wait_limit_seconds,
            progress=progress,
        )

    return _each(options, unit, "deliver", deliver)


def reconcile_unit(
    options: RunOptions,
    unit: Unit,
    *,
    session_factory: Callable[[], requests.Session] | None = None,
    progress: Progress = _quiet,
) -> Counts:
    """Compare each hospital with the national side, take back what may go, send its counts."""
    context = Context.open(options)
    counts: Counter[str] = Counter()
    errors: list[PhrError] = []
    for hcode in unit["hcodes"]:
        try:
            counts.update(reconcile_hospital(context, context.hospital(hcode), session_factory, progress))
        except Exception as error:  # noqa: BLE001
            found = _safe(error, hcode, "reconcile")
            errors.append(found)
            counts["failed"] += 1
            context.ledger.fail_hospital(options.run_id, hcode, "reconcile", found)
    if errors:
        raise next((error for error in errors if error.action == "retry"), errors[0])
    return dict(counts)


def finish_run(options: RunOptions) -> dict[str, Any]:
    """Read the ledger and judge the run; raises when a hospital is missing, failed or unbalanced."""
    return finish(Context.open(options))


def _each(
    options: RunOptions, unit: Unit, step: str, action: Callable[[Context, Hospital], Counts]
) -> Counts:
    context = Context.open(options)
    counts: Counter[str] = Counter()
    errors: list[PhrError] = []
    ready = _ready(context, unit, step, counts)
    for hcode in ready:
        try:
            counts.update(action(context, context.hospital(hcode)))
            counts["hospitals"] += 1
        except BudgetWait:
            raise
        except Exception as error:  # noqa: BLE001
            found = _safe(error, hcode, step)
            errors.append(found)
            counts["failed"] += 1
            context.ledger.fail_hospital(options.run_id, hcode, step, found)
    retry = [error for error in errors if error.action in ("retry", "stop_endpoint")]
    if retry and step == "deliver":
        raise retry[0]
    if errors and len(errors) == len(ready):
        raise errors[0]
    return dict(counts)


def _safe(error: Exception, hcode: str | None, step: str) -> PhrError:
    """The text of a foreign exception may quote a row: keep its class only (LG2)."""
    if isinstance(error, PhrError):
        return error
    return Bug(faults.UNEXPECTED, hospital=hcode, detail=f"{step}: {type(error).__name__}")


def _ready(context: Context, unit: Unit, step: str, counts: Counter[str]) -> list[str]:
    """Hospitals of the unit whose earlier steps of this run are done; they are put back to before this step.

    One that was left in the middle of an earlier step (a kill) fails there: half a map must not be delivered
    and called done.
    """
    ledger, run_id = context.ledger, context.options.run_id
    number = STEPS.index(step)
    reached = [*STATUS_BEFORE.values(), "done"]
    rows = {row["hospital"]: row for row in ledger.run_hospitals(run_id)}
    ready: list[str] = []
    unfinished: list[PhrError] = []
    for hcode in unit["hcodes"]:
        row = rows.get(hcode)
        if row is None or row["status"] == "skipped":
            counts["skipped"] += 1
            continue
        if row["status"] == "failed" and STEPS.index(row["failed_step"]) < number:
            counts["skipped"] += 1
            continue
        if row["status"] != "failed" and reached.index(row["status"]) < number:
            missing = STEPS[reached.index(row["status"])]
            error = StopHospital(faults.STAGING_MISSING, hospital=hcode, detail=f"{missing} was not finished")
            ledger.fail_hospital(run_id, hcode, missing, error)
            unfinished.append(error)
            counts["skipped"] += 1
            continue
        if not context.options.dry_run or step != "deliver":
            ledger.set_hospital(run_id, hcode, status=STATUS_BEFORE[step])
        ready.append(hcode)
    if unfinished and not ready:
        raise unfinished[0]
    return ready
