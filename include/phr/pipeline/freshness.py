"""Is the replica up to date? Asked before an empty day is believed and before a second look counts."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from phr.settings import Hospital


def is_fresh(hospital: Hospital, last_visit: date | None, day: date) -> bool:
    """Whether a replica whose last visit is of that day is up to date as of ``day`` (R12).

    It has to hold visits of the last day before ``day`` on which the hospital was open.
    """
    return last_visit is not None and last_visit >= previous_open_day(hospital, day)


def previous_open_day(hospital: Hospital, day: date) -> date:
    """The last day before ``day`` on which the hospital should have had visits."""
    for back in range(1, 15):
        with suppress(OverflowError):
            before = day - timedelta(days=back)
            if before.weekday() not in hospital.closed_weekdays and before not in hospital.closed_days:
                return before
    return day - timedelta(days=14)
