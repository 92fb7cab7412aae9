"""``MophPromptOperator`` is the deliver task: nothing to render, counts out, its slot freed to wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.airflow


def operator(**changes: Any) -> Any:
    from moph_prompt.operators import MophPromptOperator

    return MophPromptOperator(**{"task_id": "deliver", "category": "visits", "unit": {}, **changes})


def test_nothing_but_the_work_unit_or_part_is_rendered() -> None:
    from moph_prompt.operators import MophPromptOperator

    assert MophPromptOperator.template_fields == ("unit", "part")


def test_the_constructor_is_keyword_only() -> None:
    from moph_prompt.operators import MophPromptOperator

    with pytest.raises(TypeError):
        MophPromptOperator("deliver", "visits", {})  # type: ignore[misc]


@pytest.fixture
def mapped_run(province: Any, connection: Callable[..., None]) -> Callable[[], tuple[Any, dict[str, Any]]]:
    """A province whose documents wait to be delivered: the operator of unit 99001 and its task context."""
    for conn_id, fields in json.loads((province.home / "connections.json").read_text()).items():
        connection(conn_id, **fields)

    def make() -> tuple[Any, dict[str, Any]]:
        options, units = province.map_only(run_id="phr_visits:r1")
        run = SimpleNamespace(
            dag_id="phr_visits",
            run_id="r1",
            run_type="manual",
            data_interval_start=None,
            data_interval_end=None,
            run_after=datetime.now(UTC),
        )
        params = {
            "hospitals": None,
            "day_from": options.day_from.isoformat(),
            "day_to": options.day_to.isoformat(),
            "look_back_days": None,
            "dry_run": False,
            "limit": None,
            "resend_unchanged": False,
            "ignore_maintenance": False,
            "overrides": None,
        }
        return operator(unit=units[0]), {"dag_run": run, "params": params}

    return make


def test_it_delivers_what_the_ledger_wants_and_returns_counts(
    mapped_run: Callable[[], tuple[Any, dict[str, Any]]], province: Any
) -> None:
    task, context = mapped_run()
    counts = task.resume(context)  # where a deferred task goes on; execute() does the same inside a task
    assert set(province.national()) == province.expected("send", "99001")
    assert counts["sent"] == len(province.expected("send", "99001"))
    assert all(isinstance(count, int) for count in counts.values())
    assert context["unit_label"] == "รพ.ทั่วไปสมมติ"


def test_a_spent_budget_defers_and_nothing_is_sent_meanwhile(
    mapped_run: Callable[[], tuple[Any, dict[str, Any]]], province: Any
) -> None:
    from airflow.providers.standard.triggers.temporal import DateTimeTrigger
    from airflow.sdk.exceptions import TaskDeferred

    from phr.ledger.budget import RateBudget

    province.configure(endpoint={"calls_per_minute": 60})
    task, context = mapped_run()
    task.wait_limit_seconds = 60.0
    # another worker has reserved ten minutes of the shared budget
    RateBudget(province.ledger, province.double.base_url, 60).reserve(600)

    with pytest.raises(TaskDeferred) as deferred:
        task.resume(context)
    assert isinstance(deferred.value.trigger, DateTimeTrigger)
    assert deferred.value.method_name == "resume"
    assert not deferred.value.kwargs
    wait = deferred.value.trigger.moment - datetime.now(UTC)
    assert 500 < wait.total_seconds() < 660
    assert province.calls() == []


def test_a_foreign_exception_keeps_its_text_to_itself(caplog: pytest.LogCaptureFixture) -> None:
    from moph_prompt.runtime import guarded
    from phr.errors import Bug

    @guarded
    def broken() -> None:
        row = {"cid": "1101700230708"}
        raise ValueError(f"bad row {row}")

    with pytest.raises(Bug, match="PHR-901") as caught:
        broken()
    assert "ValueError at test_moph_prompt_operator.py:" in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert "1101700230708" not in caplog.text


def test_a_known_error_loses_the_cause_it_was_raised_from() -> None:
    from moph_prompt.runtime import guarded
    from phr import faults
    from phr.errors import Retry

    @guarded
    def known() -> None:
        try:
            raise KeyError("1101700230708")
        except KeyError as error:
            raise Retry(faults.API_OUTAGE) from error

    with pytest.raises(Retry) as caught:
        known()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_airflows_own_signals_pass() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from moph_prompt.runtime import guarded

    @guarded
    def skipping() -> None:
        raise AirflowSkipException("nothing to do")

    with pytest.raises(AirflowSkipException):
        skipping()
