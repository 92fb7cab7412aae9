"""Paused hospitals and maintenance windows: left out of ordinary runs, refused by name, never silently."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, assert_balanced, assert_one_record_each
from sqlalchemy import select

from phr.errors import StopHospital
from phr.home import Home
from phr.ledger import tables as t
from phr.pipeline import steps
from phr.pipeline.context import RunOptions
from phr.pipeline.days import BANGKOK
from phr.reporting import delivery_report

#: a Thursday; the window of the tests is open at two and closed at five
OPEN = datetime(2025, 10, 9, 2, 0, tzinfo=BANGKOK)
CLOSED = datetime(2025, 10, 9, 5, 0, tzinfo=BANGKOK)
WINDOW = {"maintenance": [{"from": "23:00", "to": "04:30"}]}
PAUSED = {"paused": "ย้ายเครื่องแม่ข่าย"}


def planned(units: list[steps.Unit]) -> set[str]:
    return {hcode for unit in units for hcode in unit["hcodes"]}


def plan(kit: ProvinceKit, now: datetime = CLOSED, **values: Any) -> tuple[RunOptions, set[str]]:
    options = kit.options(**values)
    return options, planned(steps.plan_units(options, now=now))


def test_a_paused_hospital_is_skipped_and_said_so(province: ProvinceKit) -> None:
    province.configure(hospitals={"99002": PAUSED})
    options = province.options()
    for unit in steps.plan_units(options):
        assert "99002" not in unit["hcodes"]
        assert province.steps(options, unit) == []
    counts = steps.finish_run(options)
    assert (counts["hospitals"], counts["skipped"]) == (3, 1)
    row = province.hospital_rows(options.run_id)["99002"]
    assert (row["status"], row["error_code"], row["failed_step"]) == ("skipped", "PHR-108", None)
    assert province.ledger.run_row(options.run_id)["status"] == "success"  # type: ignore[index]
    with province.ledger.read() as connection:
        assert not connection.execute(select(t.document).where(t.document.c.hospital == "99002")).all()
    assert_balanced(province, options.run_id)
    (line,) = [x for x in delivery_report(Home(province.home), options.run_id).splitlines() if "PHR-108" in x]
    assert line.startswith("– 99002 รพ.ชุมชนสมมติ: ข้ามรอบนี้ / skipped: PHR-108 โรงพยาบาลนี้ถูกหยุด")
    assert line.count("ย้ายเครื่องแม่ข่าย") == 2, "the reason in both languages"


def test_the_look_back_covers_the_gap(province: ProvinceKit) -> None:
    """The day of the pause is found by the next scheduled run."""
    settings = {"look_back_days": 2, "categories": {"visits": "2025-10-01"}}
    province.configure(hospitals={"99003": {**settings, **PAUSED}})

    def nightly(day: date) -> RunOptions:
        start = datetime(day.year, day.month, day.day, 1, 30, tzinfo=BANGKOK)
        options = RunOptions(
            category="visits",
            run_id=f"nightly-{day}",
            run_type="scheduled",
            interval_start=start,
            interval_end=start + timedelta(days=1),
            planned_at=start + timedelta(days=1),
            overrides={h: {"closed_days": ["2025-10-05", "2025-10-06"]} for h in ("99001", "99002", "99003")},
        )
        for unit in steps.plan_units(options):
            assert province.steps(options, unit) == []
        steps.finish_run(options)
        return options

    first = nightly(DAYS[1])
    assert province.hospital_rows(first.run_id)["99003"]["status"] == "skipped"
    assert not {ref for ref in province.national() if ref.startswith("99003")}
    province.configure(hospitals={"99003": {"paused": None}})
    second = nightly(DAYS[2])
    assert province.hospital_rows(second.run_id)["99003"]["status"] == "done"
    assert_one_record_each(province, province.expected("send"))
    assert_balanced(province, first.run_id, second.run_id)


def test_maintenance_is_judged_by_the_clock_of_the_planning(province: ProvinceKit) -> None:
    province.configure(hospitals={"99001": WINDOW, "99002": WINDOW})
    options, going = plan(province, OPEN, planned_at=CLOSED.astimezone(UTC))
    assert going == {"99003"}
    rows = province.hospital_rows(options.run_id)
    assert {h: row["status"] for h, row in rows.items()} == {
        "99001": "skipped",
        "99002": "skipped",
        "99003": "planned",
    }
    assert "23:00-04:30" in rows["99001"]["error_text"]
    assert plan(province, CLOSED, planned_at=OPEN.astimezone(UTC))[1] == {"99001", "99002", "99003"}


@pytest.mark.parametrize(
    ("settings", "now", "code"),
    [
        pytest.param(PAUSED, CLOSED, "PHR-108", id="paused"),
        pytest.param(WINDOW, OPEN, "PHR-109", id="maintenance"),
        pytest.param({**PAUSED, **WINDOW}, OPEN, "PHR-108", id="both"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_by_name_it_is_refused_with_a_reason(
    province: ProvinceKit, settings: dict[str, Any], now: datetime, code: str, dry_run: bool
) -> None:
    province.configure(hospitals={"99002": settings})
    options = province.options(hospitals=["99003", "99002"], dry_run=dry_run)
    with pytest.raises(StopHospital, match=rf"{code} \[hospital 99002\].*Next: .*วิธีแก้: "):
        steps.plan_units(options, now=now)
    assert province.ledger.run_row(options.run_id) is None, "nothing was planned"
    assert planned(steps.plan_units(province.options(hospitals=["99003"]), now=now)) == {"99003"}


def test_ignore_maintenance_lets_a_window_be_but_not_a_pause(province: ProvinceKit) -> None:
    province.configure(hospitals={"99001": WINDOW, "99002": WINDOW, "99003": PAUSED})
    assert plan(province, OPEN, hospitals=["99002"], ignore_maintenance=True)[1] == {"99002"}
    options, going = plan(province, OPEN, ignore_maintenance=True)
    assert going == {"99001", "99002"}
    assert RunOptions.from_dict(options.to_dict()).ignore_maintenance
    with pytest.raises(StopHospital, match="PHR-108"):
        plan(province, OPEN, hospitals=["99003"], ignore_maintenance=True)


def test_planned_again_after_the_window_the_hospital_takes_part(province: ProvinceKit) -> None:
    province.configure(hospitals={"99002": WINDOW})
    options, going = plan(province, OPEN)
    assert "99002" not in going
    assert "99002" in planned(steps.plan_units(options, now=CLOSED))
    row = province.hospital_rows(options.run_id)["99002"]
    assert (row["status"], row["error_code"], row["error_text"]) == ("planned", None, None)


def test_planned_again_inside_the_window_what_has_begun_goes_on(mapped: ProvinceKit) -> None:
    """A mapped hospital owes its delivery; one whose read failed does not."""
    assert mapped.first is not None
    (mapped.home / "replicas" / "99003.sqlite").unlink()
    options = mapped.options()
    steps.plan_units(options, now=CLOSED)
    mapped.steps(options, {"unit_id": "u", "label_th": "u", "hcodes": ["99003"]}, ("extract",))
    assert mapped.hospital_rows(options.run_id)["99003"]["status"] == "failed"
    mapped.configure(hospitals=dict.fromkeys(("99001", "99002", "99003"), WINDOW))
    assert planned(steps.plan_units(options, now=OPEN)) == set()
    statuses = {h: row["status"] for h, row in mapped.hospital_rows(options.run_id).items()}
    assert set(statuses.values()) == {"skipped"}
    assert planned(steps.plan_units(mapped.first, now=OPEN)) == {"99001", "99002", "99003"}
    mapped.deliver_first()
    assert_balanced(mapped, "first", options.run_id)


def test_a_unit_that_was_handed_out_before_leaves_a_skipped_hospital_alone(province: ProvinceKit) -> None:
    options = province.options(hospitals=None)
    units = steps.plan_units(options, now=CLOSED)
    province.configure(hospitals={"99002": PAUSED})
    steps.plan_units(options, now=CLOSED)
    for unit in units:
        assert province.steps(options, unit) == []
    assert province.hospital_rows(options.run_id)["99002"]["status"] == "skipped"
    assert steps.finish_run(options)["skipped"] == 1


def test_a_run_in_which_nobody_takes_part_is_complete(province: ProvinceKit) -> None:
    province.configure(hospitals=dict.fromkeys(("99001", "99002", "99003"), PAUSED))
    for dry_run in (False, True):
        result = province.run(dry_run=dry_run)
        assert result.error is None
        assert (result.counts["hospitals"], result.counts["skipped"]) == (3, 3)


def test_the_reason_of_a_pause_shows_no_identity(province: ProvinceKit) -> None:
    province.configure(hospitals={"99002": {"paused": "ดูราย 1101700203451 ก่อน"}})
    options, _going = plan(province)
    assert "1101700203451" not in province.hospital_rows(options.run_id)["99002"]["error_text"]
    with pytest.raises(StopHospital) as caught:
        plan(province, hospitals=["99002"])
    assert "1101700203451" not in str(caught.value)


def test_outside_the_sandbox_a_hospital_without_agreement_fails_alone(province: ProvinceKit) -> None:
    """RT8: it stands in the run, nothing of it is read, the others go on."""
    controls = {"processor_agreement": "DPA-1", "dpo_contact": {"name": "สมมติ"}}
    province.configure(
        endpoint={"environment": "uat"}, hospitals={"99001": controls, "99003": controls, "99002": {}}
    )
    options, going = plan(province)
    assert going == {"99001", "99003"}
    row = province.hospital_rows(options.run_id)["99002"]
    assert (row["status"], row["error_code"]) == ("failed", "PHR-107")
    assert "processor_agreement: missing" in row["error_text"]
    named, going = plan(province, hospitals=["99002"])
    assert going == set()
    with pytest.raises(StopHospital, match=r"PHR-505.*99002 PHR-107"):
        steps.finish_run(named)
    with pytest.raises(StopHospital, match="PHR-107"):
        province.context(named).hospital("99002")
