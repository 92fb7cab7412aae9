"""Everything that differs between the databases a HIS runs on, in one place.

A new dialect is one more class: how text leaves the server, how a read-only snapshot begins, what can be
asked about the account. The SQL files use only what stands here and what all dialects share.
"""

# ruff: noqa: D102, ARG002 - the methods are documented at the protocol, and a dialect may not need an argument
from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, NullPool, bindparam, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from phr import faults
from phr.errors import StopHospital
from phr.settings import Hospital

CONNECT_SECONDS = 10
#: no answer for so long is a failure, however much is asked
READ_SECONDS = 300
Columns = dict[str, frozenset[str]]


class Dialect(Protocol):
    """What an adapter needs to know of a database."""

    name: str
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

    def version(self, connection: Connection) -> str:
        """Kind and version of the server."""

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        """Readable columns of those of the tables that exist, lower case."""

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        """Tables the snapshot does not hold for."""

    def may_write(self, connection: Connection) -> bool | None:
        """Whether the account may change anything; None when it cannot be told."""


class MySql:
    """MySQL 5.6+, MariaDB 10+, Percona; PyMySQL or mysqlclient."""

    name = "mysql"
    in_order = "STRAIGHT_JOIN"

    _READ_ONLY = frozenset(
        {
            "SELECT",
            "USAGE",
            "PROCESS",
            "SHOW VIEW",
            "SHOW DATABASES",
            "REPLICATION CLIENT",
            "REPLICATION SLAVE",
            "BINLOG MONITOR",
            "SLAVE MONITOR",
            "REPLICA MONITOR",
        }
    )

    def date_text(self, column: str) -> str:
        return f"DATE_FORMAT({column}, '%Y-%m-%d')"

    def time_text(self, column: str) -> str:
        return f"TIME_FORMAT({column}, '%H:%i:%s')"

    def moment_day(self, column: str) -> str:
        return self.date_text(column)

    def moment_time(self, column: str) -> str:
        return f"DATE_FORMAT({column}, '%H:%i:%s')"

    def concat(self, *parts: str) -> str:
        return f"CONCAT({', '.join(parts)})"

    def not_digits(self, column: str) -> str:
        return f"{column} REGEXP '[^0-9]'"

    def procedure_code(self, column: str) -> str:
        return f"{column} REGEXP '^[0-9][0-9. ]*$'"

    def begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for limit in (f"max_statement_time = {READ_SECONDS}", f"max_execution_time = {READ_SECONDS * 1000}"):
            try:
                connection.exec_driver_sql(f"SET SESSION {limit}")
                break
            except DBAPIError as error:
                if _number(error) != 1193:  # unknown system variable: the other brand, or an old server
                    raise
        try:
            connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        except DBAPIError as error:
            if _number(error) != 1064:  # before MySQL 5.6 and MariaDB 10.0 there is no READ ONLY
                raise
            connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")

    def clock(self, connection: Connection) -> datetime | None:
        sql = "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%f')"
        return datetime.fromisoformat(str(connection.execute(text(sql)).scalar_one())).replace(tzinfo=UTC)

    def version(self, connection: Connection) -> str:
        return str(connection.execute(text("SELECT VERSION()")).scalar_one())

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        # Lists what this account may read, which is the question; the table definition lists more.
        found: dict[str, set[str]] = {}
        for table, column in connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND table_name IN :tables"
            ).bindparams(bindparam("tables", expanding=True)),
            {"tables": list(tables)},
        ):
            found.setdefault(str(table).lower(), set()).add(str(column).lower())
        return {table: frozenset(columns) for table, columns in found.items()}

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        rows = connection.execute(
            text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                " AND table_name IN :tables AND engine IN ('MyISAM', 'Aria', 'MEMORY', 'MRG_MyISAM')"
            ).bindparams(bindparam("tables", expanding=True)),
            {"tables": list(tables)},
        )
        return sorted(str(row[0]).lower() for row in rows)

    def may_write(self, connection: Connection) -> bool | None:
        verdict: bool | None = False
        for (grant,) in connection.exec_driver_sql("SHOW GRANTS FOR CURRENT_USER()"):
            match = re.match(r"GRANT (.+?) ON ", re.sub(r"\(.*?\)", "", str(grant)))
            if match is None:  # GRANT role TO user: what the role may do is not listed
                verdict = None
            elif not {right.strip().upper() for right in match[1].split(",")} <= self._READ_ONLY:
                return True
        return verdict


class Sqlite:
    """Demo replicas: a file opened read-only; dates and times are text already."""

    name = "sqlite"
    in_order = ""

    def date_text(self, column: str) -> str:
        return column

    def time_text(self, column: str) -> str:
        return f"SUBSTR({column}, 1, 8)"

    def moment_day(self, column: str) -> str:
        return f"SUBSTR({column}, 1, 10)"

    def moment_time(self, column: str) -> str:
        return f"SUBSTR({column}, 12, 8)"

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


def connect(hospital: Hospital, url: str) -> tuple[Dialect, Engine]:
    """Dialect and engine of a source URL; no connection is made yet.

    :raises StopHospital: PHR-103 when the URL is malformed or names a database this adapter does not read.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend in ("mysql", "mariadb"):
            return MySql(), _mysql_engine(parsed, hospital.source_charset)
        if backend == "sqlite":
            return Sqlite(), _sqlite_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        pass  # its message may quote the URL with its password
    raise StopHospital(
        faults.CONNECTION_MISSING,
        hospital=hospital.hcode,
        detail=f"{hospital.source_connection} must be a mysql, mariadb or sqlite URL of an installed driver",
    )


def _mysql_engine(url: URL, charset: str) -> Engine:
    if "+" not in url.drivername:
        driver = "mysqldb" if find_spec("MySQLdb") else "pymysql"
        url = url.set(drivername=f"{url.drivername}+{driver}")
    query = dict(url.query)
    if charset != "auto":
        query["charset"] = charset
    query.setdefault("charset", "utf8mb4")  # the server converts from whatever the tables are in
    # longer than the server's own limit, so that the server is the one that says why
    arguments: dict[str, object] = {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS + 15}
    if url.get_driver_name() == "pymysql":
        arguments["write_timeout"] = READ_SECONDS
    return create_engine(
        url.set(query=query), poolclass=NullPool, hide_parameters=True, connect_args=arguments
    )


def _sqlite_engine(url: URL) -> Engine:
    uri = Path(url.database or "").resolve().as_uri() + "?mode=ro"

    def open_file() -> sqlite3.Connection:
        # isolation_level None: the module must not open or close transactions on its own
        connection = sqlite3.connect(uri, uri=True, timeout=CONNECT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return create_engine("sqlite://", creator=open_file, poolclass=NullPool, hide_parameters=True)


def _number(error: DBAPIError) -> object:
    return error.orig.args[0] if error.orig is not None and error.orig.args else None
