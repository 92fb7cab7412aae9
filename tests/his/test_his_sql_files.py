"""The SQL files: they only read, they carry no values, and both dialects render all of them."""

from __future__ import annotations

import re

import pytest

from phr.errors import Bug
from phr.his.dialects import MySql, Sqlite
from phr.his.hosxp.adapter import FOLDER
from phr.his.sql import Catalogue, Statements, is_select

CATALOGUE = Catalogue(FOLDER / "tables.yaml")
FILES = sorted(file.stem for file in FOLDER.glob("*.sql"))
FULL = {
    table: CATALOGUE.required.get(table, frozenset())
    | CATALOGUE.optional.get(table, frozenset())
    | CATALOGUE.joined.get(table, frozenset())
    for table in CATALOGUE.tables
}
SCOPES = (
    *("vns", "guids", "window"),
    *("hns", "cids", "ids", "days", "own_days", "person_cids", "patient_cids", "nobody", "unknown", "all"),
    *("patient", "person"),
)


@pytest.mark.parametrize("dialect", [MySql(), Sqlite()], ids=lambda d: d.name)
@pytest.mark.parametrize("found", [FULL, dict(CATALOGUE.required)], ids=["all columns", "required only"])
@pytest.mark.parametrize("name", FILES)
def test_every_file_is_one_select(
    dialect: MySql | Sqlite, found: dict[str, frozenset[str]], name: str
) -> None:
    statements = Statements(FOLDER, dialect, CATALOGUE, found)
    for scope in SCOPES:
        if name in ("evidence_person", "address") and found is not FULL:
            continue  # asked only when the table is there
        sql = statements.render(name, scope)
        assert is_select(sql)
        assert "{{" not in sql
        assert not re.search(r"'\d{4,}", sql.replace("'1000-01-01'", ""))


@pytest.mark.parametrize("name", FILES)
def test_raw_files_name_no_write(name: str) -> None:
    raw = re.sub(r"\{#.*?#\}", "", (FOLDER / f"{name}.sql").read_text(encoding="utf-8"), flags=re.S)
    body = re.sub(r"\{%.*?%\}", "", raw, flags=re.S).strip()
    assert body.startswith(("SELECT", "WITH"))
    assert is_select(body)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM patient",
        "SELECT 1; DROP TABLE patient",
        "SELECT * INTO OUTFILE '/tmp/x' FROM patient",
        "WITH x AS (SELECT 1) UPDATE patient SET hn = 1",
        "/* SELECT */ INSERT INTO patient VALUES (1)",
        "SELECT 1 /* harmless */; --\nDELETE FROM patient",
        "",
    ],
)
def test_the_guard_refuses(sql: str) -> None:
    assert not is_select(sql)


def test_the_guard_allows_reading() -> None:
    assert is_select("-- reads\nSELECT a FROM b WHERE c IN :keys")


@pytest.mark.parametrize("table", ["patient", "nowhere"])
def test_undeclared_columns_are_refused(table: str) -> None:
    statements = Statements(FOLDER, MySql(), CATALOGUE, FULL)
    with pytest.raises(Bug):
        statements._optional_column(table, "password", "p")
    with pytest.raises(Bug):
        statements.has(table)


def test_nothing_declared_twice() -> None:
    for table, columns in CATALOGUE.required.items():
        assert not columns & CATALOGUE.optional.get(table, frozenset())
        assert table not in CATALOGUE.joined
