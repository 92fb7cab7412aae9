"""One shared budget of calls per endpoint, in the ledger, where all workers see it, with lanes.

Generic cell rate algorithm over one row. Written by hand because no rate-limit library keeps its bucket in
SQLite *and* PostgreSQL behind one SQLAlchemy URL (see docs/en/adr).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Connection, func, select

from phr.ledger import tables as t
from phr.ledger.store import Ledger, upsert

#: a lane still wants calls for so long after the last call it was given; lower lanes look again after a part
#: of it
WANTED_SECONDS = 2.0
_LOOK_AGAIN = 0.5


class Lane(IntEnum):
    """Who goes first when calls are short; a smaller number goes first."""

    FIRST = 0  #: first sends of the newest service days: the citizen waits for them
    CORRECTION = 1
    RETRACTION = 2
    BACKFILL = 3


@dataclass(frozen=True, slots=True)
class Grant:
    """``given``: make the call after ``wait`` seconds; else nothing was reserved, ask again after them."""

    given: bool
    wait: float


@dataclass
class RateBudget:
    """Budget of ``calls_per_minute`` for one endpoint; None means no limit of ours, but lanes still hold."""

    ledger: Ledger
    endpoint: str
    calls_per_minute: int | None
    #: calls one reservation may run ahead of the clock (a burst), in seconds of budget
    burst_seconds: float = 1.0

    def reserve(self, calls: int, lane: Lane = Lane.FIRST) -> Grant:
        """Reserve ``calls`` in a lane.

        Reservations queue up: with many workers the wait grows instead of the rate. A lane gets nothing while
        a higher one waits for a call or has been given one in the last seconds, so a backfill delays today's
        run by no more than what it had reserved before.
        """
        if calls <= 0:
            return Grant(True, 0.0)
        if self.calls_per_minute is None and lane is not Lane.BACKFILL:
            # without a limit only a backfill has to make way, and it looks at what others are doing
            self._want_now_and_then(lane)
            return Grant(True, 0.0)
        with self.ledger.write(f"budget:{self.endpoint}") as connection:
            clock = time.time()
            if self._higher_wants(connection, lane, clock):
                return Grant(False, _LOOK_AGAIN)
            if self.calls_per_minute is None:
                self._want(connection, lane, clock)
                return Grant(True, 0.0)
            cost = calls * 60.0 / self.calls_per_minute
            row = connection.execute(
                select(t.rate_budget.c.next_at, t.rate_budget.c.calls).where(
                    t.rate_budget.c.endpoint == self.endpoint
                )
            ).first()
            start = max(row[0] if row else 0.0, clock - self.burst_seconds)
            # with few calls a minute the wait for one is longer than the lane's memory of who asked
            self._want(connection, lane, max(start, clock))
            upsert(
                connection,
                t.rate_budget,
                [
                    {
                        "endpoint": self.endpoint,
                        "next_at": start + cost,
                        "calls": (row[1] if row else 0) + calls,
                    }
                ],
            )
        return Grant(True, max(0.0, start - clock))

    def wait_for_call(self, lane: Lane) -> None:
        """Reserve one call and sleep until its turn has come, however long that takes."""
        while True:
            grant = self.reserve(1, lane)
            time.sleep(grant.wait)
            if grant.given:
                return

    def expected_wait(self, lane: Lane = Lane.FIRST) -> float:
        """Seconds until the budget is free again for this lane, without reserving anything."""
        with self.ledger.read() as connection:
            higher = self._higher_wants(connection, lane, time.time())
            next_at = connection.execute(
                select(t.rate_budget.c.next_at).where(t.rate_budget.c.endpoint == self.endpoint)
            ).scalar()
        if self.calls_per_minute is None:
            next_at = None
        return max(0.0, (next_at or 0.0) - time.time(), WANTED_SECONDS if higher else 0.0)

    # -- lanes -------------------------------------------------------------------------------------

    def _higher_wants(self, connection: Connection, lane: Lane, clock: float) -> bool:
        table = t.rate_lane
        query = select(func.max(table.c.wanted_until)).where(
            table.c.endpoint == self.endpoint, table.c.lane < int(lane)
        )
        return (connection.execute(query).scalar() or 0.0) > clock

    def _want(self, connection: Connection, lane: Lane, given: float) -> None:
        row = {"endpoint": self.endpoint, "lane": int(lane), "wanted_until": given + WANTED_SECONDS}
        upsert(connection, t.rate_lane, [row])

    def _want_now_and_then(self, lane: Lane) -> None:
        """Without a limit a call costs no write of its own; the lane is shown once in a while."""
        clock = time.time()
        if clock < self._shown.get(lane, 0.0):
            return
        self._shown[lane] = clock + WANTED_SECONDS / 3
        with self.ledger.write(f"budget:{self.endpoint}") as connection:
            self._want(connection, lane, clock)

    def __post_init__(self) -> None:
        self._shown: dict[Lane, float] = {}
