"""The steps of a night, as far as the product has them, and what it does not have yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from phr.errors import PhrError
from phr.pipeline import steps
from phr.pipeline.context import Context, RunOptions
from phr_sandbox.scenario.oracle import Part, clock_of
from phr_sandbox.scenario.script import Day


@dataclass
class StepResult:
    """What a step came to. ``failed``: hospital -> failure code; ``problem``: what the run itself says."""

    failed: dict[str, str] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a night; ``run`` gets the day and the first day of the script."""

    part: Part
    run: Callable[[Day, date], StepResult]
    only_sweeps: bool = False

    def takes_place(self, day: Day) -> bool:
        """Whether this step belongs to the night after this day."""
        return day.sweep or not self.only_sweeps


def _feed(category: Part) -> Callable[[Day, date], StepResult]:
    """The daily run of a category: the day before, and the look-back of each hospital."""

    def run(day: Day, _first: date) -> StepResult:
        run_id = f"day{day.number:02d}-{category}"
        return _run(RunOptions(category, run_id, planned_at=clock_of(day, category)))

    return run


def _sweep(day: Day, first: date) -> StepResult:
    """Every day of the script once more: the visits feed over an explicit range, as a backfill does it."""
    return _run(
        RunOptions(
            "visits",
            f"day{day.number:02d}-sweep",
            planned_at=clock_of(day, "sweep"),
            day_from=first,
            day_to=day.date,
        )
    )


def _run(options: RunOptions) -> StepResult:
    """All steps of all units and finish, as ``phr run`` does it."""
    result = StepResult()
    for unit in steps.plan_units(options):
        for name in steps.STEPS:
            try:
                getattr(steps, f"{name}_unit")(options, unit)
            except PhrError as error:
                # the ledger names the hospital; finish repeats it
                result.problem = error.fault.code
                break
    try:
        steps.finish_run(options)
        result.problem = ""
    except PhrError as error:
        result.problem = f"{error.fault.code} {error.detail or ''}".strip()
    rows = Context.open(options).ledger.run_hospitals(options.run_id)
    result.failed = {row["hospital"]: row["error_code"] for row in rows if row["status"] == "failed"}
    return result


#: in the order of a night; the clock of each is that of :func:`.oracle.clock_of`
STEPS: tuple[Step, ...] = (
    Step("visits", _feed("visits")),
    Step("labs", _feed("labs")),
    Step("drugs", _feed("drugs")),
    Step("sweep", _sweep, only_sweeps=True),
)
#: Parts the product does not have yet. A part that lands moves from here into STEPS (``removal``, which is no
#: step of its own but something delivery does, into BUILT_IN).
NOT_BUILT: dict[Part, str] = {
    "immunizations": "the register of vaccinations is not built or sent, and a shrunk one not approved",
    "redrive": "what was held or quarantined is not looked at again by itself",
    "removal": "a version that removes a child or changes the person is sent over the old one",
    "retraction": "what left the HIS or became restricted is not proposed, approved and removed",
}
#: parts that work inside other steps
BUILT_IN: tuple[Part, ...] = ()


def built() -> tuple[Part, ...]:
    """The parts that take part in a play."""
    return (*(step.part for step in STEPS), *BUILT_IN)
