"""Opening and migrating the ledger database."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from phr import faults
from phr.errors import StopEndpoint

_SCRIPTS = Path(__file__).parent / "migrations"


def make_engine(url: str) -> Engine:
    """Engine of the ledger. SQLite runs in WAL with explicit transactions; waits, then fails, on locks."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        server = create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            pool_size=5,
            connect_args={"connect_timeout": 10},
        )

        @event.listens_for(server, "connect")
        def _limit(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
            # a writer that was stopped in the middle must not stop the others for ever
            cursor = connection.cursor()
            cursor.execute("SET lock_timeout = '60s'")
            cursor.execute("SET idle_in_transaction_session_timeout = '120s'")
            cursor.close()
            connection.commit()

        return server
    if parsed.database and parsed.database != ":memory:":
        # private from the first byte; SQLite gives its journal files the mode of the database
        os.close(os.open(parsed.database, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        parsed, hide_parameters=True, connect_args={"timeout": 60, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # sqlite3's own implicit BEGIN comes too late for read-then-write transactions
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=60000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a reader must not wait for the writer; a writer must hold the lock before it reads
        reading = connection.get_execution_options().get("phr_read", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def create_database(url: str) -> bool:
    """Create the PostgreSQL database of ``url`` when it does not exist; SQLite makes its file by itself.

    Returns True when it was created. Connects to the server's ``postgres`` database for it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" or not parsed.database:
        return False
    admin = create_engine(
        parsed.set(database="postgres"),
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"connect_timeout": 10},
    )
    try:
        with admin.connect() as connection:
            query = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.execute(query, {"name": parsed.database}).first():
                return False
            quoted = connection.dialect.identifier_preparer.quote_identifier(parsed.database)
            connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
            return True
    finally:
        admin.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the ledger to the newest schema; safe to run by several processes at once."""
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(771177)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@functools.cache
def _newest() -> str | None:
    """Revision this release needs; reading the scripts costs more than all the rest of opening a ledger."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_current(engine: Engine) -> None:
    """Raise ``StopEndpoint`` (PHR-503) unless the schema is the newest."""
    head = _newest()
    with engine.connect().execution_options(phr_read=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        raise StopEndpoint(faults.LEDGER_NOT_MIGRATED, detail=f"schema {current or 'none'}, needed {head}")


def revision(engine: Engine, message: str) -> None:
    """Write a new migration from the difference between tables and database (for maintainers)."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True)
