"""Between Airflow and the domain: run options out of the task context, errors, and which of them retry."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowException

from moph_prompt import connections
from phr import faults
from phr.errors import Bug, PhrError, StopHospital
from phr.privacy import logs

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

#: only "the same call may succeed later" is tried again; a killed worker is retried by the scheduler itself
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[RetryRule(exception="phr.errors.Retry", action=RetryAction.RETRY, reason="may succeed later")],
    default=RetryAction.FAIL,
)

#: the ledger holds 250 characters; a part of a run adds category, work unit and first day
_LONGEST_RUN_ID = 160


#: CPU priority of tasks nobody waits for (0 is everybody's, 19 the lowest)
_NICE = 10


def give_way() -> None:
    """Let the other processes of this machine go first until this one ends; an older part can wait.

    Airflow runs every try of a task in a process of its own, so nothing else is slowed down.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def guarded(step: Callable[P, R]) -> Callable[P, R]:
    """Run a step inside a task: install redaction and connections, and let no foreign exception out.

    A ``PhrError`` passes, as its message is safe by construction. Anything else may quote a row, so it is
    named by class and place only and becomes a ``Bug`` without its cause (control LG2).
    """

    @functools.wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        logs.install()
        connections.install()
        try:
            return step(*args, **kwargs)
        except AirflowException:
            raise  # Airflow's own signals: skip, reschedule
        except PhrError as error:
            raise error from None
        except Exception as error:  # noqa: BLE001 (the point of this wrapper)
            detail = f"{type(error).__name__} at {_place(error)}"
        log.error("unexpected %s", detail)
        raise Bug(faults.UNEXPECTED, detail=detail)

    return run


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "site-packages" not in f.filename] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "unknown place"


def run_options(category: str, context: Mapping[str, Any]) -> Any:
    """The :class:`phr.pipeline.context.RunOptions` of this task's run.

    Every task derives them anew from the run itself, so clearing one task alone sees the same options;
    "yesterday" hangs on the time the run was due, not on when the task happens to run.
    """
    from phr.pipeline.context import RunOptions

    run, params = context["dag_run"], context["params"]
    return RunOptions(
        category=category,
        run_id=ledger_run_id(run.dag_id, run.run_id),
        run_type=str(getattr(run.run_type, "value", run.run_type)),
        interval_start=_plain(run.data_interval_start),
        interval_end=_plain(run.data_interval_end),
        planned_at=_plain(run.run_after) or datetime.now(UTC),
        hospitals=list(params.get("hospitals") or []) or None,
        day_from=_date(params.get("day_from")),
        day_to=_date(params.get("day_to")),
        look_back_days=params.get("look_back_days"),
        dry_run=bool(params.get("dry_run")),
        limit=params.get("limit"),
        resend_unchanged=bool(params.get("resend_unchanged")),
        believe_missing=bool(params.get("believe_missing")),
        ignore_maintenance=bool(params.get("ignore_maintenance")),
        overrides=dict(params.get("overrides") or {}),
    )


def ledger_run_id(dag_id: str, run_id: str) -> str:
    """Name of a DAG run in the ledger: ``<dag id>:<run id>``.

    Airflow's run ids are unique within one DAG only; two feeds triggered with one id or one logical date
    would share rows and staging. The end of a very long id becomes a digest, as a part of a run adds its own.
    """
    name = f"{dag_id}:{run_id}"
    if len(name) <= _LONGEST_RUN_ID:
        return name
    return f"{name[: _LONGEST_RUN_ID - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def require_succeeded(context: Mapping[str, Any], task_id: str) -> None:
    """A run whose planning task failed owes nothing in the ledger, yet it is no success.

    :raises StopHospital: PHR-505.
    """
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, task_ids=[task_id], run_ids=[ti.run_id])
    state = states.get(ti.run_id, {}).get(task_id)
    if state != "success":
        raise StopHospital(faults.RUN_INCOMPLETE, detail=f"{task_id} ended as {state or 'nothing'}")


def _plain(moment: datetime | None) -> datetime | None:
    # Airflow hands out pendulum times; the domain knows the standard library only
    return None if moment is None else datetime.fromtimestamp(moment.timestamp(), UTC)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


#: a task that hangs is ended; generous, as a backfill of a big hospital is slow by nature
STEP_TIMEOUT = timedelta(hours=4)
