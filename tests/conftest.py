"""Shared fixtures: a private PHR_HOME per test and the real database servers, when they are reachable."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from phr import connections

MARIADB_URL = os.environ.get("PHR_TEST_MARIADB_URL", "mysql+pymysql://root@127.0.0.1:3306/?charset=utf8mb4")
POSTGRES_URL = os.environ.get(
    "PHR_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
CHROMIUM = os.environ.get("PHR_TEST_CHROMIUM", "/usr/bin/chromium")
#: set by .ci/run: a missing service is then a failure, never a skip
REQUIRE_SERVICES = os.environ.get("PHR_TEST_REQUIRE_SERVICES") == "1"


# elsewhere new examples are tried at every run; CI asks the same questions each time
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if REQUIRE_SERVICES else "here")


def _reachable(url: str) -> bool:
    parsed = make_url(url)
    try:
        with socket.create_connection((parsed.host or "127.0.0.1", parsed.port or 0), timeout=2):
            return True
    except OSError:
        return False


def _missing(service: str) -> None:
    message = f"{service} is not reachable"
    if REQUIRE_SERVICES:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(autouse=True)
def _own_connections() -> Iterator[None]:
    """A test that looked connections up in Airflow must not leave that to the next one."""
    yield
    connections.set_source(connections.FileConnections())


@pytest.fixture
def phr_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private PHR_HOME."""
    home = tmp_path / "phr"
    home.mkdir()
    monkeypatch.setenv("PHR_HOME", str(home))
    for name in ("PHR_LEDGER_URL", "PHR_STAGING_URL", "PHR_CONNECTIONS_FILE", "PHR_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """URL of a fresh MariaDB database (tis620, as hospitals run it), dropped afterwards."""
    if not _reachable(MARIADB_URL):
        _missing("MariaDB")
    name = f"phr_test_{uuid.uuid4().hex[:12]}"
    server = create_engine(MARIADB_URL)
    with server.begin() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET tis620"))
    yield make_url(MARIADB_URL).set(database=name).render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """URL of a fresh PostgreSQL database, dropped afterwards."""
    if not _reachable(POSTGRES_URL):
        _missing("PostgreSQL")
    name = f"phr_test_{uuid.uuid4().hex[:12]}"
    server = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


#: tests that share something big and slow (a running Airflow), or must not run beside each other
TOGETHER = {"tests/browser/": "browser", "tests/dags/test_phr_visits_run.py": "airflow"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One worker for all tests of a group.

    The groups of pytest-xdist 3.8 itself are lost with pytest 9.2, which no longer takes a changed node id;
    every worker would start an Airflow of its own.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return next((group for start, group in TOGETHER.items() if nodeid.startswith(start)), nodeid)

    return ByGroup(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what this machine could not run: a skipped test is a test nobody ran."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    by_reason: dict[str, list[str]] = {}
    for report in skipped:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        by_reason.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid.split("::")[0])
    terminalreporter.write_sep("=", "NOT RUN on this machine / ไม่ได้รันบนเครื่องนี้", yellow=True)
    for reason, places in sorted(by_reason.items()):
        files = ", ".join(sorted(set(places)))
        terminalreporter.write_line(f"{len(places)} tests: {reason} ({files})")
