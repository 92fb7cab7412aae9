"""Inside a work unit each hospital succeeds or fails alone; any step may be cleared alone."""

from __future__ import annotations

import shutil

import pytest
from province_kit import DAYS, ProvinceKit, assert_balanced, assert_one_record_each, unit_of

from phr.errors import StopHospital
from phr.pipeline import steps


@pytest.mark.parametrize("broken", ["unreachable", "missing_table"])
def test_one_hospital_of_a_group_fails_alone_and_is_mended_alone(province: ProvinceKit, broken: str) -> None:
    replica = province.home / "replicas" / "99002.sqlite"
    kept = replica.with_suffix(".kept")
    shutil.copy(replica, kept)
    if broken == "unreachable":
        replica.unlink()
    else:
        province.his("99002", "DROP TABLE ovstdiag")
    options = province.options(hospitals=["99002", "99003"])
    result = province.run(options)
    assert result.code == "PHR-505"
    code = {"unreachable": "PHR-201", "missing_table": "PHR-203"}[broken]
    assert f"99002 {code}" in str(result.error)
    assert "99003" not in str(result.error)
    assert set(province.national()) == province.expected("send", "99003")
    assert_balanced(province, options.run_id)

    shutil.move(kept, replica)
    assert province.steps(options, unit_of("99002")) == []
    assert steps.finish_run(options)["hospitals"] == 2
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, province.expected("send", "99002", "99003"))


def test_clearing_any_single_step_of_a_finished_run_is_safe(mapped: ProvinceKit) -> None:
    options = mapped.deliver_first()
    calls = mapped.calls()
    before = mapped.states()
    for name in (*reversed(steps.STEPS), *steps.STEPS):
        assert mapped.steps(options, unit_of("99002", "99003"), (name,)) == [], name
        assert_balanced(mapped, options.run_id)
        assert mapped.calls() == calls
        assert mapped.states() == before
    assert steps.finish_run(options)["sent"] == len(mapped.expected("send"))
    assert_one_record_each(mapped, mapped.expected("send"))


def test_lost_staging_of_one_hospital_does_not_stop_the_group(province: ProvinceKit) -> None:
    options = province.options(hospitals=["99002", "99003"])
    (unit,) = steps.plan_units(options)
    assert province.steps(options, unit, ("extract",)) == []
    province.context(options).area("99002").clear("rows-")
    assert province.steps(options, unit, ("check", "map", "deliver")) == []
    with pytest.raises(StopHospital, match=r"PHR-505.*99002 PHR-501"):
        steps.finish_run(options)
    assert set(province.national()) == province.expected("send", "99003")
    assert province.steps(options, unit_of("99002")) == []
    steps.finish_run(options)
    assert_one_record_each(province, province.expected("send", "99002", "99003"))
    assert_balanced(province, options.run_id)


def test_an_older_snapshot_that_wakes_up_changes_nothing(mapped: ProvinceKit) -> None:
    """Run A is mapped; the HIS changes; run B is delivered; then A's deliver task wakes up."""
    older = mapped.first
    assert older is not None
    changed = mapped.clean_visit("99002")
    ref = f"99002:{changed}"
    mapped.his("99002", "UPDATE ovstdiag SET icd10 = 'J00' WHERE vn = ? AND diagtype = '1'", changed)
    newer = mapped.run(hospitals=["99002"])
    assert newer.error is None
    body = mapped.national()[ref]["body_sha256"]
    calls = len(mapped.calls())
    assert mapped.deliver(older) == []
    steps.finish_run(older)
    assert mapped.national()[ref]["body_sha256"] == body
    assert mapped.national()[ref]["writes"] == 1
    assert "J00" in str(mapped.double.admin.encounter(ref)["body"])
    assert mapped.dispositions(older.run_id)[ref] == "superseded"
    assert [r for r, d in mapped.dispositions(older.run_id).items() if d == "superseded"] == [ref]
    # the older run still had the other hospitals to send, and nothing of this one
    assert {row["ref"][:5] for row in mapped.calls()[calls:]} == {"99001", "99003"}
    assert_balanced(mapped, older.run_id, newer.options.run_id)
    assert_one_record_each(mapped, mapped.expected("send"))


def test_an_older_extract_that_is_mapped_late_is_superseded(province: ProvinceKit) -> None:
    hcode = "99003"
    older = province.options(hospitals=[hcode])
    steps.plan_units(older)
    assert province.steps(older, unit_of(hcode), ("extract", "check")) == []
    changed, gone = province.clean_visit(hcode), province.clean_visit(hcode, 1)
    province.his(hcode, "UPDATE ovstdiag SET icd10 = 'J00' WHERE vn = ? AND diagtype = '1'", changed)
    province.his(hcode, "DELETE FROM ovst WHERE vn = ?", gone)
    newer = province.run(hospitals=[hcode])
    assert newer.error is None
    calls = province.calls()
    assert province.steps(older, unit_of(hcode), ("map", "deliver")) == []
    steps.finish_run(older)
    assert province.calls() == calls
    assert_balanced(province, older.run_id, newer.options.run_id)
    assert "J00" in str(province.double.admin.encounter(f"{hcode}:{changed}")["body"])
    assert f"{hcode}:{gone}" not in province.national()
    assert set(province.dispositions(older.run_id).values()) == {"superseded"}


def test_days_before_the_first_service_day_are_left_alone(province: ProvinceKit) -> None:
    province.configure(hospitals={"99003": {"categories": {"visits": DAYS[-1]}}})
    result = province.run(hospitals=["99003"])
    assert result.error is None
    assert {row["service_day"] for row in province.documents().values()} == {DAYS[-1]}
