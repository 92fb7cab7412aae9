"""What ``make scenario`` prints. References only: no name, HN, citizen id or value of a row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console

from phr_sandbox.scenario.oracle import CALLS, Call
from phr_sandbox.scenario.script import Day
from phr_sandbox.scenario.steps import NOT_BUILT

if TYPE_CHECKING:
    from phr_sandbox.scenario.runner import Played

#: differences printed one by one
_SHOWN = 40


def print_head(console: Console, played: Played) -> None:
    """Which combination is played."""
    server = "merges" if played.server_merges else "replaces"
    console.print(
        f"[bold]{played.database}, resend_semantics {played.mode}, the double {server}[/bold]"
        "   calls made / ideal of the whole product"
    )


def print_day(console: Console, day: Day, played: Played) -> None:
    """Edits and calls of one day."""
    made, ideal = played.calls[day.number], played.ideal.calls(day.number)
    sweep = " sweep" if day.sweep else ""
    reachable = played.reachable.calls(day.number)
    day_name = f"  day {day.number:2d} {day.date:%a %d %b}  {len(day.edits):3d} edits"
    other = ""
    if made != reachable:
        other = f"  [yellow]the parts that ran need {_numbers(reachable)}[/yellow]"
    console.print(f"{day_name}  {_both(made, ideal)}{sweep}{other}")


def _numbers(calls: Counter[Call]) -> str:
    return ", ".join(f"{call} {calls[call]}" for call in CALLS)


def _both(made: Counter[Call], ideal: Counter[Call]) -> str:
    return "  ".join(f"{call} {made[call]:3d}/{ideal[call]:<3d}" for call in CALLS)


def print_end(console: Console, played: Played) -> None:
    """Totals, differences and what they wait for."""
    reachable = played.reachable.calls()
    console.print(f"  total                       {_both(played.total, played.ideal.calls())}")
    console.print(f"  ideal of the parts that ran {_both(played.total, reachable)}")
    ran = ", ".join(f"{part} x{count}" for part, count in played.steps_run.items())
    console.print(f"  steps run: {ran}; {played.seconds:.0f} s")
    for part, what in NOT_BUILT.items():
        console.print(f"  [yellow]not built yet[/yellow] {part}: {what}")
    if played.approvals_not_given:
        console.print(f"  [yellow]approvals nobody could give[/yellow]: {played.approvals_not_given}")
    for surprise in played.surprises:
        console.print(f"  [red]✗[/red] {surprise}")
    reasons = Counter([*played.ideal.visit_reasons.values(), *played.ideal.register_reasons.values()])
    for reason, count in sorted(reasons.items()):
        console.print(f"  differs from the HIS with a reason: {count} {reason}")
    _print_differences(console, played)


def _print_differences(console: Console, played: Played) -> None:
    groups = Counter(
        (", ".join(parts) or "a part that is missing", difference.what, difference.how)
        for difference, parts in played.waiting.items()
    )
    for (parts, what, how), count in sorted(groups.items()):
        console.print(f"  [yellow]waits for {parts}[/yellow]: {count} {what} {how}")
    for difference in played.unexplained[:_SHOWN]:
        console.print(f"  [red]✗[/red] {difference}")
    if (more := len(played.unexplained) - _SHOWN) > 0:
        console.print(f"  [red]✗[/red] and {more} more")
    if played.passed:
        console.print("  [green]✓[/green] the double equals the HIS, by its read side, for every hospital")
    else:
        found = len(played.differences)
        console.print(f"  {found} differences, {len(played.unexplained)} of them unexplained")
