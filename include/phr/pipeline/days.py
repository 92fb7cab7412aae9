"""R15: one pure function turns run type, interval, Params and look-back into service days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
#: a run longer than this is a mistyped year, not a wish
MAX_DAYS = 3_700


def service_days(
    *,
    run_type: str,
    interval_start: datetime | None,
    interval_end: datetime | None,
    day_from: date | None,
    day_to: date | None,
    look_back_days: int,
    now: datetime,
) -> list[date]:
    """Service days of a run, ascending, Bangkok calendar.

    * explicit days (``day_from``/``day_to``) win over everything; one given alone means that single day;
    * ``backfill``: exactly the days of the interval, no look-back (each backfill run owns its day);
    * ``scheduled``: the interval's days and ``look_back_days`` before them;
    * anything else (``manual``): yesterday and ``look_back_days`` before it.

    The interval of a schedule at 01:30 runs from 01:30 to 01:30: its day is the local date it starts on.

    :raises ValueError: naive times, a range that ends before it begins, or an absurdly long one.
    """
    if now.tzinfo is None:
        raise ValueError("now must be timezone-aware")
    if day_from or day_to:
        first, last = day_from or day_to, day_to or day_from
        assert first is not None
        assert last is not None
        return _range(first, last)
    if run_type in ("scheduled", "backfill") and interval_start is not None and interval_end is not None:
        if interval_start.tzinfo is None or interval_end.tzinfo is None:
            raise ValueError("interval must be timezone-aware")
        first = interval_start.astimezone(BANGKOK).date()
        # each full day before the end counts once; a shorter (or zero-width) interval is its own day
        last = max(interval_start, interval_end - timedelta(days=1)).astimezone(BANGKOK).date()
        back = look_back_days if run_type == "scheduled" else 0
        return _range(first - timedelta(days=back), last)
    yesterday = now.astimezone(BANGKOK).date() - timedelta(days=1)
    return _range(yesterday - timedelta(days=look_back_days), yesterday)


def _range(first: date, last: date) -> list[date]:
    if last < first:
        raise ValueError(f"the last day {last} lies before the first day {first}")
    count = (last - first).days + 1
    if count > MAX_DAYS:
        raise ValueError(f"{count} days are more than {MAX_DAYS}; check the years (Christian era)")
    return [first + timedelta(days=n) for n in range(count)]
