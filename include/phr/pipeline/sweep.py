"""The sweep: older service days are read again at decaying density, so that an undated edit is found too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select

from phr.ledger import tables as t
from phr.ledger.store import Ledger
from phr.pipeline.days import BANGKOK

#: (age of a service day in days, read again at least every so many days); older days are not swept
DENSITY = ((14, 3), (60, 7), (365, 30), (730, 90), (1830, 180))


def interval(age: int) -> int | None:
    """Days within which a service day of this age is read again; None beyond the sweep."""
    return next((every for upto, every in DENSITY if age <= upto), None)


def due_days(
    last_read: Mapping[date, date],
    *,
    today: date,
    first: date | None = None,
    limit: int,
    tells: Callable[[list[date]], list[date]] = list,
) -> list[date]:
    """Service days to read again today, the most overdue first, at most ``limit``; returned ascending.

    A day between the earliest one ever read and yesterday that was never read (an outage longer than the
    look-back) is overdue most of all. Days before the earliest one are a backfill's work, not the sweep's.

    :param last_read: service day -> day of its newest reading, Asia/Bangkok.
    :param first: first service day of the category at this hospital.
    :param tells: those of some days that the source can tell about now; the others wait.
    """
    if not last_read:
        return []
    start = max(min(last_read), first or date.min)
    overdue: list[tuple[int, date]] = []
    for n in range((today - start).days):
        day = start + timedelta(days=n)
        every = interval((today - day).days)
        if every is None:
            continue
        read = last_read.get(day)
        late = 10**6 if read is None else (today - read).days - every
        if late >= 0:
            overdue.append((-late, day))
    told = set(tells(sorted(day for _, day in overdue)))
    return sorted(day for _, day in sorted(item for item in overdue if item[1] in told)[:limit])


def last_readings(ledger: Ledger, hospital: str, kind: str) -> dict[date, date]:
    """Day of the newest reading of every service day the ledger has a count of."""
    s = t.service_day
    query = select(s.c.day, s.c.snapshot_at).where(s.c.hospital == hospital, s.c.kind == kind)
    with ledger.read() as connection:
        return {day: _bangkok_day(moment) for day, moment in connection.execute(query)}


def days_to_repair(ledger: Ledger, hospital: str, kind: str) -> list[date]:
    """Service days with documents that the national side was found to lack."""
    d = t.document
    query = (
        select(d.c.service_day)
        .where(
            d.c.hospital == hospital,
            d.c.kind == kind,
            d.c.desired_state == "pending",
            d.c.desired_reason == "MISSING_THERE",
        )
        .distinct()
    )
    with ledger.read() as connection:
        return sorted(connection.execute(query).scalars())


def _bangkok_day(moment: datetime) -> date:
    return moment.astimezone(BANGKOK).date()
