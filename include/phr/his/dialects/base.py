"""What an adapter needs to know of a database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from sqlalchemy import URL, Connection, Engine

from phr.settings import Hospital

CONNECT_SECONDS = 10
#: no answer for so long is a failure, however much is asked
READ_SECONDS = 300
Columns = dict[str, frozenset[str]]


class Dialect(Protocol):
    """What an adapter needs to know of a database."""

    name: str

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        """An engine that can only read, with time-outs and without a pool; nothing is connected yet.

        :raises ValueError: the URL is not one of this database.
        :raises ImportError: its driver is not installed.
        """

    #: SQL after SELECT: join in the order written, so from the visits outwards. Statistics of a replica are
    #: often old, and a plan that starts at the drug list reads the whole of opitemrece.
    in_order: str

    def date_text(self, column: str) -> str:
        """SQL: ``YYYY-MM-DD`` as the server stores it, so that no driver parses a zero date."""

    def time_text(self, column: str) -> str:
        """SQL: ``HH:MM:SS``."""

    def moment_day(self, column: str) -> str:
        """SQL: the day of a column of day and time, as :meth:`date_text`."""

    def moment_time(self, column: str) -> str:
        """SQL: the time of a column of day and time, as :meth:`time_text`."""

    def as_text(self, column: str) -> str:
        """SQL: a column of any type where only a text will do: in a UNION, and beside texts."""

    def yes(self, column: str) -> str:
        """SQL condition, never NULL: a flag that is set."""

    def concat(self, *parts: str) -> str:
        """SQL: the texts one after the other."""

    def not_digits(self, column: str) -> str:
        """SQL condition: a text that holds anything but ASCII digits."""

    def procedure_code(self, column: str) -> str:
        """SQL condition: a code of digits only, so an ICD-9-CM procedure and not a diagnosis."""

    def begin(self, connection: Connection) -> None:
        """Start one consistent read-only snapshot."""

    def clock(self, connection: Connection) -> datetime | None:
        """Clock of the server (aware UTC); None when it is our own."""

    def replica_lag(self, connection: Connection) -> float | None:
        """Seconds by which a replica is behind its primary; None: it is none, or this account cannot tell."""

    def version(self, connection: Connection) -> str:
        """Kind and version of the server."""

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        """Readable columns of those of the tables that exist, lower case."""

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        """Tables the snapshot does not hold for."""

    def may_write(self, connection: Connection) -> bool | None:
        """Whether the account may change anything; None when it cannot be told."""
