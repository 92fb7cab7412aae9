"""A small JHCIS database, on a real MariaDB (MyISAM, as at older sites) and on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hosxp_source import Source
from sqlalchemy import NullPool, create_engine, event

from phr.his import Adapter, make_adapter
from phr.settings import Hospital
from phr_sandbox.conformance.loaders.jhcis import DDL_FILE
from phr_sandbox.province.schema import create_tables

DAY = date(2026, 1, 12)
HCODE = "99001"
CID = "1101700230708"


def centre(**values: Any) -> Hospital:
    return Hospital(**({"hcode": HCODE, "name_th": "รพ.สต.สมมติ", "his": "jhcis"} | values))


class Jhcis(Source):
    """A database of health centre 99001 and a few ways to fill it."""

    def person(self, pid: int = 12, **values: Any) -> None:
        row = {
            "pcucodeperson": HCODE,
            "pid": pid,
            "idcard": CID,
            "prename": "นาง",
            "fname": "สมศรี",
            "lname": "ทดสอบ",
            "sex": "2",
            "birth": "1980-05-17",
            "nation": "099",
            "dischargetype": "9",
        }
        self.insert("person", **(row | values))

    def visited(self, visitno: int = 700, **values: Any) -> None:
        row = {
            "pcucode": HCODE,
            "visitno": visitno,
            "visitdate": DAY.isoformat(),
            "pcucodeperson": HCODE,
            "pid": 12,
            "timestart": "08:30:15",
            "flagservice": "03",
        }
        self.insert("visit", **(row | values))

    def child(self, table: str, visitno: int = 700, **values: Any) -> None:
        self.insert(table, **({"pcucode": HCODE, "visitno": visitno} | values))

    def dose(self, visitno: int = 700, **values: Any) -> None:
        row = {"pcucodeperson": HCODE, "pid": 12, "dateepi": DAY.isoformat(), "vaccinecode": "BCG"}
        self.child("visitepi", visitno, **(row | values))


def jhcis_on_mariadb(url: str, charset: str | None = None) -> Jhcis:
    engine = create_engine(url, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _loose(connection: Any, _record: Any) -> None:
        connection.cursor().execute("SET SESSION sql_mode = ''")  # zero dates, as at real sites

    create_tables(engine, DDL_FILE, charset=charset)
    return Jhcis(url, engine)


def jhcis_on_sqlite(path: Path) -> Jhcis:
    url = f"sqlite:///{path}"
    engine = create_engine(url, poolclass=NullPool)
    create_tables(engine, DDL_FILE)
    return Jhcis(url, engine)


def _belonging(source: Jhcis) -> Iterator[Jhcis]:
    source.insert("office", offid="00001")  # the placeholder every copy of JHCIS has
    source.insert("office", offid=HCODE)
    source.insert("cdrug", drugcode="BCG", drugname="บีซีจี", drugtype="05", files18epi="010")
    yield source
    source.engine.dispose()


@pytest.fixture(params=[pytest.param("mariadb", marks=pytest.mark.mariadb), "sqlite"])
def jhcis(request: pytest.FixtureRequest) -> Iterator[Jhcis]:
    """An empty JHCIS database of health centre 99001."""
    if request.param == "mariadb":
        yield from _belonging(jhcis_on_mariadb(request.getfixturevalue("mariadb_url")))
    else:
        yield from _belonging(jhcis_on_sqlite(request.getfixturevalue("tmp_path") / "jhcis.sqlite"))


@pytest.fixture
def jhcis_adapter(jhcis: Jhcis) -> Adapter:
    return make_adapter(centre(), jhcis.url)
