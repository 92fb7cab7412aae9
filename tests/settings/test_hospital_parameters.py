"""Parameters of one hospital: defaults, what is refused and how, places, people, controls."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hospital_file import broken, load, province, refusal
from hypothesis import given
from hypothesis import strategies as st

from phr.errors import StopHospital
from phr.pipeline.days import BANGKOK
from phr.settings import OVERRIDABLE, Hospital, MaintenanceWindow

#: outside the sandbox
CONTROLS = {"processor_agreement": "DPA-2568-001", "dpo_contact": {"name": "สมมติ", "phone": "0-0000-0000"}}
SECRET = "s3cret"


def test_a_short_entry_has_sane_defaults(tmp_path: Path) -> None:
    (hospital,) = load(tmp_path, province()).hospitals
    assert (hospital.hcode9, hospital.province_code, hospital.region) == (None, "99", None)
    assert (hospital.source_connection, hospital.credential_connection) == ("his_99001", "moph_prompt_99001")
    assert (hospital.budget_weight, hospital.takeover_per_run, hospital.sweep_days_per_run) == (1.0, 0, 30)
    assert (hospital.class_policy, hospital.identity_policy) == ("data_class_policy.yaml", "checksum")
    assert (hospital.retraction, hospital.brake.removals, hospital.brake.share) == ("propose", 50, 0.05)
    assert (hospital.paused, hospital.maintenance, hospital.contact) == (None, (), None)


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("hcode9", f"{SECRET}12", "hcode9"),
        ("hcode9", "ga0012345", "hcode9"),
        ("hcode9", "12345678", "hcode9"),
        ("hcode9", 123456789, "hcode9"),
        ("province_code", "1", "province_code"),
        ("province_code", "98", "province_code"),
        ("health_region", 0, "health_region"),
        ("health_region", 14, "health_region"),
        ("connection", "his 99001", "connection"),
        ("connection", f"../{SECRET}", "connection"),
        ("budget_weight", 0.09, "budget_weight"),
        ("budget_weight", 10.1, "budget_weight"),
        ("budget_weight", SECRET, "budget_weight"),
        ("class_policy", f"../{SECRET}.yaml", "class_policy"),
        ("class_policy", f"{SECRET}.csv", "class_policy"),
        ("class_policy", f".{SECRET}.yaml", "class_policy"),
        ("identity_policy", SECRET, "identity_policy"),
        ("retraction", "auto", "retraction"),
        ("retraction", True, "retraction"),
        ("brake", {"removals": -1}, "brake.removals"),
        ("brake", {"share": 1.01}, "brake.share"),
        ("brake", {SECRET[:3]: 1}, "brake.s3c"),
        ("takeover_per_run", -1, "takeover_per_run"),
        ("sweep_days_per_run", -1, "sweep_days_per_run"),
        ("sweep_days_per_run", 367, "sweep_days_per_run"),
        ("contact", {"phone": "0-0000-0000"}, "contact.name"),
        ("contact", {"name": "ไอที", "phone": SECRET}, "contact.phone"),
        ("contact", {"name": "ไอที", "email": SECRET}, "contact.email"),
        ("contact", SECRET, "contact"),
        ("dpo_contact", {"name": ""}, "dpo_contact.name"),
        ("processor_agreement", "", "processor_agreement"),
        ("paused", True, "paused"),
        ("paused", "", "paused"),
        ("paused", "two\nlines", "paused"),
        ("maintenance", {"from": "01:00", "to": "02:00"}, "maintenance"),
        ("maintenance", [{"from": "01:00"}], "maintenance.0.to"),
        ("maintenance", [{"from": "24:00", "to": "02:00"}], "maintenance.0.from"),
        ("maintenance", [{"from": "1:00", "to": "02:00"}], "maintenance.0.from"),
        ("maintenance", [{"from": "01:00", "to": "01:00"}], "maintenance.0.to"),
        ("maintenance", [{"from": "01:00", "to": "02:00", "weekdays": [7]}], "maintenance.0.weekdays"),
        ("maintenance", [{"from": "01:00", "to": "02:00", "weekdays": []}], "maintenance.0.weekdays"),
        ("maintenance", [{"start": "01:00", "to": "02:00"}], "maintenance.0.start"),
    ],
)
def test_a_mistake_names_hospital_and_place_and_shows_no_value(
    tmp_path: Path, field: str, value: object, place: str
) -> None:
    loaded = load(tmp_path, province(**{field: value}))
    with pytest.raises(StopHospital, match=r"PHR-101 \[hospital 99001\]") as caught:
        loaded.hospital("99001")
    assert f"{place}: " in caught.value.detail
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("code", ["001234500", "GA0012345", "EA0012345"])
def test_both_forms_of_the_nine_character_code(tmp_path: Path, code: str) -> None:
    assert load(tmp_path, province(hcode9=code)).hospital("99001").hcode9 == code


def test_two_hospitals_with_one_nine_character_code_are_both_kept_aside(tmp_path: Path) -> None:
    raw = province(hcode9="GA0012345")
    first = raw["hospitals"][0]
    raw["hospitals"] += [
        {**first, "hcode": "99002", "hcode9": "GA0012346"},
        {**first, "hcode": "99003"},
        {**first, "hcode": "99004", "hcode9": "wrong"},
    ]
    loaded = load(tmp_path, raw)
    assert [h.hcode for h in loaded.hospitals] == ["99002"]
    assert [b.hcode for b in loaded.broken] == ["99001", "99003", "99004"], "in file order"
    with pytest.raises(StopHospital, match=r"PHR-101.*hcode9: another hospital has the same one"):
        loaded.hospital("99003")


def test_the_shipped_list_of_regions_is_whole() -> None:
    from phr.settings import regions

    found = list(regions.health_regions().values())
    per_region = [found.count(number) for number in range(1, 14)]
    assert per_region == [8, 5, 5, 8, 8, 8, 4, 7, 4, 5, 7, 7, 1]
    with (Path(regions.__file__).parent / "health_regions.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(found) == 77


def test_region_and_province_belong_together(tmp_path: Path) -> None:
    raw = {**province(), "province_code": "50"}
    assert load(tmp_path, raw).hospital("99001").region == 1
    raw["hospitals"][0] |= {"health_region": 1}
    assert load(tmp_path, raw).hospital("99001").region == 1
    raw["hospitals"][0] |= {"health_region": 2}
    assert "health_region: Value error, its province lies in health region 1" in str(
        broken(tmp_path, raw).error
    )
    raw["hospitals"][0] |= {"province_code": "10", "health_region": 13}
    found = load(tmp_path, raw).hospital("99001")
    assert (found.province_code, found.region) == ("10", 13)
    # nobody can say where an invented province lies
    assert load(tmp_path, province(health_region=5)).hospital("99001").region == 5
    assert "province_code" in refusal(tmp_path, {**province(), "province_code": "97"})


def test_retraction_off_is_a_word_and_not_a_truth_value(tmp_path: Path) -> None:
    text = f"{HEAD}    retraction: off\n"
    assert load(tmp_path, text).hospital("99001").retraction == "off"


HEAD = """
name_th: จังหวัดสมมติ
province_code: "99"
hospitals:
  - hcode: "99001"
    name_th: รพ.สมมติ
    his: hosxp
