"""PostgreSQL."""

# ruff: noqa: D102 - the methods are documented at the protocol, and a dialect may not need an argument
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, String, bindparam, create_engine, event, text

from phr.connections import POSTGRESQL_ENCODINGS
from phr.his.dialects import base
from phr.his.dialects.base import Columns
from phr.settings import Hospital

#: a reader that has stopped asking must not hold back the clean-up of the primary for ever
IDLE_SECONDS = 1800
LOCK_SECONDS = 30


class Postgres:
    """PostgreSQL 10+, also behind a connection pooler; psycopg 3."""

    name = "postgresql"
    in_order = "/* in order */"  # a mark: there are no hints, see _join_in_order

    def engine(self, url: URL, hospital: Hospital) -> Engine:
        if "+" not in url.drivername:
            url = url.set(drivername=f"{url.drivername}+psycopg")
        if url.get_driver_name() != "psycopg":
            raise ValueError("psycopg 3 is the driver that is tested")
        query = dict(url.query)
        if hospital.source_charset != "auto":  # a database in SQL_ASCII sends what it has all the same
            query["client_encoding"] = POSTGRESQL_ENCODINGS[hospital.source_charset]
        query.setdefault("client_encoding", "UTF8")
        query.setdefault("application_name", "moph-prompt")
        engine = create_engine(
            url.set(query=query),
            poolclass=NullPool,
            hide_parameters=True,
            use_native_hstore=False,
            # each place of a parameter on its own: a list of days may stand beside a DATE and beside a text
            paramstyle="format",
            connect_args={
                "connect_timeout": base.CONNECT_SECONDS,
                "prepare_threshold": None,  # a pooler hands the next transaction to another server process
                # a server that vanished says nothing: without these the read would wait for hours
                "keepalives_idle": 30,
                "keepalives_interval": 10,
                "keepalives_count": 3,
                "tcp_user_timeout": 60_000,
            },
        )
        event.listen(engine, "connect", _adapt)
        event.listen(engine, "before_cursor_execute", _join_in_order)
        return engine

    def date_text(self, column: str) -> str:
        # of a DATE, a TIMESTAMP and a text alike
        return f"LEFT(CAST({column} AS TEXT), 10)"

    def time_text(self, column: str) -> str:
        return f"LEFT(CAST({column} AS TEXT), 8)"

    def moment_day(self, column: str) -> str:
        return self.date_text(column)

    def moment_time(self, column: str) -> str:
        return f"SUBSTR(CAST({column} AS TEXT), 12, 8)"

    def as_text(self, column: str) -> str:
        return f"CAST({column} AS TEXT)"

    def yes(self, column: str) -> str:
        return f"COALESCE({self.as_text(column)}, '') IN ('Y', 'true')"  # some sites have BOOLEAN

    def concat(self, *parts: str) -> str:
        return f"({' || '.join(self.as_text(part) for part in parts)})"

    def not_digits(self, column: str) -> str:
        return f"{self.as_text(column)} ~ '[^0-9]'"

    def procedure_code(self, column: str) -> str:
        return f"{self.as_text(column)} ~ '^[0-9][0-9. ]*$'"

    def begin(self, connection: Connection) -> None:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        wanted = {
            "statement_timeout": f"{base.READ_SECONDS * 1000}",
            "lock_timeout": f"{LOCK_SECONDS * 1000}",
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000}",
            "datestyle": "ISO, YMD",
            "timezone": "Asia/Bangkok",
            "cursor_tuple_fraction": "1",  # every cursor is read to its end
            "jit": "off",  # compiling takes longer than most of these statements
        }
        # of this transaction only, and only what this version knows; this first statement takes the snapshot
        connection.execute(
            text(
                "SELECT set_config(s.name, w.value, true) FROM pg_settings s"
                " JOIN unnest(CAST(:names AS TEXT[]), CAST(:values AS TEXT[])) AS w(name, value)"
                " ON w.name = lower(s.name)"
            ),
            {"names": list(wanted), "values": list(wanted.values())},
        ).all()

    def clock(self, connection: Connection) -> datetime | None:
        seconds = connection.execute(text("SELECT EXTRACT(EPOCH FROM clock_timestamp())")).scalar_one()
        return datetime.fromtimestamp(float(seconds), UTC)

    def replica_lag(self, connection: Connection) -> float | None:
        # a primary on which nothing happens makes its replica look late: what is received and replayed is not
        seconds = connection.execute(
            text(
                "SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL"
                " WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0"
                " ELSE EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"
            )
        ).scalar()
        return None if seconds is None else float(seconds)

    def version(self, connection: Connection) -> str:
        return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"

    def columns(self, connection: Connection, tables: Iterable[str]) -> Columns:
        # tables, views and materialised views that a bare name finds, and what this account may read of them
        found: dict[str, set[str]] = {}
        for table, column in connection.execute(
            text(
                "SELECT c.relname, a.attname FROM pg_catalog.pg_class c"
                " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
                " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN :tables"
                " AND pg_catalog.pg_table_is_visible(c.oid) AND a.attnum > 0 AND NOT a.attisdropped"
                " AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')"
            ).bindparams(bindparam("tables", expanding=True, type_=String)),
            {"tables": list(tables)},
        ):
            found.setdefault(str(table), set()).add(str(column))
        return {table: frozenset(columns) for table, columns in found.items()}

    def non_transactional(self, connection: Connection, tables: Iterable[str]) -> list[str]:
        rows = connection.execute(  # foreign tables are read from another server, whose snapshot is its own
            text(
                "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relkind = 'f'"
                " AND c.relname IN :tables AND pg_catalog.pg_table_is_visible(c.oid)"
            ).bindparams(bindparam("tables", expanding=True, type_=String)),
            {"tables": list(tables)},
        )
        return sorted(str(row[0]) for row in rows)

    def may_write(self, connection: Connection) -> bool | None:
        # rights, not the state of the session: an account may lift its own read-only default. Roles it can
        # switch to count as its own.
        return bool(
            connection.execute(
                text(
                    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_roles r"
                    " WHERE pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER') AND ("
                    "  r.rolsuper OR r.rolcreaterole"
                    "  OR r.rolname IN ('pg_write_server_files', 'pg_execute_server_program')"
                    "  OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c"
                    "   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    "   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
                    "   AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
                    "   AND n.nspname NOT LIKE 'pg\\_t%'"
                    "   AND (pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
                    "    OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE')))))"
                )
            ).scalar_one()
        )


