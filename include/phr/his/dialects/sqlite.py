"""SQLite: demo replicas, and what other adapters load into memory."""

# ruff: noqa: D102, ARG002 - the methods are documented at the protocol, and a dialect may not need an argument
from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text

from phr.his.dialects import base
from phr.his.dialects.base import Columns
from phr.settings import Hospital


class Sqlite:
    """Demo replicas: a file opened read-only; dates and times are text already."""

    name = "sqlite"
    in_order = ""

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        uri = Path(url.database or "").resolve().as_uri() + "?mode=ro"

        def open_file() -> sqlite3.Connection:
            # isolation_level None: the module must not open or close transactions on its own
            connection = sqlite3.connect(uri, uri=True, timeout=base.CONNECT_SECONDS, isolation_level=None)
            connection.execute("PRAGMA query_only = ON")
            return connection

        return create_engine("sqlite://", creator=open_file, poolclass=NullPool, hide_parameters=True)

    def date_text(self, column: str) -> str:
        return column

    def time_text(self, column: str) -> str:
        return f"SUBSTR({column}, 1, 8)"

    def moment_day(self, column: str) -> str:
        return f"SUBSTR({column}, 1, 10)"

    def moment_time(self, column: str) -> str:
        return f"SUBSTR({column}, 12, 8)"

    def as_text(self, column: str) -> str:
        return f"CAST({column} AS TEXT)"

    def yes(self, column: str) -> str:
        return f"COALESCE({column}, '') = 'Y'"

    def concat(self, *parts: str) -> str:
        return f"({' || '.join(parts)})"

    def not_digits(self, column: str) -> str:
        return f"{column} GLOB '*[^0-9]*'"

    def procedure_code(self, column: str) -> str:
        return f"({column} GLOB '[0-9]*' AND {column} NOT GLOB '*[^0-9. ]*')"

    def begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT COUNT(*) FROM sqlite_master").scalar_one()  # takes the read mark

    def clock(self, connection: Connection) -> datetime | None:
        return None

    def replica_lag(self, connection: Connection) -> float | None:
        return None

    def version(self, connection: Connection) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        found: Columns = {}
        for table in tables:
            rows = connection.execute(
                text("SELECT name FROM pragma_table_info(:table)"), {"table": table}
            ).all()
            if rows:
                found[table] = frozenset(str(row[0]).lower() for row in rows)
        return found

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        return []

    def may_write(self, connection: Connection) -> bool | None:
        return False  # the file is opened mode=ro
