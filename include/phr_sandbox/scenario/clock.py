"""The scripted clock: what the HIS servers, the product's adapters and its ledger say the time is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event

from phr.his import Adapter, make_adapter
from phr.ledger import store
from phr.pipeline import extract
from phr.settings import Hospital


class ScriptClock:
    """A clock that is set by the script. Snapshots of a HIS are dated by it as it stands (R1); for the ledger
    it goes on from there, so that leases run and notes follow each other.

    A SQLite replica has no clock of its own and takes the adapter's; a MariaDB server is told the time at
    every connection, as ``SET timestamp`` allows. Tokens and budgets go on by the real clock.
    """

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, moment: datetime) -> None:
        """It is this time now; aware."""
        self.time, self._since = moment, time.monotonic()

    def now(self) -> datetime:
        """The time it was set to; aware UTC."""
        return self.time.astimezone(UTC)

    def running(self) -> datetime:
        """The time it was set to and what has gone by since; aware UTC."""
        return self.now() + timedelta(seconds=time.monotonic() - self._since)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """In this process, while the context lasts."""

        def scripted(hospital: Hospital, url: str) -> Adapter:
            return make_adapter(hospital, url, now=self.now)

        def tell_server(connection: Any, _record: object) -> None:
            if type(connection).__module__.partition(".")[0] in ("pymysql", "MySQLdb"):
                with connection.cursor() as cursor:
                    cursor.execute(f"SET timestamp = {self.time.timestamp():.6f}")

        real = store.now
        using_it = [
            module
            for name, module in sys.modules.items()
            if name.startswith("phr.") and getattr(module, "now", None) is real
        ]
        event.listen(Engine, "connect", tell_server)
        try:
            with ExitStack() as stack:
                stack.enter_context(replaced(extract, "make_adapter", scripted))
                for module in using_it:
                    stack.enter_context(replaced(module, "now", self.running))
                yield
        finally:
            event.remove(Engine, "connect", tell_server)


@contextmanager
def replaced(owner: Any, name: str, value: object) -> Iterator[None]:
    """Another attribute while the context lasts."""
    real = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, real)
