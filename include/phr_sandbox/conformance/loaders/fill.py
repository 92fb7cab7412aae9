"""Writing rows and master tables, for every loader."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, text

_T = TypeVar("_T", bound=Hashable)


def fill(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; ``columns`` is a blank-separated list in the order of the values."""
    names = columns.split()
    marks = ", ".join(f":{name}" for name in names)
    statement = text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})")  # noqa: S608 - our own names
    source = iter(rows)
    while batch := [dict(zip(names, row, strict=True)) for row in islice(source, 2000)]:
        connection.execute(statement, batch)


class Codes(Generic[_T]):
    """Gives each distinct value a code of its own, as a master table does; nothing has no code."""

    def __init__(self, form: str = "{}") -> None:
        self._form = form
        self._known: dict[_T, str] = {}

    def __call__(self, value: _T | None) -> str | None:
        """Code of a value."""
        if value is None:
            return None
        return self._known.setdefault(value, self._form.format(len(self._known) + 1))

    def items(self) -> list[tuple[str, _T]]:
        """(code, value) of everything that was asked for, in the order of the first time."""
        return [(code, value) for value, code in self._known.items()]
