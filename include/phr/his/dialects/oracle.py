"""Oracle. Its SELECTs are compiled and looked at by tests; none was ever run on a server."""

# ruff: noqa: D102, ARG002 - the methods are documented at the protocol, and a dialect may not need an argument
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, bindparam, create_engine, event, text

from phr.his.dialects import base
from phr.his.dialects.base import Columns
from phr.settings import Hospital

_ACCOUNT_WRITES = """
SELECT COUNT(*) FROM (
    SELECT privilege FROM session_privs
    WHERE privilege LIKE 'INSERT ANY%' OR privilege LIKE 'UPDATE ANY%' OR privilege LIKE 'DELETE ANY%'
        OR privilege LIKE 'DROP %' OR privilege LIKE 'ALTER ANY%' OR privilege LIKE 'CREATE%TABLE'
    UNION ALL
    SELECT privilege FROM user_tab_privs_recd WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER')
    UNION ALL
    SELECT privilege FROM role_tab_privs WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER')
    UNION ALL
    SELECT table_name FROM user_tables
)
"""


class Oracle:
    """Oracle 12+; python-oracledb.

    The views are found by their bare names: those of the login's own schema, or synonyms of it.
    """

    name = "oracle"
    in_order = ""

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        if "+" not in url.drivername:
            url = url.set(drivername=f"{url.drivername}+oracledb")
        if url.get_driver_name() != "oracledb":
            raise ValueError("python-oracledb")
        engine = create_engine(
            url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={"tcp_connect_timeout": base.CONNECT_SECONDS},
        )
        event.listen(engine, "connect", _call_timeout)
        return engine

    def date_text(self, column: str) -> str:
        return f"TO_CHAR({column}, 'YYYY-MM-DD')"

    def time_text(self, column: str) -> str:
        return f"SUBSTR({column}, 1, 8)"  # there is no type of its own for a time of the day: it is a text

    def moment_day(self, column: str) -> str:
        return self.date_text(column)

    def moment_time(self, column: str) -> str:
        return f"TO_CHAR({column}, 'HH24:MI:SS')"

    def as_text(self, column: str) -> str:
        return f"TO_CHAR({column})"

    def yes(self, column: str) -> str:
        return f"COALESCE({self.as_text(column)}, 'N') IN ('Y', '1')"  # '' would be NULL here

    def concat(self, *parts: str) -> str:
        return f"({' || '.join(parts)})"

    def not_digits(self, column: str) -> str:
        return f"REGEXP_LIKE({column}, '[^0-9]')"

    def procedure_code(self, column: str) -> str:
        return f"REGEXP_LIKE({column}, '^[0-9][0-9. ]*$')"

    def begin(self, connection: Connection) -> None:
        # of this session only, and without a right of its own; a day is compared with a text YYYY-MM-DD
        for setting in (
            "NLS_DATE_FORMAT = 'YYYY-MM-DD'",
            "NLS_NUMERIC_CHARACTERS = '.,'",
            "NLS_CALENDAR = 'GREGORIAN'",
            "TIME_ZONE = '+07:00'",
        ):
            connection.exec_driver_sql(f"ALTER SESSION SET {setting}")
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def clock(self, connection: Connection) -> datetime | None:
        sql = "SELECT TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD HH24:MI:SS.FF6') FROM dual"
        return datetime.fromisoformat(str(connection.exec_driver_sql(sql).scalar_one())).replace(tzinfo=UTC)

    def replica_lag(self, connection: Connection) -> float | None:
        return None  # V$DATAGUARD_STATS takes a right a reader has no use for

    def version(self, connection: Connection) -> str:
        return f"Oracle {'.'.join(map(str, connection.dialect.server_version_info or ()))}".strip()

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        # the views of the schema in use, and what its synonyms lead to; ALL_… lists what may be read
        found: dict[str, set[str]] = {}
        for table, column in connection.execute(
            text(
                "SELECT c.table_name, c.column_name FROM all_tab_columns c"
                " WHERE c.owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') AND c.table_name IN :tables"
                " UNION SELECT s.synonym_name, c.column_name FROM all_synonyms s"
                " JOIN all_tab_columns c ON c.owner = s.table_owner AND c.table_name = s.table_name"
                " WHERE s.owner IN (SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'), 'PUBLIC')"
                " AND s.synonym_name IN :tables"
            ).bindparams(bindparam("tables", expanding=True)),
            {"tables": [table.upper() for table in tables]},
        ):
            found.setdefault(str(table).lower(), set()).add(str(column).lower())
        return {table: frozenset(columns) for table, columns in found.items()}

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        return []

    def may_write(self, connection: Connection) -> bool | None:
        return bool(connection.exec_driver_sql(_ACCOUNT_WRITES).scalar_one())


def _call_timeout(connection: Any, _record: Any) -> None:
    connection.call_timeout = base.READ_SECONDS * 1000
