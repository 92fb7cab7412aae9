"""Great Expectations behind a narrow door: import, context, suites, one validation.

Importing this module costs nothing; the first call of :func:`preload` costs seconds.
Nothing that Great Expectations says reaches a log: its messages and results can hold cell values.
"""

from __future__ import annotations

import functools
import logging
import operator
import os
import threading
from typing import TYPE_CHECKING, Any

from phr import faults
from phr.errors import Bug
from phr.quality.frames import ROW_NUMBER
from phr.quality.rules import EXPECTATIONS, RULES, Rule

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuite
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

_SEVERITY = {"document": "critical", "row": "warning"}
#: the failing rows by number; neither queries nor whole rows
_RESULT_FORMAT: dict[str, Any] = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [ROW_NUMBER],
    "return_unexpected_index_query": False,
    "include_unexpected_rows": False,
}
# Great Expectations keeps its current context in a process-wide variable.
_lock = threading.RLock()


@functools.cache
def preload() -> None:
    """Import Great Expectations and pandas once per worker (seconds), with analytics off (control CF10)."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # its messages quote values (control LG1); what fails reaches us through results
    logger = logging.getLogger("great_expectations")
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]
    import great_expectations
    import great_expectations.expectations  # noqa: F401
    import pandas  # noqa: F401


def new_context() -> EphemeralDataContext:
    """A context in memory: no files, no analytics, no progress bars, no Data Docs site."""
    preload()
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    with _lock:
        return gx.get_context(mode="ephemeral", project_config=config)


@functools.cache
def build_suite(table: str) -> ExpectationSuite:
    """The suite of one canonical table, from the rule files; the same one to everybody of this process.

    :raises Bug: PHR-901 naming the rule when its expectation type or arguments are not of Great Expectations.
    """
    import great_expectations as gx
    import great_expectations.expectations as gxe

    suite = gx.ExpectationSuite(name=table)
    for spec in EXPECTATIONS[table]:
        rule = RULES[spec.rule_id]
        arguments = dict(spec.kwargs)
        try:
            if spec.only_where:
                arguments["row_condition"] = _condition(spec.only_where)
            expectation = getattr(gxe, spec.type)(
                **arguments,
                severity=_SEVERITY[rule.scope],
                description=_description(rule),
                meta={"rule": rule.rule_id},
            )
            suite.add_expectation(expectation)
        except Exception as error:
            raise Bug(
                faults.UNEXPECTED, detail=f"rule {spec.rule_id}: not an expectation ({type(error).__name__})"
            ) from error
    return suite


def _condition(only_where: dict[str, str | None]) -> Any:
    """All columns equal to their value, None meaning empty."""
    from great_expectations.expectations.row_conditions import Column

    parts = [
        Column(name).is_null() if value is None else Column(name) == value
        for name, value in only_where.items()
    ]
    return functools.reduce(operator.and_, parts)


def _description(rule: Rule) -> str:
    """The line of the rule in Data Docs: what is wrong when it fails, Thai first."""
    return f"[{rule.reason}] {rule.title_th} / {rule.title_en}"


class Engine:
    """The suites of the canonical tables, each built when it is first needed, and the context they run in."""

    def __init__(self) -> None:
        self._context = new_context()

    def run(self, table: str, frame: pd.DataFrame) -> dict[str, Outcome]:
        """Run one suite over one frame; outcome per rule id, in rule order. The frame is not kept.

        :raises Bug: PHR-901 when a rule could not be computed: an unchecked row must not pass for a good one.
        """
        try:
            results = self._validate(table, frame)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may quote a cell
            raise Bug(faults.UNEXPECTED, detail=f"checks of {table} ({type(error).__name__})") from None
        return {
            spec.rule_id: Outcome.of(spec.rule_id, results.get(spec.rule_id)) for spec in EXPECTATIONS[table]
        }

    def _validate(self, table: str, frame: pd.DataFrame) -> dict[str, Any]:
        with _lock:
            # a data source keeps its last frame, so it lives for one run only
            source = self._context.data_sources.add_pandas(table)
            try:
                asset = source.add_dataframe_asset(table)
                batch = asset.add_batch_definition_whole_dataframe("work_unit").get_batch(
                    {"dataframe": frame}
                )
                validation = batch.validate(build_suite(table), result_format=_RESULT_FORMAT)
            finally:
                self._context.data_sources.delete(table)
        results: list[Any] = validation.results
        return {str(result.expectation_config.meta["rule"]): result for result in results}


class Outcome:
    """Counts and failing row numbers of one rule; nothing of the rows themselves."""

    __slots__ = ("failed", "judged", "skipped")

    def __init__(self, judged: int, skipped: int, failed: list[int]) -> None:
        self.judged = judged
        self.skipped = skipped
        self.failed = failed

    @classmethod
    def of(cls, rule_id: str, result: Any) -> Outcome:
        """Read a validation result without touching a value."""
        # the exception's text may quote a cell, so only the rule is named
        if result is None or "unexpected_count" not in (result.result or {}):
            raise Bug(faults.UNEXPECTED, detail=f"rule {rule_id} could not be computed")
        body = result.result
        failed = [int(entry[ROW_NUMBER]) for entry in body.get("unexpected_index_list") or ()]
        if len(failed) != body["unexpected_count"] or bool(failed) == bool(result.success):
            raise Bug(faults.UNEXPECTED, detail=f"rule {rule_id} does not name its failing rows")
        skipped = int(body.get("missing_count") or 0)
        return cls(int(body["element_count"]), skipped, failed)
