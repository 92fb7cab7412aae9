from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect

from phr_sandbox.province.schema import create_hosxp, table_columns


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Engine:
    return create_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")


def _shape(engine: Engine) -> dict[str, tuple[tuple[str, ...], tuple[str, ...], set[tuple[str, ...]]]]:
    """Per table: columns, primary key, and the column lists of its indexes."""
    look = inspect(engine)
    shape = {}
    for table in look.get_table_names():
        shape[table] = (
            tuple(c["name"] for c in look.get_columns(table)),
            tuple(look.get_pk_constraint(table)["constrained_columns"]),
            {tuple(str(c) for c in i["column_names"]) for i in look.get_indexes(table)},
        )
    return shape


def test_sqlite_has_the_columns_the_ddl_names(sqlite_engine: Engine) -> None:
    create_hosxp(sqlite_engine)
    assert {name: shape[0] for name, shape in _shape(sqlite_engine).items()} == table_columns()


@pytest.mark.mariadb
@pytest.mark.parametrize("charset", [None, "utf8mb4"])
def test_sqlite_and_mariadb_have_the_same_shape(
    sqlite_engine: Engine, mariadb_url: str, charset: str | None
) -> None:
    maria = create_engine(mariadb_url)
    create_hosxp(sqlite_engine)
    create_hosxp(maria, charset=charset)
    assert _shape(sqlite_engine) == _shape(maria)
    with maria.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT DISTINCT character_set_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL"
        ).scalars()
        assert set(found) == {charset or "tis620"}
    maria.dispose()


def test_sqlite_keeps_a_zero_date_as_found(sqlite_engine: Engine) -> None:
    create_hosxp(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO patient (hos_guid, birthday) VALUES ('{x}', '0000-00-00')")
        assert connection.exec_driver_sql("SELECT birthday FROM patient").scalar_one() == "0000-00-00"


@pytest.mark.parametrize("charset", ["", "utf8; DROP TABLE x", "UTF8", "tis-620"])
def test_a_malformed_charset_is_refused_on_every_dialect(sqlite_engine: Engine, charset: str) -> None:
    with pytest.raises(ValueError, match="charset"):
        create_hosxp(sqlite_engine, charset=charset)
