"""Is the replica up to date? Asked before an empty day is believed and before anything is looked for again."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from phr.his.base import Adapter
from phr.settings import Hospital


def is_fresh(hospital: Hospital, adapter: Adapter, day: date) -> bool:
    """Whether the replica holds visits of the last day before ``day`` on which the hospital was open (R12)."""
    last = adapter.probe().last_visit_day
    return last is not None and last >= previous_open_day(hospital, day)


def previous_open_day(hospital: Hospital, day: date) -> date:
    """The last day before ``day`` on which the hospital should have had visits."""
    for back in range(1, 15):
        with suppress(OverflowError):
            before = day - timedelta(days=back)
            if before.weekday() not in hospital.closed_weekdays and before not in hospital.closed_days:
                return before
    return day - timedelta(days=14)
