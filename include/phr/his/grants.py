"""The read-only account of a replica, as SQL for the administrator of that database (control IN8).

SELECT on the tables of ``adapter.yaml`` and on nothing else; what is not granted cannot be read,
whatever a later version of this product asks for. A table that holds secrets beside what is read
(``by_column``) is granted column by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from phr.his.system import System, system

GrantDialect = Literal["mysql", "postgresql"]

#: one address, a network in MySQL's notation or ``%``
HOST = re.compile(r"[A-Za-z0-9_.:%/-]{1,255}")
NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")
#: a gap to fill in; a server refuses the statement while it is there, so nobody gets an account with it
PASSWORD_MARK = "<'password'>"  # noqa: S105


def read_only_account(
    his: str,
    dialect: GrantDialect,
    *,
    database: str,
    login: str,
    from_host: str = "%",
    schema: str = "public",
) -> list[str]:
    """Lines of SQL: make the account, grant SELECT table by table; comments start with ``--``.

    Tables that a site may not have come last, since a server refuses a grant on what is not there.

    :param his: kind of HIS, ``Hospital.his``.
    :param from_host: MySQL, MariaDB: where the account may log in from.
    :param schema: PostgreSQL: schema of the tables.
    :raises ValueError: a name that would have to be quoted (it is not shown), or a HIS that is files.
    """
    for what, name in (("database", database), ("login", login), ("schema", schema)):
        if not NAME.fullmatch(name):
            raise ValueError(f"{what}: letters, digits, _ and - only")
    if not HOST.fullmatch(from_host):
        raise ValueError("from-host: an address, a network or % only")
    kind = system(his)
    if not {"mysql", "postgresql"}.intersection(kind.dialects):
        raise ValueError(f"{his} is no database: grant its folder's read right to the account of the worker")
    always = sorted(kind.required)
    perhaps = [table for table in kind.tables if table not in kind.required]
    account = (
        _Mysql(database, login, from_host) if dialect == "mysql" else _Postgresql(database, login, schema)
    )
    return [
        *account.create(),
        "",
        f"-- ตารางที่ต้องมี / required tables ({len(always)})",
        *(account.select(table, _always_read(kind, table)) for table in always),
        "",
        f"-- ตารางที่บางแห่งไม่มี ถ้าไม่มีให้ข้ามบรรทัดนั้น / tables a site may lack: skip those ({len(perhaps)})",
        *(account.select(table) for table in perhaps),
        *_perhaps_read(kind, account),
    ]


def _always_read(kind: System, table: str) -> list[str]:
    """Columns to be named in the grant; none: the whole table."""
    return sorted(kind.required[table]) if table in kind.by_column else []


def _perhaps_read(kind: System, account: _Mysql | _Postgresql) -> Iterator[str]:
    columns = [
        (table, name) for table in sorted(kind.by_column) for name in sorted(kind.optional.get(table, ()))
    ]
    if columns:
        yield ""
        yield "-- คอลัมน์ที่บางแห่งไม่มี ถ้าไม่มีให้ข้ามบรรทัดนั้น / columns a site may lack: skip those"
        yield from (account.select(table, [name]) for table, name in columns)


class _Mysql:
    def __init__(self, database: str, login: str, host: str) -> None:
        self._database, self._account = database, f"'{login}'@'{host}'"

    def create(self) -> Iterator[str]:
        yield f"CREATE USER IF NOT EXISTS {self._account} IDENTIFIED BY {PASSWORD_MARK};"

    def select(self, table: str, columns: Sequence[str] = ()) -> str:
        named = f" ({', '.join(f'`{name}`' for name in columns)})" if columns else ""
        return f"GRANT SELECT{named} ON `{self._database}`.`{table}` TO {self._account};"


class _Postgresql:
    def __init__(self, database: str, login: str, schema: str) -> None:
        self._database, self._login, self._schema = database, login, schema

    def create(self) -> Iterator[str]:
        yield f'CREATE ROLE "{self._login}" LOGIN PASSWORD {PASSWORD_MARK};'
        yield f'ALTER ROLE "{self._login}" SET default_transaction_read_only = on;'
        yield f'GRANT CONNECT ON DATABASE "{self._database}" TO "{self._login}";'
        yield f'GRANT USAGE ON SCHEMA "{self._schema}" TO "{self._login}";'

    def select(self, table: str, columns: Sequence[str] = ()) -> str:
        named = f" ({', '.join(columns)})" if columns else ""
        return f'GRANT SELECT{named} ON TABLE "{self._schema}"."{table}" TO "{self._login}";'
