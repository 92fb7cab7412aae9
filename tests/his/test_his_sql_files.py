"""The SQL files: they only read, they carry no values, and both dialects render all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phr.errors import Bug
from phr.his.dialects import DIALECTS, Columns, MySql
from phr.his.sql import Statements, is_select
from phr.his.system import COMMON, System, names, system

CATALOGUE = system("hosxp")
FILES = [(name, file.stem) for name in names() for file in sorted(system(name).folder.glob("**/*.sql"))]
SCOPES = (
    *("window", "hns", "cids", "ids", "days", "own_days", "person_cids", "patient_cids", "nobody", "unknown"),
    *("all", "patient", "person", "changed", "undated"),
)


def everything(kind: System) -> Columns:
    """Every table with every column that is known."""
    parts = (kind.required, kind.optional, kind.joined)
    return {table: frozenset().union(*(part.get(table, ()) for part in parts)) for table in kind.tables}


FULL = everything(CATALOGUE)


@pytest.mark.parametrize(("his", "name"), FILES + [("hosxp", file.stem) for file in COMMON.glob("*.sql")])
def test_every_file_is_one_select(his: str, name: str) -> None:
    kind = system(his)
    full = everything(kind)
    scopes = [*SCOPES, *kind.visit_keys, *(f"eligible_{scope}" for scope in kind.visit_keys)]
    for dialect in (DIALECTS[backend]() for backend in kind.dialects):
        for found, admissions in ((full, False), (full, True), (kind.required, False)):
            statements = Statements(kind, dialect, found, "99001", admissions=admissions)
            more = [f"an_{scope}" for scope in scopes] if statements.admissions else []
            for scope in (*scopes, *more):
                if name in ("evidence_person", "address") and found is not full:
                    continue  # asked only when the table is there
                sql = statements.render(name, scope)
                assert is_select(sql)
                assert "{{" not in sql
                assert not re.search(
                    r"'\d{4,}", re.sub(r"'(1000-01-01|2400-01-01|1899-12-30|1900-01-01)'", "", sql)
                )


@pytest.mark.parametrize("path", [p for folder in (COMMON, COMMON.parent) for p in folder.rglob("*.sql")])
def test_raw_files_name_no_write(path: Path) -> None:
    raw = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
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
    statements = Statements(CATALOGUE, MySql(), FULL, "99001")
    with pytest.raises(Bug):
        statements._optional_column(table, "password", "p")
    with pytest.raises(Bug):
        statements.has(table)


@pytest.mark.parametrize("his", names())
def test_nothing_declared_twice(his: str) -> None:
    kind = system(his)
    for table, columns in kind.required.items():
        assert not columns & kind.optional.get(table, frozenset())
        assert table not in kind.joined


@pytest.mark.parametrize("his", names())
def test_parts_and_places_ask_for_declared_columns_only(his: str) -> None:
    kind = system(his)
    declared = everything(kind)
    for tables in kind.parts.values():
        for table, columns in tables.items():
            assert columns <= declared[table]
    for places in kind.registers.values():
        for place in places:
            assert set(place.needs) <= set(kind.tables)
    assert set(kind.dialects) <= set(DIALECTS)
