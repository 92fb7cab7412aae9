"""Inserts the rows of the generator in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection

from phr_sandbox.province import rows, vaccine_rows

BATCH_ROWS = 2000
_TABLES: dict[type, str] = {**rows.TABLES, **vaccine_rows.TABLES}


class Writer:
    """Buffers at most ``BATCH_ROWS`` rows per table and inserts them with ``executemany``."""

    _marks: ClassVar[dict[str, str]] = {"qmark": "?", "format": "%s", "pyformat": "%s"}

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mark = self._marks[connection.dialect.paramstyle]
        self._buffers: dict[type, list[tuple[Any, ...]]] = {kind: [] for kind in _TABLES}
        self._sql = {kind: self._insert(table, kind._fields) for kind, table in _TABLES.items()}  # type: ignore[attr-defined]
        self.counts: Counter[str] = Counter()

    def _insert(self, table: str, columns: Sequence[str]) -> str:
        marks = ", ".join([self._mark] * len(columns))
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names

    def add(self, row: rows.Row | vaccine_rows.VaccineRow) -> None:
        """Queue one row."""
        kind = type(row)
        buffer = self._buffers[kind]
        buffer.append(row)
        if len(buffer) >= BATCH_ROWS:
            self._flush(kind)

    def master(self, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert the rows of a small master table at once; ``columns`` is a blank-separated list."""
        batch = list(rows)
        self._connection.exec_driver_sql(self._insert(table, columns.split()), batch)
        self.counts[table] += len(batch)

    def update(self, sql: str, parameters: list[tuple[Any, ...]]) -> None:
        """Run an update per parameter tuple; ``?`` stands for a parameter on every dialect."""
        if parameters:
            self._connection.exec_driver_sql(sql.replace("?", self._mark), parameters)

    def flush(self) -> None:
        """Insert everything that is queued."""
        for kind in self._buffers:
            self._flush(kind)

    def _flush(self, kind: type) -> None:
        buffer = self._buffers[kind]
        if buffer:
            self._connection.exec_driver_sql(self._sql[kind], buffer)
            self.counts[_TABLES[kind]] += len(buffer)
            buffer.clear()
