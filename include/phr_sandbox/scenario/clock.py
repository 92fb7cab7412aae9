"""The scripted clock: what the HIS servers and the product's adapters say the time is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event

from phr.his import Adapter, make_adapter
from phr.pipeline import extract
from phr.settings import Hospital


class ScriptClock:
    """A clock that stands still until it is set. Only snapshots of a HIS are dated by it (R1).

    A SQLite replica has no clock of its own and takes the adapter's; a MariaDB server is told the time at
    every connection, as ``SET timestamp`` allows. Leases, tokens and budgets go on by the real clock.
    """

    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        """Aware UTC."""
        return self.time.astimezone(UTC)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """In this process, while the context lasts."""

        def scripted(hospital: Hospital, url: str) -> Adapter:
            return make_adapter(hospital, url, now=self.now)

        def tell_server(connection: Any, _record: object) -> None:
            if type(connection).__module__.partition(".")[0] in ("pymysql", "MySQLdb"):
                with connection.cursor() as cursor:
                    cursor.execute(f"SET timestamp = {self.time.timestamp():.6f}")

        event.listen(Engine, "connect", tell_server)
        try:
            with replaced(extract, "make_adapter", scripted):
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
