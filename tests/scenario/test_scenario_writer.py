"""The database and the model say the same, day by day, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phr_sandbox.scenario.fortnight import fortnight
from phr_sandbox.scenario.masters import EXPORT_CODES
from phr_sandbox.scenario.model import IMPOSSIBLE_DAY
from phr_sandbox.scenario.projection import KEYS, Rows, rows_of
from phr_sandbox.scenario.script import play
from phr_sandbox.scenario.writer import HosxpDatabase, hosxp_engine

HCODE = "99002"


@pytest.fixture(params=[pytest.param("mariadb", marks=pytest.mark.mariadb), "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> HosxpDatabase:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'replica.sqlite'}"
    else:
        url = request.getfixturevalue("mariadb_url")
    return HosxpDatabase(hosxp_engine(url), HCODE)


def _difference(model: Rows, stored: Rows) -> dict[Any, Any]:
    """Rows that are on one side only or differ in a column the model fills; other columns are NULL."""
    found: dict[Any, Any] = dict.fromkeys(model.keys() ^ stored.keys(), "one side")
    for key in model.keys() & stored.keys():
        row = {name: model[key].get(name) for name in stored[key]}
        if row != stored[key]:
            found[key] = {name for name in row if row[name] != stored[key][name]}
    return found


def test_after_every_day_the_database_equals_the_model(database: HosxpDatabase) -> None:
    script = fortnight()
    systems = script.start()
    his = systems[HCODE]
    written = [database.follow(his)]
    assert _difference(rows_of(his), database.read()) == {}
    for day in script.days:
        play(systems, day.edits)
        written.append(database.follow(his))
        assert _difference(rows_of(his), database.read()) == {}, f"day {day.number}"
    assert sum(counts["deleted"] for counts in written) > 0
    assert sum(counts["changed"] for counts in written) > 0
    assert database.follow(his) == {"deleted": 0, "changed": 0, "inserted": 0}


def test_the_dates_nobody_can_have_meant_are_stored(database: HosxpDatabase) -> None:
    script = fortnight()
    systems = script.start()
    for day in script.days:
        play(systems, day.edits)
    database.follow(systems[HCODE])
    reported = {row["report_date"] for (table, _), row in database.read().items() if table == "lab_head"}
    assert IMPOSSIBLE_DAY.isoformat() in reported


def test_vaccine_codes_are_those_of_the_master_tables(database: HosxpDatabase) -> None:
    lists = {
        "visit": "person_vaccine",
        "wbc": "wbc_vaccine",
        "epi": "epi_vaccine",
        "student": "student_vaccine",
        "anc": "anc_service",
    }
    with database.engine.connect() as connection:
        for table, name in lists.items():
            rows = connection.exec_driver_sql(f"SELECT {name}_id, export_vaccine_code FROM {name}")
            stored = {number: code for number, code in rows if code}
            assert EXPORT_CODES[table].items() <= stored.items(), table  # type: ignore[index]


def test_every_table_of_the_script_is_used() -> None:
    script = fortnight()
    systems = script.start()
    for day in script.days:
        play(systems, day.edits)
    tables = {table for his in systems.values() for table, _ in rows_of(his)}
    assert tables == set(KEYS)
