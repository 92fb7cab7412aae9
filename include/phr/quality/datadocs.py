"""Data Docs of the checks: counts and percentages per rule, and nothing that came out of a row.

The pages are rendered from validation results made here out of plain counts, never from the results of a
run, which carry failing values (control LG1). What was not computed cannot leak.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from phr.quality.engine import build_suite, new_context

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult

_BANGKOK = timezone(timedelta(hours=7))


class Counts(Protocol):
    """What Data Docs know of a rule: rows judged, rows without a value, rows failed."""

    judged: int
    skipped: int
    failed: int


def write_data_docs(folder: Path, tallies: Mapping[str, Mapping[str, Counts]], today: date) -> None:
    """Write a Data Docs site: ``folder/index.html`` and one page per table with rows.

    Writing again for the same day replaces the pages of that day. Suites have no pages of their own: the page
    of a table names every rule, and each page takes time to render.

    :param tallies: table -> rule id -> counts; tables without a judged row get no page.
    :param today: names the run.
    """
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    folder.mkdir(parents=True, exist_ok=True)
    context = new_context()
    run = RunIdentifier(
        run_name=f"checks-{today.isoformat()}", run_time=datetime.combine(today, time(), tzinfo=_BANGKOK)
    )
    for table, counts in tallies.items():
        if not any(count.judged for count in counts.values()):
            continue
        suite = build_suite(table)
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(name=table),
            run_id=run,
            batch_identifier=table,
        )
        context.validation_results_store.set(key, _summary(table, suite, counts, run))
    context.add_data_docs_site(
        site_name="checks",
        site_config={
            "class_name": "SiteBuilder",
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "site_section_builders": {"expectations": "none", "profiling": "none"},  # type: ignore[typeddict-unknown-key]
        },
    )
    context.build_data_docs(site_names=["checks"])


def _summary(
    table: str, suite: ExpectationSuite, counts: Mapping[str, Counts], run: Any
) -> ExpectationSuiteValidationResult:
    """A validation result that holds only counts."""
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

    results = []
    for expectation in suite.expectations:
        count = counts[str((expectation.meta or {})["rule"])]
        results.append(
            ExpectationValidationResult(
                success=count.failed == 0,
                expectation_config=expectation.configuration,
                result={
                    "element_count": count.judged,
                    "missing_count": count.skipped,
                    "missing_percent": _percent(count.skipped, count.judged),
                    "unexpected_count": count.failed,
                    "unexpected_percent": _percent(count.failed, count.judged - count.skipped),
                    "unexpected_percent_total": _percent(count.failed, count.judged),
                    "partial_unexpected_list": [],
                },
                exception_info={
                    "raised_exception": False,
                    "exception_message": None,
                    "exception_traceback": None,
                },
            )
        )
    passed = sum(result.success is True for result in results)
    return ExpectationSuiteValidationResult(
        success=passed == len(results),
        results=results,
        suite_name=table,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(results) - passed,
            "success_percent": _percent(passed, len(results)),
        },
        meta={"run_id": run},
    )


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0
