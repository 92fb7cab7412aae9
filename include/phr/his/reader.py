"""Running the statements of one snapshot: streamed rows, bounded IN lists, faults with a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection

from phr import faults
from phr.errors import Bug
from phr.his import normalise
from phr.his.source_faults import source_faults
from phr.his.sql import Statements
from phr.his.system import System
from phr.settings import Hospital

#: keys in one IN list (it is sent as text and planned by range)
KEYS = 1000
#: days in one IN list; each stands twice, in both eras
DAYS = 400
#: raw rows held at once
PARTITION = 2000
#: a day no visit has, for lists that may not be empty
NO_DAY = "1000-01-01"
_T = TypeVar("_T")
_BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")  # no daylight saving since 1920


@dataclass
class Reader:
    """The connection of one snapshot and the statements of its adapter.

    :param columns: statement name -> names of its columns as its row builder expects them.
    """

    hospital: Hospital
    system: System
    connection: Connection
    statements: Statements
    taken_at: datetime
    columns: Mapping[str, tuple[str, ...]]

    def by_keys(self, name: str, scope: str, keys: Iterable[object]) -> Iterator[tuple[Any, ...]]:
        """Rows of one SELECT over a list of keys of any length."""
        for part in batched(sorted(keys, key=str), KEYS):
            yield from self.rows(name, scope, {"keys": list(part)})

    def rows(
        self, name: str, scope: str, parameters: Mapping[str, object], *, counted: bool = False
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of one SELECT, streamed; at most one of these generators is read at a time.

        :param counted: the number of rows instead of the rows.
        """
        statement = self.statements.get(name, scope, counted)
        with source_faults(self.hospital.hcode):
            result = self.connection.execute(
                statement, parameters, execution_options={"stream_results": True}
            )
            with result:
                if name in self.columns and not counted and tuple(result.keys()) != self.columns[name]:
                    raise Bug(faults.UNEXPECTED, detail=f"columns of {name}.sql and its builder differ")
                for partition in result.partitions(PARTITION):
                    yield from partition


def bangkok(moment: datetime) -> datetime:
    """The clock time HIS rows are written in (rule R15)."""
    return moment.astimezone(_BANGKOK)


def batched(items: Iterable[_T], size: int) -> Iterator[tuple[_T, ...]]:
    """Tuples of at most ``size`` items."""
    source = iter(items)
    while part := tuple(islice(source, size)):
        yield part


def both_eras(days: Iterable[date]) -> list[str]:
    """ISO days, and the same days as a hospital that types Buddhist years stores them.

    29 February is left out of the latter: the Buddhist year is then no leap year, so no DATE can hold it.
    """
    out = []
    for day in days:
        out.append(day.isoformat())
        if (day.month, day.day) != (2, 29):
            out.append(f"{day.year + normalise.BUDDHIST_OFFSET}-{day:%m-%d}")
    return out


def on_days(days: Sequence[date]) -> dict[str, object]:
    """Parameters of a statement that asks for days: the days, never none, and the span they lie in."""
    return {
        "days": both_eras(days) or [NO_DAY],
        "first_day": min(days).isoformat() if days else NO_DAY,
        "after_day": (max(days) + timedelta(days=1)).isoformat() if days else NO_DAY,
    }


def one_day(raw: object) -> date:
    """A day that was asked for, as the server gives it back."""
    iso = normalise.date(raw, "service_day", [])
    assert iso is not None  # only days that were asked for come back
    return date.fromisoformat(iso)


def distinct_days(days: Sequence[date]) -> list[date]:
    """Ascending, each once."""
    return sorted(set(days))
