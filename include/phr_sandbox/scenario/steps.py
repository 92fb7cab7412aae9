"""The steps of a night as the DAGs and the command line make them, and the office in the morning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from phr.errors import PhrError
from phr.ledger import approvals
from phr.pipeline import parts, steps
from phr.pipeline.context import Context, Purpose, RunOptions
from phr.settings import KIND_CATEGORIES
from phr_sandbox.scenario.outcome import FEEDS, Part, clock_of
from phr_sandbox.scenario.script import Answer, Day, What

#: what is asked -> action and kind of document of the product's question
_QUESTIONS: dict[What, tuple[str, str]] = {
    "retract": ("retract", "encounter"),
    "shrink": ("shrink", "encounter"),
    "registers": ("shrink", "immunization"),
}


@dataclass
class StepResult:
    """What a step came to. ``failed``: hospital -> failure code; ``problem``: what the run itself says."""

    failed: dict[str, str] = field(default_factory=dict)
    problem: str = ""


@contextmanager
def _noted(result: StepResult) -> Iterator[None]:
    try:
        yield
    except PhrError as error:
        result.problem = f"{error.fault.code} {error.detail or ''}".strip()


def _options(
    day: Day, part: Part, again: str, category: str = "visits", purpose: Purpose = "feed"
) -> RunOptions:
    run_id = f"day{day.number:02d}-{part}{again}"
    return RunOptions(category, run_id, planned_at=clock_of(day, part), purpose=purpose)


def run_feed(day: Day, category: Part, again: str = "") -> StepResult:
    """The daily run of a category, as ``phr run``: the day before, and the look-back of each hospital.

    :param again: makes another run id, for a step that is run once more.
    """
    options, result = _options(day, category, again, category), StepResult()
    for unit in steps.plan_units(options):
        for name in steps.STEPS:
            try:
                getattr(steps, f"{name}_unit")(options, unit)
            except PhrError:
                break  # the ledger names the hospital; finish repeats it
    with _noted(result):
        steps.finish_run(options)
    return _failures(options, result)


def run_by_kind(day: Day, purpose: Purpose, again: str = "") -> StepResult:
    """The re-drive or the sweep of every kind of document, as ``phr redrive`` and ``phr sweep``."""
    assert purpose in ("redrive", "sweep")
    result = StepResult()
    made = parts.plan_parts(_options(day, purpose, again), purpose=purpose, categories=KIND_CATEGORIES)
    for part in made:
        options = parts.options_of(part)
        with _noted(result):
            parts.prepare(part)
            steps.deliver_unit(options, part["unit"])
            parts.finish_part(part)
        _failures(options, result)
    return result


def run_reconcile(day: Day, again: str = "") -> StepResult:
    """Comparison, second look, proposals, what was approved, and the counts, as ``phr reconcile``."""
    options, result = _options(day, "reconcile", again, purpose="reconcile"), StepResult()
    for unit in steps.plan_units(options):
        with _noted(result):
            steps.reconcile_unit(options, unit)
    with _noted(result):
        steps.finish_run(options)
    return _failures(options, result)


def _failures(options: RunOptions, result: StepResult) -> StepResult:
    rows = Context.open(options).ledger.run_hospitals(options.run_id)
    result.failed |= {row["hospital"]: row["error_code"] for row in rows if row["status"] == "failed"}
    return result


Run = Callable[[Day, str], StepResult]
#: in the order of a night; the clock of each is that of :func:`.outcome.clock_of`
STEPS: dict[Part, Run] = {
    **{feed: lambda day, again, feed=feed: run_feed(day, feed, again) for feed in FEEDS},  # type: ignore[misc]
    "redrive": lambda day, again: run_by_kind(day, "redrive", again),
    "reconcile": run_reconcile,
    "sweep": lambda day, again: run_by_kind(day, "sweep", again),
}


def run_together(day: Day, feeds: Sequence[Part]) -> dict[Part, StepResult]:
    """The feeds all at once, each in a thread of its own."""
    with ThreadPoolExecutor(len(feeds), thread_name_prefix="feed") as pool:
        running = {feed: pool.submit(STEPS[feed], day, "") for feed in feeds}
        return {feed: future.result() for feed, future in running.items()}


def office(day: Day, answer: Answer) -> str:
    """Answer the open question of a hospital as the command line does; says what is wrong with it.

    The office looks at the question first: visits are compared by their numbers, registers, which stand under
    pseudonyms, are counted.
    """
    ledger = Context.open(_options(day, "reconcile", "-office")).ledger
    found: list[dict[str, Any]] = [
        row
        for row in approvals.questions(ledger, hospitals=[answer.hcode])
        if (row["action"], row["kind"]) == _QUESTIONS[answer.what]
    ]
    if len(found) != 1:
        return f"{len(found)} open questions instead of one"
    row = found[0]
    references = {item["reference"] for item in approvals.items_of(ledger, row["approval_id"])}
    if answer.what == "registers":
        if len(references) != len(answer.targets):
            return f"a question about {len(references)} registers instead of {len(answer.targets)}"
    elif references != answer.targets:
        return f"about {sorted(references)} instead of {sorted(answer.targets)}"
    approvals.decide(
        ledger,
        row["approval_id"],
        approve=answer.yes,
        digest=row["digest"],
        by="office",
        via="cli",
        note="as agreed with the hospital",
    )
    return ""
