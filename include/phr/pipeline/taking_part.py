"""Who takes part in a run: enabled, not paused, not inside a maintenance window when the run is planned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from phr import faults
from phr.errors import StopHospital
from phr.pipeline.context import Context
from phr.privacy.redact import redact
from phr.settings import Hospital

#: a hospital in one of these states has done nothing yet in this run, so it can still be left out
_NOT_BEGUN = ("planned", "skipped")


def reason_to_skip(hospital: Hospital, now: datetime, *, ignore_maintenance: bool) -> StopHospital | None:
    """PHR-108 paused or PHR-109 under maintenance, as the error it is for somebody who asked by name.

    :param now: aware; the clock when the run is planned, not when it was due: what counts is whether the
        database may be read now.
    """
    if hospital.paused is not None:
        detail = redact(hospital.paused)
        return StopHospital(faults.HOSPITAL_PAUSED, hospital=hospital.hcode, detail=detail)
    window = None if ignore_maintenance else hospital.maintenance_at(now)
    if window is not None:
        detail = window.in_words()
        return StopHospital(faults.HOSPITAL_MAINTENANCE, hospital=hospital.hcode, detail=detail)
    return None


def split_off_skipped(
    context: Context, hospitals: Iterable[Hospital], now: datetime
) -> tuple[list[Hospital], list[StopHospital]]:
    """Those that take part, and why the others do not, both in the given order.

    :raises StopHospital: PHR-108 or PHR-109 for a hospital that was asked for by name.
    """
    options = context.options
    going: list[Hospital] = []
    skipped: list[StopHospital] = []
    for hospital in hospitals:
        reason = reason_to_skip(hospital, now, ignore_maintenance=options.ignore_maintenance)
        if reason is None:
            going.append(hospital)
        elif options.hospitals:
            raise reason
        else:
            skipped.append(reason)
    return going, skipped


def enter_skipped(context: Context, going: Iterable[Hospital], skipped: Iterable[StopHospital]) -> set[str]:
    """Write into the planned run who is left out and why; returns the codes that are.

    Planned again, a hospital that has begun goes on: only extract reads the database, and half a run would be
    neither done nor skipped. One that was skipped before and may be read now is planned.
    """
    ledger, run_id = context.ledger, context.options.run_id
    rows = {row["hospital"]: row for row in ledger.run_hospitals(run_id)}
    for hospital in going:
        if rows[hospital.hcode]["status"] == "skipped":
            ledger.set_hospital(run_id, hospital.hcode, status="planned")
    left_out: set[str] = set()
    for reason in skipped:
        hcode = str(reason.hospital)
        row = rows[hcode]
        if row["status"] in _NOT_BEGUN or row["failed_step"] == "extract":
            ledger.skip_hospital(run_id, hcode, reason.fault.code, _in_words(reason))
            left_out.add(hcode)
    return left_out


def _in_words(reason: StopHospital) -> str:
    fault = reason.fault
    return f"{fault.code} {fault.title_th}: {reason.detail} / {fault.title_en}: {reason.detail}"
