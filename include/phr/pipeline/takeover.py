"""Takeover: a hospital that another program has been sending for; and rebuilding a ledger that was lost.

The national references become documents *delivered with unknown content*. The next readings of their days
find them in the HIS; then they are sent again at the pace of ``takeover_per_run``, or at once when their
visit changes. Nothing of another sender is ever removed: a reference that the HIS does not know is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import requests

from phr import faults
from phr.delivery.readback import references
from phr.errors import Retry
from phr.ledger.balance import refresh_roll_up
from phr.ledger.budget import Lane, RateBudget
from phr.ledger.taken_over import take_over_references
from phr.pipeline.context import Context
from phr.pipeline.deliver import make_client
from phr.settings import Hospital

KIND = "encounter"


def take_over(
    context: Context,
    hospital: Hospital,
    first: date,
    last: date,
    *,
    session_factory: Callable[[], requests.Session] | None = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> dict[str, int]:
    """Import the national references of these service days, one call a day; returns counts.

    Safe to repeat and to stop anywhere: what is known already is left as it is.

    :raises Retry: PHR-401 when a day cannot be read; the days before it are in the ledger.
    """
    client, address = make_client(context, hospital, session_factory)
    budget = RateBudget(context.ledger, address.base_url, context.province.endpoint.calls_per_minute)
    counts: Counter[str] = Counter()
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        budget.wait_for_call(Lane.BACKFILL)
        listed = references(client.day_references(day.isoformat()), hospital.hcode)
        if listed is None:
            raise Retry(faults.API_UNREACHABLE, hospital=hospital.hcode, detail=f"the list of {day}")
        fresh = take_over_references(
            context.ledger, hospital.hcode, KIND, day, listed, moment=datetime.now(UTC)
        )
        refresh_roll_up(context.ledger, hospital.hcode, KIND, [day])
        counts.update({"days": 1, "listed": len(listed), "taken_over": fresh})
        progress(1)
    return dict(counts)
