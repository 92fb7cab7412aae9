"""Creates tables of a DDL file: on MariaDB/MySQL as they are, elsewhere translated; HOSxP's for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

DDL_FILE = Path(__file__).with_name("hosxp_mysql.sql")

_TABLE = re.compile(r"CREATE TABLE `(\w+)` \((.*?)\n\) ENGINE=(\w+) DEFAULT CHARSET=(\w+);", re.S)
_COLUMN = re.compile(r"`(\w+)` (\w+)(?:\(([\d,]+)\))?( NOT NULL)?")
_KEY = re.compile(r"(UNIQUE )?KEY `(\w+)` \((.+)\)")
_CHARSET = re.compile(r"[a-z0-9]+")
#: MySQL type -> SQLite affinity. Dates and times stay text, so that '0000-00-00' can be stored.
_AFFINITY = {
    "varchar": "TEXT",
    "char": "TEXT",
    "text": "TEXT",
    "date": "TEXT",
    "time": "TEXT",
    "datetime": "TEXT",
    "int": "INTEGER",
    "smallint": "INTEGER",
    "tinyint": "INTEGER",
    "double": "REAL",
    "decimal": "REAL",
}
#: MySQL type -> PostgreSQL type, as sites that run HOSxP there have them
_POSTGRESQL = {
    "varchar": "character varying",
    "char": "character",
    "text": "text",
    "date": "date",
    "time": "time(6) without time zone",
    "datetime": "timestamp(6) without time zone",
    "int": "integer",
    "smallint": "smallint",
    "tinyint": "smallint",
    "double": "numeric",
    "decimal": "numeric",
}


def create_hosxp(engine: Engine, *, charset: str | None = None) -> None:
    """Create all HOSxP tables and indexes in an empty database; see :func:`create_tables`."""
    create_tables(engine, DDL_FILE, charset=charset)


def create_tables(engine: Engine, ddl: Path, *, charset: str | None = None) -> None:
    """Create all tables and indexes of a DDL file in an empty database.

    :param charset: table character set on MariaDB/MySQL; None keeps that of the file.
        Ignored elsewhere: SQLite's text is always UTF-8, PostgreSQL's is that of the database.
    :raises ValueError: a dialect other than MariaDB/MySQL/PostgreSQL/SQLite, or a malformed charset name.
    :raises sqlalchemy.exc.OperationalError: a table is already there; nothing is ever dropped.
    """
    if charset is not None and not _CHARSET.fullmatch(charset):
        raise ValueError("charset: lower-case letters and digits only")
    dialect = engine.dialect.name
    if dialect in ("mysql", "mariadb"):
        statements = list(_mysql_statements(ddl, charset))
    elif dialect == "sqlite":
        statements = list(_translated(ddl, lambda kind, _size: _AFFINITY[kind]))
    elif dialect == "postgresql":
        statements = list(_translated(ddl, _postgresql_type))
    else:
        raise ValueError(f"{ddl.name} cannot be created on {dialect}")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@cache
def table_columns(ddl: Path = DDL_FILE) -> dict[str, tuple[str, ...]]:
    """Column names of every table, in the order of the DDL: ``{"opdconfig": ("hospitalcode", ...), ...}``."""
    return {name: tuple(_column_names(body)) for name, body, *_ in _tables(ddl)}


def _tables(ddl: Path) -> list[tuple[str, str, str, str]]:
    """(name, body, engine, charset)."""
    return _TABLE.findall(ddl.read_text(encoding="utf-8"))


def _lines(body: str) -> Iterator[str]:
    for line in body.splitlines():
        text = line.split("--", 1)[0].strip().rstrip(",")
        if text:
            yield text


def _column_names(body: str) -> Iterator[str]:
    for line in _lines(body):
        if match := _COLUMN.match(line):
            yield match[1]


def _mysql_statements(ddl: Path, charset: str | None) -> Iterator[str]:
    for name, body, engine, own in _tables(ddl):
        yield f"CREATE TABLE `{name}` ({body}\n) ENGINE={engine} DEFAULT CHARSET={charset or own}"


def _postgresql_type(kind: str, size: str) -> str:
    # the sizes of integers are for display
    return (
        f"{_POSTGRESQL[kind]}({size})"
        if size and kind in ("varchar", "char", "double", "decimal")
        else _POSTGRESQL[kind]
    )


def _translated(ddl: Path, type_of: Callable[[str, str], str]) -> Iterator[str]:
    for name, body, *_ in _tables(ddl):
        parts: list[str] = []
        indexes: list[str] = []
        for line in _lines(body):
            if line.startswith("PRIMARY KEY"):
                parts.append(line.replace("`", '"'))
            elif key := _KEY.match(line):
                columns = key[3].replace("`", '"')
                indexes.append(f'CREATE {key[1] or ""}INDEX "{key[2]}" ON "{name}" ({columns})')
            elif column := _COLUMN.match(line):
                parts.append(f'"{column[1]}" {type_of(column[2], column[3])}{column[4] or ""}')
            else:
                raise ValueError(f"{ddl.name}: cannot translate a line of {name}")
        yield f'CREATE TABLE "{name}" (\n  ' + ",\n  ".join(parts) + "\n)"
        yield from indexes
