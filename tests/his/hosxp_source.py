"""A small HOSxP database: on a real MariaDB (tis620, as hospitals run it), on PostgreSQL and on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, event, text

from phr.his import Adapter, make_adapter
from phr.settings import Hospital
from phr_sandbox.province.schema import create_hosxp

DAY = date(2026, 1, 12)
VN = "690112083015"
HN = "000000012"
CID = "1101700230708"


@dataclass
class Source:
    """A database and a few ways to fill and spoil it."""

    url: str
    engine: Engine

    @property
    def zero_day(self) -> str:
        """What HOSxP stores for "no date": PostgreSQL has no zero date, so there it is Delphi's."""
        return "1899-12-30" if self.engine.dialect.name == "postgresql" else "0000-00-00"

    def insert(self, table: str, **values: Any) -> None:
        columns = ", ".join(values)
        binds = ", ".join(f":{name}" for name in values)
        self.run(f"INSERT INTO {table} ({columns}) VALUES ({binds})", **values)

    def run(self, sql: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def visit(self, vn: str | None = VN, **values: Any) -> None:
        row = {
            "hos_guid": f"{{G-{vn}}}",
            "vn": vn,
            "hn": HN,
            "vstdate": DAY.isoformat(),
            "vsttime": "08:30:15",
            "ovstost": "01",
        }
        self.insert("ovst", **(row | values))

    def patient(self, hn: str = HN, **values: Any) -> None:
        row = {
            "hos_guid": f"{{P-{hn}}}",
            "hn": hn,
            "cid": CID,
            "pname": "นาง",
            "fname": "สมศรี",
            "lname": "ทดสอบ",
            "sex": "2",
            "birthday": "1980-05-17",
        }
        self.insert("patient", **(row | values))


def hospital(**values: Any) -> Hospital:
    return Hospital(**({"hcode": "99001", "name_th": "รพ.สมมติ", "his": "hosxp"} | values))


def on_mariadb(url: str, charset: str | None = None) -> Source:
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _loose(connection: Any, _record: Any) -> None:
        connection.cursor().execute("SET SESSION sql_mode = ''")  # zero dates, as at real sites

    create_hosxp(engine, charset=charset)
    return Source(url, engine)


def on_postgres(url: str) -> Source:
    engine = create_engine(url, poolclass=NullPool)
    create_hosxp(engine)
    return Source(url, engine)


def on_sqlite(path: Path) -> Source:
    url = f"sqlite:///{path}"
    engine = create_engine(url, poolclass=NullPool)
    create_hosxp(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    return Source(url, engine)


def _belonging(source: Source) -> Iterator[Source]:
    source.insert("opdconfig", hospitalcode="99001", hospitalname="รพ.สมมติ")
    yield source
    source.engine.dispose()


@pytest.fixture
def mariadb_source(mariadb_url: str) -> Iterator[Source]:
    yield from _belonging(on_mariadb(mariadb_url))


@pytest.fixture
def postgres_source(postgres_url: str) -> Iterator[Source]:
    yield from _belonging(on_postgres(postgres_url))


@pytest.fixture
def sqlite_source(tmp_path: Path) -> Iterator[Source]:
    yield from _belonging(on_sqlite(tmp_path / "replica.sqlite"))


@pytest.fixture(
    params=[
        pytest.param("mariadb", marks=pytest.mark.mariadb),
        pytest.param("postgres", marks=pytest.mark.postgres),
        "sqlite",
    ]
)
def source(request: pytest.FixtureRequest) -> Source:
    """An empty HOSxP database that belongs to hospital 99001."""
    found: Source = request.getfixturevalue(f"{request.param}_source")
    return found


@pytest.fixture
def adapter(source: Source) -> Adapter:
    return make_adapter(hospital(), source.url)