"""


def test_clock_times_need_no_quotes(tmp_path: Path) -> None:
    """YAML 1.1 reads 22:00 as the number 1320, and 02:30 as text."""
    text = f"{HEAD}    maintenance: [{{from: 22:00, to: 02:30}}, {{weekdays: [5], from: 12:15, to: 13:00}}]\n"
    windows = load(tmp_path, text).hospital("99001").maintenance
    assert [window.in_words() for window in windows] == ["22:00-02:30", "12:15-13:00 (5)"]


def test_other_numbers_are_still_numbers(tmp_path: Path) -> None:
    text = f"{HEAD}    look_back_days: 7\n    budget_weight: 2.5\n    brake: {{removals: 010}}\n"
    hospital = load(tmp_path, text).hospital("99001")
    assert (hospital.look_back_days, hospital.budget_weight, hospital.brake.removals) == (7, 2.5, 10)


# -- RT8 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environment", ["uat", "production"])
@pytest.mark.parametrize("missing", [*CONTROLS, "both"])
def test_outside_the_sandbox_nobody_takes_part_without_agreement_and_officer(
    tmp_path: Path, environment: str, missing: str
) -> None:
    given_controls = {} if missing == "both" else {k: v for k, v in CONTROLS.items() if k != missing}
    raw = province(**given_controls)
    other = {**raw["hospitals"][0], "hcode": "99002", **CONTROLS}
    raw = {**raw, "endpoint": {"environment": environment}, "hospitals": [raw["hospitals"][0], other]}
    loaded = load(tmp_path, raw)
    assert [h.hcode for h in loaded.for_category("visits")] == ["99002"]
    with pytest.raises(StopHospital, match=r"PHR-107 \[hospital 99001\]") as caught:
        loaded.hospital("99001")
    assert [f"{name}: missing" in caught.value.detail for name in CONTROLS] == [
        missing in (name, "both") for name in CONTROLS
    ]


def test_in_the_sandbox_and_switched_off_the_controls_may_wait(tmp_path: Path) -> None:
    (hospital,) = load(tmp_path, province()).hospitals
    assert hospital.missing_controls == ("processor_agreement", "dpo_contact")
    raw = {**province(enabled=False), "endpoint": {"environment": "production"}}
    loaded = load(tmp_path, raw)
    assert (loaded.broken, loaded.for_category("visits")) == ((), [])


# -- maintenance windows ---------------------------------------------------------------------------


def at(day: int, clock: str) -> datetime:
    """A day of November 2026 (the 23rd is a Monday), Bangkok time, as UTC."""
    return datetime.fromisoformat(f"2026-11-{day:02d}T{clock}").replace(tzinfo=BANGKOK).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        pytest.param(
            {"from": "01:00", "to": "03:00"},
            [at(23, "01:00"), at(24, "02:59:59"), at(29, "02:00")],
            [at(23, "00:59:59"), at(23, "03:00"), at(23, "13:00")],
            id="every-night",
        ),
        pytest.param(
            {"from": "22:00", "to": "02:00"},
            [at(23, "22:00"), at(23, "23:59"), at(24, "00:00"), at(24, "01:59")],
            [at(23, "21:59"), at(24, "02:00"), at(24, "12:00")],
            id="over-midnight",
        ),
        pytest.param(
            {"from": "22:00", "to": "00:00"}, [at(23, "23:59")], [at(24, "00:00")], id="until-midnight"
        ),
        pytest.param(
            {"weekdays": [6], "from": "22:00", "to": "02:00"},
            [at(22, "22:00"), at(23, "01:59")],
            [at(22, "01:00"), at(23, "22:00"), at(24, "01:00")],
            id="sunday-night-belongs-to-sunday",
        ),
        pytest.param(
            {"weekdays": [0, 4], "from": "12:00", "to": "13:00"},
            [at(23, "12:30"), at(27, "12:00")],
            [at(24, "12:30"), at(28, "12:30")],
            id="two-weekdays",
        ),
    ],
)
def test_when_a_window_is_open(
    window: dict[str, Any], inside: list[datetime], outside: list[datetime]
) -> None:
    hospital = Hospital.model_validate({**province()["hospitals"][0], "maintenance": [window]})
    assert [hospital.maintenance_at(moment) is not None for moment in inside] == [True] * len(inside)
    assert [hospital.maintenance_at(moment) for moment in outside] == [None] * len(outside)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        MaintenanceWindow.model_validate({"from": "01:00", "to": "02:00"}).covers(datetime(2026, 11, 23))


clocks = st.times().map(lambda clock: f"{clock:%H:%M}")


@given(clocks, clocks, st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_a_daily_window_and_its_complement_cover_the_day(start: str, end: str, moment: datetime) -> None:
    if start == end:
        return
    window = MaintenanceWindow.model_validate({"from": start, "to": end})
    complement = MaintenanceWindow.model_validate({"from": end, "to": start})
    assert window.covers(moment) != complement.covers(moment)
    assert window.covers(moment) == window.covers(moment + timedelta(days=1))


# -- overrides -------------------------------------------------------------------------------------


def test_nothing_that_decides_on_a_release_can_be_changed_for_one_run() -> None:
    assert set(OVERRIDABLE) < set(Hospital.model_fields)
    decides = {
        "hcode", "hcode9", "province_code", "health_region", "his", "connection", "enabled", "paused",
        "maintenance", "categories", "class_policy", "identity_policy", "retraction", "brake",
        "takeover_per_run", "contact", "processor_agreement", "dpo_contact",
    }  # fmt: skip
    assert set(OVERRIDABLE).isdisjoint(decides)
