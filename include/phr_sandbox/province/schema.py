"""Creates the HOSxP tables of ``hosxp_mysql.sql``: on MariaDB/MySQL as they are, elsewhere translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

DDL_FILE = Path(__file__).with_name("hosxp_mysql.sql")

_TABLE = re.compile(r"CREATE TABLE `(\w+)` \((.*?)\n\) ENGINE=InnoDB DEFAULT CHARSET=tis620;", re.S)
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
}


def create_hosxp(engine: Engine, *, charset: str | None = None) -> None:
    """Create all HOSxP tables and indexes in an empty database.

    :param charset: table character set on MariaDB/MySQL; None keeps ``tis620``, as most hospitals run.
        Ignored elsewhere: SQLite's text is always UTF-8, PostgreSQL's is that of the database.
    :raises ValueError: a dialect other than MariaDB/MySQL/PostgreSQL/SQLite, or a malformed charset name.
    :raises sqlalchemy.exc.OperationalError: a table is already there; nothing is ever dropped.
    """
    if charset is not None and not _CHARSET.fullmatch(charset):
        raise ValueError("charset: lower-case letters and digits only")
    dialect = engine.dialect.name
    if dialect in ("mysql", "mariadb"):
        statements = list(_mysql_statements(charset or "tis620"))
    elif dialect == "sqlite":
        statements = list(_translated(lambda kind, _size: _AFFINITY[kind]))
    elif dialect == "postgresql":
        statements = list(_translated(_postgresql_type))
    else:
        raise ValueError(f"no HOSxP schema for dialect {dialect}")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@cache
def table_columns() -> dict[str, tuple[str, ...]]:
    """Column names of every table, in the order of the DDL: ``{"opdconfig": ("hospitalcode", ...), ...}``."""
    return {name: tuple(_column_names(body)) for name, body in _tables()}


def _tables() -> list[tuple[str, str]]:
    return _TABLE.findall(DDL_FILE.read_text(encoding="utf-8"))


def _lines(body: str) -> Iterator[str]:
    for line in body.splitlines():
        text = line.split("--", 1)[0].strip().rstrip(",")
        if text:
            yield text


def _column_names(body: str) -> Iterator[str]:
    for line in _lines(body):
        if match := _COLUMN.match(line):
            yield match[1]


def _mysql_statements(charset: str) -> Iterator[str]:
    for name, body in _tables():
        yield f"CREATE TABLE `{name}` ({body}\n) ENGINE=InnoDB DEFAULT CHARSET={charset}"


def _postgresql_type(kind: str, size: str) -> str:
    # the sizes of integers are for display
    return (
        f"{_POSTGRESQL[kind]}({size})"
        if size and kind in ("varchar", "char", "double")
        else _POSTGRESQL[kind]
    )


def _translated(type_of: Callable[[str, str], str]) -> Iterator[str]:
    for name, body in _tables():
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
                raise ValueError(f"{DDL_FILE.name}: cannot translate a line of {name}")
        yield f'CREATE TABLE "{name}" (\n  ' + ",\n  ".join(parts) + "\n)"
        yield from indexes
