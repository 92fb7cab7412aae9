"""kill -9 during extract and map, at every staging file and every ledger transaction: the equations hold."""

from __future__ import annotations

import signal

import doomed
import pytest
from province_kit import DAYS, ProvinceKit, assert_balanced, assert_one_record_each

from phr.pipeline import steps
from phr.pipeline.context import RunOptions

HCODE = "99002"


def _planned(kit: ProvinceKit) -> tuple[RunOptions, steps.Unit]:
    kit.configure(hospitals={HCODE: {"work_unit": None, "chunk_visits": 10}})
    options = kit.options(hospitals=[HCODE])
    (unit,) = steps.plan_units(options)
    return options, unit


def _until_it_lives(kit: ProvinceKit, step: str, options: RunOptions, unit: steps.Unit, order: str) -> int:
    """Kill the step at its first, second, ... point until it ends by itself; the equations hold each time."""
    for number in range(1, 60):
        process = doomed.start(kit, step, options, unit, **{order: number})
        process.join(30)
        if process.exitcode == 0:
            return number - 1
        assert process.exitcode == -signal.SIGKILL
        assert_balanced(kit, options.run_id)
    pytest.fail("the step never came to its end")


def test_killed_at_every_staging_file_of_extract(province: ProvinceKit) -> None:
    options, unit = _planned(province)
    assert _until_it_lives(province, "extract", options, unit, "die_at_write") >= 4
    assert province.steps(options, unit, ("check", "map", "deliver")) == []
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, province.expected("send", HCODE))


def test_half_an_extract_is_never_mapped(province: ProvinceKit) -> None:
    options, unit = _planned(province)
    process = doomed.start(province, "extract", options, unit, die_at_write=2)
    process.join(30)
    (error,) = province.steps(options, unit, ("map",))
    assert error.fault.code == "PHR-501"
    assert error.hospital == HCODE
    assert province.documents() == {}


def test_killed_at_every_transaction_of_a_first_map(province: ProvinceKit) -> None:
    options, unit = _planned(province)
    assert province.steps(options, unit, ("extract", "check")) == []
    kills = _until_it_lives(province, "map", options, unit, "die_at_commit")
    assert kills >= 4
    assert province.steps(options, unit, ("deliver",)) == []
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, province.expected("send", HCODE))


def test_killed_at_every_transaction_of_a_map_after_edits(province: ProvinceKit) -> None:
    """The second run finds a deleted visit, one moved to another day, and a changed one."""
    options, unit = _planned(province)
    assert province.run(options).error is None
    gone, moved, changed = (province.clean_visit(HCODE, n) for n in range(3))
    province.his(HCODE, "DELETE FROM ovst WHERE vn = ?", gone)
    day = province.documents()[f"{HCODE}:{moved}"]["service_day"]
    other = DAYS[0] if day != DAYS[0] else DAYS[-1]
    for table in ("ovst", "opdscreen", "ovstdiag"):
        province.his(HCODE, f"UPDATE {table} SET vstdate = ? WHERE vn = ?", str(other), moved)
    province.his(HCODE, "UPDATE ovstdiag SET icd10 = 'J00' WHERE vn = ? AND diagtype = '1'", changed)
    again = province.options(hospitals=[HCODE])
    steps.plan_units(again)
    assert province.steps(again, unit, ("extract", "check")) == []
    assert _until_it_lives(province, "map", again, unit, "die_at_commit") >= 4
    assert province.steps(again, unit, ("deliver",)) == []
    steps.finish_run(again)
    assert_balanced(province, options.run_id, again.run_id)
    documents = province.documents()
    assert documents[f"{HCODE}:{gone}"]["absent_since"] is not None
    assert documents[f"{HCODE}:{moved}"]["service_day"] == other
    assert_one_record_each(province, province.expected("send", HCODE))
