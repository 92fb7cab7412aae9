"""A fresh, empty database of each kind, gone when done with."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

#: addresses of servers on which databases may be made and dropped
MARIADB = "PHR_TEST_MARIADB_URL", "mysql+pymysql://root@127.0.0.1:3306/?charset=utf8mb4"
POSTGRESQL = "PHR_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@contextmanager
def sqlite() -> Iterator[str]:
    """A file in a private folder."""
    with tempfile.TemporaryDirectory(prefix="phr-conformance-") as folder:
        yield f"sqlite:///{Path(folder) / 'source.sqlite'}"


@contextmanager
def mariadb() -> Iterator[str]:
    """A database in TIS-620, as hospitals run it; raises ``SQLAlchemyError`` when no server answers."""
    yield from _on_server(MARIADB, "CREATE DATABASE {} CHARACTER SET tis620", "DROP DATABASE {}")


@contextmanager
def postgresql() -> Iterator[str]:
    """A database in UTF-8; raises ``SQLAlchemyError`` when no server answers."""
    yield from _on_server(
        POSTGRESQL, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", "DROP DATABASE {} WITH (FORCE)"
    )


@contextmanager
def files43() -> Iterator[str]:
    """An empty folder for the 43 files."""
    with tempfile.TemporaryDirectory(prefix="phr-conformance-") as path:
        yield f"files43://{path}"


#: kind of database, as ``adapter.yaml`` names it -> how to make one
DATABASES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "sqlite": sqlite,
    "mysql": mariadb,
    "postgresql": postgresql,
    "files43": files43,
}


def _on_server(setting: tuple[str, str], make: str, drop: str) -> Iterator[str]:
    url = make_url(os.environ.get(setting[0]) or setting[1])
    name = f"phr_conformance_{uuid.uuid4().hex[:12]}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with server.connect() as connection:
            connection.execute(text(make.format(name)))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            with server.connect() as connection:
                connection.execute(text(drop.format(name)))
    finally:
        server.dispose()
