"""Microsoft SQL Server. Its SELECTs are compiled and looked at by tests; none was ever run on a server."""

# ruff: noqa: D102, ARG002 - the methods are documented at the protocol, and a dialect may not need an argument
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, bindparam, create_engine, event, text

from phr.his.dialects import base
from phr.his.dialects.base import Columns
from phr.settings import Hospital

LOCK_SECONDS = 30


class MsSql:
    """SQL Server 2012+; pyodbc with Microsoft's ODBC driver, or pymssql.

    The database has to allow snapshot isolation (``ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON``; a
    readable secondary always does), else nothing is read: PHR-213.
    """

    name = "mssql"
    in_order = ""  # the optimiser's statistics are kept by the server itself

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        if "+" not in url.drivername:
            driver = "pyodbc" if find_spec("pyodbc") or not find_spec("pymssql") else "pymssql"
            url = url.set(drivername=f"{url.drivername}+{driver}")
        arguments: dict[str, object] = {}
        if url.get_driver_name() == "pyodbc":
            query = dict(url.query)
            if "odbc_connect" not in query:
                query.setdefault("driver", _odbc_driver())
                query.setdefault("ApplicationIntent", "ReadOnly")  # a listener then leads to a secondary
                query.setdefault("APP", "moph-prompt")
            url = url.set(query=query)
            arguments["timeout"] = base.CONNECT_SECONDS
        elif url.get_driver_name() == "pymssql":
            arguments |= {"login_timeout": base.CONNECT_SECONDS, "timeout": base.READ_SECONDS}
            arguments["appname"] = "moph-prompt"
        else:
            raise ValueError("pyodbc or pymssql")
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
        if url.get_driver_name() == "pyodbc":
            event.listen(engine, "connect", _query_timeout)
        return engine

    def date_text(self, column: str) -> str:
        return f"CONVERT(varchar(10), {column}, 23)"

    def time_text(self, column: str) -> str:
        return f"CONVERT(varchar(8), {column}, 108)"

    def moment_day(self, column: str) -> str:
        return self.date_text(column)

    def moment_time(self, column: str) -> str:
        return self.time_text(column)

    def as_text(self, column: str) -> str:
        return f"CAST({column} AS nvarchar(4000))"

    def yes(self, column: str) -> str:
        return f"COALESCE({self.as_text(column)}, '') IN ('Y', '1')"  # some sites have BIT

    def concat(self, *parts: str) -> str:
        return f"({' + '.join(self.as_text(part) for part in parts)})"

    def not_digits(self, column: str) -> str:
        # of the character ranges of other collations Thai and superscript digits are members, too
        return f"{column} COLLATE Latin1_General_BIN LIKE '%[^0-9]%'"

    def procedure_code(self, column: str) -> str:
        binary = f"{column} COLLATE Latin1_General_BIN"
        return f"({binary} LIKE '[0-9]%' AND {binary} NOT LIKE '%[^0-9. ]%')"

    def begin(self, connection: Connection) -> None:
        connection.execution_options(isolation_level="SNAPSHOT")
        # YYYY-MM-DD means the same whatever the language of the login
        connection.exec_driver_sql(f"SET LOCK_TIMEOUT {LOCK_SECONDS * 1000}; SET DATEFORMAT ymd")
        # the snapshot is taken by the first access to data
        connection.exec_driver_sql("SELECT COUNT(*) FROM sys.objects").scalar_one()

    def clock(self, connection: Connection) -> datetime | None:
        sql = "SELECT CONVERT(varchar(27), SYSUTCDATETIME(), 126)"
        moment = str(connection.exec_driver_sql(sql).scalar_one())
        return datetime.fromisoformat(moment[:26]).replace(tzinfo=UTC)  # seven digits are one too many

    def replica_lag(self, connection: Connection) -> float | None:
        return None  # the views of availability groups take a right a reader has no use for

    def version(self, connection: Connection) -> str:
        return f"SQL Server {'.'.join(map(str, connection.dialect.server_version_info or ()))}".strip()

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        # what a bare name finds for this login, and what it may read of that
        found: dict[str, set[str]] = {}
        for table, column in connection.execute(
            text(
                "SELECT o.name, c.name FROM sys.objects o JOIN sys.columns c ON c.object_id = o.object_id"
                " WHERE o.type IN ('U', 'V') AND LOWER(o.name) IN :tables"
                " AND o.object_id = OBJECT_ID(QUOTENAME(o.name))"
                " AND HAS_PERMS_BY_NAME(QUOTENAME(o.name), 'OBJECT', 'SELECT', c.name, 'COLUMN') = 1"
            ).bindparams(bindparam("tables", expanding=True)),
            {"tables": list(tables)},
        ):
            found.setdefault(str(table).lower(), set()).add(str(column).lower())
        return {table: frozenset(columns) for table, columns in found.items()}

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        return []  # memory-optimised tables refuse a snapshot that does not hold for them

    def may_write(self, connection: Connection) -> bool | None:
        rights = ("INSERT", "UPDATE", "DELETE", "ALTER")
        database = " OR ".join(f"HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', '{right}') = 1" for right in rights)
        name = "QUOTENAME(SCHEMA_NAME(o.schema_id)) + '.' + QUOTENAME(o.name)"
        table = " OR ".join(f"HAS_PERMS_BY_NAME({name}, 'OBJECT', '{right}') = 1" for right in rights)
        sql = (
            f"SELECT CASE WHEN {database} OR EXISTS (SELECT 1 FROM sys.objects o"  # noqa: S608 - our own names
            f" WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND ({table})) THEN 1 ELSE 0 END"
        )
        return bool(connection.exec_driver_sql(sql).scalar_one())


def _odbc_driver() -> str:
    """The newest of Microsoft's drivers that is installed; raises ``ImportError`` when there is none."""
    import pyodbc

    found = [name for name in pyodbc.drivers() if "SQL Server" in name]
    if not found:
        raise ImportError("no ODBC driver for SQL Server")
    return str(max(found, key=lambda name: [int(part) for part in name.split() if part.isdigit()]))


def _query_timeout(connection: Any, _record: Any) -> None:
    connection.timeout = base.READ_SECONDS