def _adapt(connection: Any, _record: Any) -> None:
    from psycopg.adapt import Dumper
    from psycopg.types.string import TextLoader

    class Unpadded(TextLoader):
        """The blanks that fill a CHAR(n) up are no part of the value, whatever it is compared with."""

        def load(self, data: Any) -> Any:
            return super().load(data).rstrip()  # bytes and str alike

    class Untyped(Dumper):
        """A number for a column of either kind: the same id is INTEGER at one site, VARCHAR at another."""

        def dump(self, obj: Any) -> bytes:
            return str(obj).encode()

        def quote(self, obj: Any) -> bytes:  # where the driver writes SQL of its own: FETCH FORWARD 1000
            return str(obj).encode()

    connection.adapters.register_loader("bpchar", Unpadded)
    connection.adapters.register_dumper(int, Untyped)


def _join_in_order(
    connection: Connection, cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    """Have the joins of a marked statement done as they are written, and only of such.

    A copy that was never analysed otherwise gets plans that read all visits again for every line of a drug
    (measured: 3 s instead of 8 ms for 500 visits).
    """
    limit = "1" if Postgres.in_order in statement else "DEFAULT"
    if connection.info.get("join_collapse_limit", "DEFAULT") != limit:
        connection.info["join_collapse_limit"] = limit
        cursor.connection.execute(f"SET LOCAL join_collapse_limit TO {limit}")
