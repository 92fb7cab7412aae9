"""Keeps a real HOSxP database equal to the model, on SQLite and on MariaDB.

The database is derived: rows before and after the edits are compared and only the differences written. The
alternative, SQL beside every edit, would say each edit twice, and the two could disagree unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    and_,
    bindparam,
    column,
    create_engine,
    delete,
    event,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.sql.expression import TableClause

from phr_sandbox.province.schema import create_hosxp, table_columns
from phr_sandbox.scenario.masters import fill_masters
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.projection import KEYS, RowKey, Rows, rows_of


def hosxp_engine(url: str) -> Engine:
    """An engine that may write what HOSxP sites hold; a SQLite file is created when it is missing."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").touch(mode=0o600)
    else:

        @event.listens_for(engine, "connect")
        def _loose(connection: Any, _record: object) -> None:
            # as at real sites: the server takes what the screens send
            connection.cursor().execute("SET SESSION sql_mode = ''")

    return engine


class HosxpDatabase:
    """One hospital's database. Creates tables and masters when it is opened first."""

    def __init__(self, engine: Engine, hcode: str) -> None:
        self.engine = engine
        self._written: Rows = {}
        create_hosxp(engine)
        with engine.begin() as connection:
            fill_masters(connection, hcode)

    def follow(self, his: His) -> dict[str, int]:
        """Make the database equal to the model in one transaction; returns rows written by kind of change."""
        before, after = self._written, rows_of(his)
        gone = [key for key in before if key not in after]
        new = [key for key in after if key not in before]
        changed = [key for key, row in after.items() if key in before and before[key] != row]
        with self.engine.begin() as connection:
            # first what leaves: a visit entered again takes the visit number of the one deleted
            for name, keys in _by_table(gone).items():
                connection.execute(delete(_table(name)).where(_is_key(name)), [_key(name, k) for k in keys])
            for name, keys in _by_table(changed).items():
                _update(connection, name, {key: after[name, key] for key in keys})
            for name, keys in _by_table(new).items():
                connection.execute(insert(_table(name)), [after[name, key] for key in keys])
        self._written = after
        return {"deleted": len(gone), "changed": len(changed), "inserted": len(new)}

    def read(self) -> Rows:
        """The rows as they stand in the database, in the form of :func:`.projection.rows_of`."""
        found: Rows = {}
        with self.engine.connect() as connection:
            for name, key in KEYS.items():
                for raw in connection.execute(select(_table(name))).mappings():
                    row = {column: _plain(value) for column, value in raw.items()}
                    found[name, tuple(row[part] for part in key)] = row
        return found


@cache
def _table(name: str) -> TableClause:
    return table(name, *(column(each) for each in table_columns()[name]))


def _by_table(keys: list[RowKey]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, key in keys:
        found.setdefault(name, []).append(key)
    return found


def _is_key(name: str) -> Any:
    return and_(*(_table(name).c[part] == bindparam(f"key_{part}") for part in KEYS[name]))


def _key(name: str, key: tuple[Any, ...]) -> dict[str, Any]:
    return {f"key_{part}": value for part, value in zip(KEYS[name], key, strict=True)}


def _update(connection: Connection, name: str, rows: Mapping[tuple[Any, ...], dict[str, Any]]) -> None:
    columns = [column for column in next(iter(rows.values())) if column not in KEYS[name]]
    statement = (
        update(_table(name)).where(_is_key(name)).values({each: bindparam(f"new_{each}") for each in columns})
    )
    connection.execute(
        statement,
        [
            {**_key(name, key), **{f"new_{column}": row[column] for column in columns}}
            for key, row in rows.items()
        ],
    )


def _plain(value: Any) -> Any:
    """ISO text for dates and times, floats for decimals: what the projection writes."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return float(value) if isinstance(value, Decimal) else value
