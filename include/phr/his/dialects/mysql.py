"""MySQL, MariaDB and Percona."""

# ruff: noqa: D102, ARG002 - the methods are documented at the protocol, and a dialect may not need an argument
from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.util import find_spec

from sqlalchemy import URL, Connection, Engine, NullPool, bindparam, create_engine, text
from sqlalchemy.exc import DBAPIError

from phr.his.dialects import base
from phr.his.dialects.base import Columns
from phr.settings import Hospital


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

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        charset = hospital.source_charset
        if "+" not in url.drivername:
            driver = "mysqldb" if find_spec("MySQLdb") else "pymysql"
            url = url.set(drivername=f"{url.drivername}+{driver}")
        query = dict(url.query)
        if charset != "auto":
            query["charset"] = charset
        query.setdefault("charset", "utf8mb4")  # the server converts from whatever the tables are in
        # longer than the server's own limit, so that the server is the one that says why
        arguments: dict[str, object] = {
            "connect_timeout": base.CONNECT_SECONDS,
            "read_timeout": base.READ_SECONDS + 15,
        }
        if url.get_driver_name() == "pymysql":
            arguments["write_timeout"] = base.READ_SECONDS
        return create_engine(
            url.set(query=query), poolclass=NullPool, hide_parameters=True, connect_args=arguments
        )

    def date_text(self, column: str) -> str:
        return f"DATE_FORMAT({column}, '%Y-%m-%d')"

    def time_text(self, column: str) -> str:
        return f"TIME_FORMAT({column}, '%H:%i:%s')"

    def moment_day(self, column: str) -> str:
        return self.date_text(column)

    def moment_time(self, column: str) -> str:
        return f"DATE_FORMAT({column}, '%H:%i:%s')"

    def as_text(self, column: str) -> str:
        return column  # compares and mixes types by itself

    def yes(self, column: str) -> str:
        return f"COALESCE({column}, '') = 'Y'"

    def concat(self, *parts: str) -> str:
        return f"CONCAT({', '.join(parts)})"

    def not_digits(self, column: str) -> str:
        return f"{column} REGEXP '[^0-9]'"

    def procedure_code(self, column: str) -> str:
        return f"{column} REGEXP '^[0-9][0-9. ]*$'"

    def begin(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for limit in (
            f"max_statement_time = {base.READ_SECONDS}",
            f"max_execution_time = {base.READ_SECONDS * 1000}",
        ):
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

    def replica_lag(self, connection: Connection) -> float | None:
        return None  # SHOW REPLICA STATUS takes a right a reader has no use for

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


def _number(error: DBAPIError) -> object:
    return error.orig.args[0] if error.orig is not None and error.orig.args else None
