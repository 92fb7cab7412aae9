"""``MophPromptOperator``: the deliver task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NoReturn

from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseOperator

from moph_prompt.runtime import give_way, guarded, run_options


class MophPromptOperator(BaseOperator):
    """Deliver what the ledger wants delivered for one work unit, and return counts.

    There is no body here: the documents come out of the ledger and the run's encrypted staging, so neither
    rendered templates nor XCom can hold patient data. When the rate budget is spent for longer than
    ``wait_limit_seconds`` the task defers and frees its slot.

    :param category: name of the feed, a key of ``phr.settings.CATEGORIES``.
    :param unit: work unit ``{"unit_id", "label_th", "hcodes"}`` (templated: ids and names of places only).
    :param part: instead of both, one part of a run in parts (:mod:`phr.pipeline.parts`; templated: options,
        ids and names of places only).
    :param gives_way: lower the CPU priority of the task's process.
    :param moph_prompt_conn_id: connection of the endpoint.
    :param wait_limit_seconds: longest wait for budget inside the task, in seconds.
    """

    template_fields = ("unit", "part")
    ui_color = "#cfe8dc"

    def __init__(
        self,
        *,
        category: str | None = None,
        unit: Any = None,
        part: Any = None,
        gives_way: bool = False,
        moph_prompt_conn_id: str = "moph_prompt",
        wait_limit_seconds: float = 60.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (part is None) == (category is None or unit is None):
            raise ValueError("either category and unit, or part")
        self.category = category
        self.unit = unit
        self.part = part
        self.gives_way = gives_way
        self.moph_prompt_conn_id = moph_prompt_conn_id
        self.wait_limit_seconds = wait_limit_seconds

    def execute(self, context: Any) -> dict[str, Any]:
        """Deliver; returns counts only.

        :raises phr.errors.PhrError: as :func:`phr.pipeline.steps.deliver_unit`.
        :raises airflow.sdk.exceptions.TaskDeferred: waiting for budget.
        """
        return self._deliver_or_wait(context)

    def resume(self, context: Any, event: Any = None) -> dict[str, Any]:  # noqa: ARG002
        """Go on after waiting; what was settled before is in the ledger and is not sent again."""
        return self._deliver_or_wait(context)

    def _deliver_or_wait(self, context: Any) -> dict[str, Any]:
        context["unit_label"] = (self.part or self.unit)[
            "label_th"
        ]  # first: a map_index_template that fails ends the task
        if self.gives_way:
            give_way()
        outcome = self._deliver(context)
        if isinstance(outcome, timedelta):
            self._wait(outcome)
        return outcome

    @guarded
    def _deliver(self, context: Mapping[str, Any]) -> dict[str, Any] | timedelta:
        # imported here: parsing a DAG needs none of it
        from moph_prompt.hooks import MophPromptHook
        from phr.delivery import BudgetWait
        from phr.pipeline import parts, steps

        if self.part is not None:
            if parts.is_delivered(self.part):
                return {}
            options, unit = parts.options_of(self.part), self.part["unit"]
        else:
            options, unit = run_options(str(self.category), context), self.unit
        hook = MophPromptHook(self.moph_prompt_conn_id)
        try:
            return steps.deliver_unit(
                options,
                unit,
                session_factory=hook.get_conn,
                wait_limit_seconds=self.wait_limit_seconds,
            )
        except BudgetWait as wait:
            return timedelta(seconds=wait.seconds)

    def _wait(self, delay: timedelta) -> NoReturn:
        self.log.info("waiting %.0f s for budget with the slot freed", delay.total_seconds())
        self.defer(trigger=TimeDeltaTrigger(delay), method_name="resume")
