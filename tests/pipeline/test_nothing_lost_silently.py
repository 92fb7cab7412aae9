"""A row that vanishes between the HIS and the ledger makes a remainder, whoever loses it and wherever."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from province_kit import ProvinceKit, assert_balanced, unit_of
from typer.testing import CliRunner

from phr.cli import app
from phr.errors import Bug
from phr.ledger.balance import row_equations
from phr.pipeline import steps
from phr.privacy import StagingArea

HCODE = "99003"


def _losing(monkeypatch: pytest.MonkeyPatch, lose: Callable[[dict[str, Any]], None]) -> None:
    """Staging drops something on its way to disk, the first time only."""
    write, done = StagingArea.write, []

    def lossy(area: StagingArea, name: str, content: Any) -> None:
        if name.startswith("rows-") and not done:
            lose(content)
            done.append(name)
        write(area, name, content)

    monkeypatch.setattr(StagingArea, "write", lossy)


def test_a_lost_visit_fails_the_run_and_shows_in_balance(
    province: ProvinceKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = province.clean_visit(HCODE)
    _losing(monkeypatch, lambda c: c["rows"].update(visit=[v for v in c["rows"]["visit"] if v[0] != victim]))
    result = province.run(hospitals=[HCODE])
    assert isinstance(result.error, Bug)
    assert result.code == "PHR-504"
    assert f"{HCODE} encounter" in str(result.error)
    assert "state remainder +1" in str(result.error)
    assert "run remainder +1" in str(result.error)
    assert victim not in str(result.error)
    shown = CliRunner().invoke(app, ["balance", "--format", "json"])
    assert shown.exit_code == 1
    assert sum(line["remainder"] for line in json.loads(shown.stdout)) == 2
    table = CliRunner().invoke(app, ["balance"])
    assert table.exit_code == 1
    assert "2 lines do not balance" in table.stdout
    # clearing the run mends it
    assert province.run(result.options).error is None
    assert_balanced(province, result.options.run_id)
    assert f"{HCODE}:{victim}" in province.national()


def test_a_lost_reference_fails_the_run(province: ProvinceKit, monkeypatch: pytest.MonkeyPatch) -> None:
    _losing(monkeypatch, lambda c: c["references"].pop())
    assert province.run(hospitals=[HCODE]).code == "PHR-504"


@pytest.mark.parametrize("table", ["lab_result", "drug_dispense", "diagnosis"])
def test_a_lost_child_row_fails_the_run(
    province: ProvinceKit, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    hcode = HCODE if table != "lab_result" else "99002"
    _losing(monkeypatch, lambda c: c["rows"][table].pop())
    result = province.run(hospitals=[hcode])
    assert result.code == "PHR-504"
    assert f"{hcode} rows of {table} remainder +1" in str(result.error)
    left = {r["table_name"]: r["remainder"] for r in row_equations(province.ledger, result.options.run_id)}
    assert left.pop(table) == 1
    assert set(left.values()) == {0}


def test_an_invented_visit_fails_the_run(province: ProvinceKit, monkeypatch: pytest.MonkeyPatch) -> None:
    def invent(content: dict[str, Any]) -> None:
        row = list(content["rows"]["visit"][0])
        row[0] = "681007235959"
        content["references"].append(row[0])
        content["rows"]["visit"].append(row)

    _losing(monkeypatch, invent)
    result = province.run(hospitals=[HCODE])
    assert result.code == "PHR-504"
    assert "remainder -1" in str(result.error)


def test_a_run_that_was_never_planned_is_no_success(province: ProvinceKit) -> None:
    with pytest.raises(Exception, match=r"PHR-505.*never planned"):
        steps.finish_run(province.options())


def test_deliver_after_half_a_map_is_refused(mapped: ProvinceKit) -> None:
    """A kill in the middle of map, then somebody clears deliver alone."""
    assert mapped.first is not None
    mapped.ledger.set_hospital(mapped.first.run_id, HCODE, status="checked")
    (error,) = mapped.deliver(mapped.first, HCODE)
    assert error.fault.code == "PHR-501"
    assert "map was not finished" in str(error)
    assert mapped.national() == {}
    with pytest.raises(Exception, match=rf"PHR-505.*{HCODE} PHR-501"):
        steps.finish_run(mapped.first)
    assert mapped.steps(mapped.first, unit_of(HCODE), ("map", "deliver")) == []
