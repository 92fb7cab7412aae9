"""The form of a run refuses what a run could not use."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pendulum
import pytest

from phr.settings import load_province
from phr_sandbox.demo.airflow_env import REPOSITORY

pytestmark = pytest.mark.airflow

HOSPITALS = load_province(REPOSITORY / "include/config/hospitals.yaml").hospitals


def resolve(dag: Any, **conf: Any) -> dict[str, Any]:
    """As the scheduler does it: the run's conf over the defaults, then every schema."""
    params = copy.deepcopy(dag.params)
    params.update(conf)
    return dict(params.validate())


def test_defaults_are_a_whole_ordinary_run(visits: Any) -> None:
    assert resolve(visits) == {
        "hospitals": [],
        "day_from": None,
        "day_to": None,
        "look_back_days": None,
        "dry_run": False,
        "limit": None,
        "resend_unchanged": False,
        "ignore_maintenance": False,
        "overrides": {},
    }


@pytest.mark.parametrize(
    "conf",
    [
        {"hospitals": ["99999"]},
        {"hospitals": ["99001", "99001"]},
        {"hospitals": "99001"},
        {"day_from": "2025-13-01"},
        {"day_from": "01/10/2568"},
        {"look_back_days": -1},
        {"look_back_days": 61},
        {"limit": 0},
        {"dry_run": "maybe"},
        {"overrides": {"99999": {"look_back_days": 1}}},
        {"overrides": {"99001": {"hcode": "99002"}}},
        {"overrides": {"99001": {"look_back_days": "many"}}},
        {"overrides": {"99001": {"budget_weight": 0}}},
        {"overrides": {"99001": {"sweep_days_per_run": -1}}},
        {"overrides": {"99001": {"identity_policy": "checksum"}}},
        {"overrides": {"99001": {"class_policy": "data_class_policy.yaml"}}},
        {"overrides": {"99001": {"retraction": "auto_under_brake"}}},
        {"overrides": {"99001": {"paused": None}}},
        {"ignore_maintenance": "maybe"},
    ],
    ids=str,
)
def test_what_a_run_could_not_use_is_refused(visits: Any, conf: dict[str, Any]) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        resolve(visits, **conf)


@pytest.mark.parametrize("empty", [None, []])
def test_a_cleared_hospital_list_means_all(visits: Any, empty: Any) -> None:
    from moph_prompt.runtime import run_options

    assert run_options("visits", context(visits, hospitals=empty)).hospitals is None


def test_hospitals_are_chosen_by_name(visits: Any) -> None:
    schema = visits.params.get_param("hospitals").schema
    assert schema["items"]["enum"] == schema["examples"] == [h.hcode for h in HOSPITALS]
    assert schema["values_display"] == {h.hcode: f"{h.name_th} ({h.hcode})" for h in HOSPITALS}


def test_every_field_has_help_in_both_languages(visits: Any) -> None:
    for name, param in visits.params.items():
        schema = visits.params.get_param(name).schema
        for text in (schema["title"], schema["description_md"]):
            assert any("ก" <= letter <= "๙" for letter in text), (name, param)
            assert any("a" <= letter <= "z" for letter in text), (name, param)


def context(dag: Any, *, run_type: str = "manual", **conf: Any) -> dict[str, Any]:
    start = pendulum.datetime(2026, 11, 22, 1, 30, tz="Asia/Bangkok")
    run = SimpleNamespace(
        dag_id=dag.dag_id,
        run_id="r1",
        run_type=run_type,
        data_interval_start=start,
        data_interval_end=start.add(days=1),
        run_after=start.add(days=1),
    )
    return {"dag_run": run, "params": resolve(dag, **conf)}


def test_options_carry_the_run_and_plain_times(visits: Any) -> None:
    from moph_prompt.runtime import run_options
    from phr.pipeline.context import RunOptions

    options = run_options(
        "visits",
        context(
            visits,
            run_type="scheduled",
            hospitals=["99002"],
            day_from="2025-10-07",
            ignore_maintenance=True,
            overrides={"99002": {"look_back_days": 7, "budget_weight": 0.5, "sweep_days_per_run": 30}},
        ),
    )
    assert type(options.interval_start) is datetime
    assert options.interval_start == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    assert options.planned_at == options.interval_end
    assert (options.run_type, options.hospitals) == ("scheduled", ["99002"])
    assert options.day_from == date(2025, 10, 7)
    assert options.ignore_maintenance is True
    assert RunOptions.from_dict(options.to_dict()) == options


def test_a_scheduled_run_covers_the_day_its_interval_begins_on(visits: Any) -> None:
    from moph_prompt.runtime import run_options

    options = run_options("visits", context(visits, run_type="scheduled", look_back_days=1))
    assert options.days_for(HOSPITALS[0]) == [date(2026, 11, 21), date(2026, 11, 22)]


def test_runs_of_two_dags_with_one_id_are_two_runs_in_the_ledger(visits: Any, dag_bag: Any) -> None:
    from moph_prompt.runtime import run_options

    labs = dag_bag.dags["phr_labs"]
    ids = [run_options(name, context(dag)).run_id for name, dag in (("visits", visits), ("labs", labs))]
    assert ids == ["phr_visits:r1", "phr_labs:r1"]


def test_very_long_run_ids_stay_apart_and_leave_room_for_the_name_of_a_part() -> None:
    from moph_prompt.runtime import ledger_run_id

    long = ["x" * 249 + end for end in "ab"]
    made = [ledger_run_id("phr_backfill", run_id) for run_id in long]
    assert made[0] != made[1]
    assert made == [ledger_run_id("phr_backfill", run_id) for run_id in long]
    assert max(map(len, made)) <= 160
