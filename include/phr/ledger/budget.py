"""One shared budget of calls per endpoint, in the ledger, where all workers see it.

Generic cell rate algorithm over one row. Written by hand because no rate-limit library keeps its bucket in
SQLite *and* PostgreSQL behind one SQLAlchemy URL (see docs/en/adr).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import select

from phr.ledger import tables as t
from phr.ledger.store import Ledger, upsert


@dataclass
class RateBudget:
    """Budget of ``calls_per_minute`` for one endpoint; None means no limit of ours."""

    ledger: Ledger
    endpoint: str
    calls_per_minute: int | None
    #: calls one reservation may run ahead of the clock (a burst), in seconds of budget
    burst_seconds: float = 1.0

    def reserve(self, calls: int) -> float:
        """Reserve ``calls``; returns the seconds to wait before making them.

        Reservations queue up: with many workers the wait grows instead of the rate.
        """
        if self.calls_per_minute is None or calls <= 0:
            return 0.0
        cost = calls * 60.0 / self.calls_per_minute
        with self.ledger.write(f"budget:{self.endpoint}") as connection:
            row = connection.execute(
                select(t.rate_budget.c.next_at, t.rate_budget.c.calls).where(
                    t.rate_budget.c.endpoint == self.endpoint
                )
            ).first()
            clock = time.time()
            start = max(row[0] if row else 0.0, clock - self.burst_seconds)
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
        return max(0.0, start - clock)

    def expected_wait(self) -> float:
        """Seconds until the budget is free again, without reserving anything."""
        if self.calls_per_minute is None:
            return 0.0
        with self.ledger.read() as connection:
            next_at = connection.execute(
                select(t.rate_budget.c.next_at).where(t.rate_budget.c.endpoint == self.endpoint)
            ).scalar()
        return max(0.0, (next_at or 0.0) - time.time())
