"""What ``make scenario`` prints. References only: no name, HN, citizen id or value of a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from phr_sandbox.scenario.outcome import CALLS, SENDING, Call
from phr_sandbox.scenario.script import Day

if TYPE_CHECKING:
    from phr_sandbox.scenario.runner import Played

#: differences printed one by one
_SHOWN = 40


def print_head(console: Console, played: Played) -> None:
    """Which combination is played."""
    server = "merges" if played.server_merges else "replaces"
    console.print(
        f"[bold]{played.database}, resend_semantics {played.mode}, the double {server}, feeds {played.order}"
        "[/bold]   calls made / ideal"
    )


def print_day(console: Console, day: Day, played: Played) -> None:
    """Edits and calls of one day."""
    made, ideal = played.calls[day.number], played.ideal.calls(day.number)
    day_name = f"  day {day.number:2d} {day.date:%a %d %b}  {len(day.edits):3d} edits"
    console.print(f"{day_name}  {_both(made, ideal)}{'' if +made == +ideal else '  [yellow]≠[/yellow]'}")


def _both(made: Counter[Call], ideal: Counter[Call]) -> str:
    return "  ".join(f"{call} {made[call]:3d}/{ideal[call]:<3d}" for call in CALLS)


def print_end(console: Console, played: Played) -> None:
    """Totals, the second run, and differences."""
    console.print(f"  total                       {_both(played.total, played.ideal.calls())}")
    again = ", ".join(f"{call} {played.second[call]}" for call in SENDING)
    colour = "red" if played.sent_again else "green"
    console.print(f"  everything once more        [{colour}]{again}[/{colour}]")
    console.print(f"  {played.seconds:.0f} s, of these {played.busy_seconds:.0f} s of processor time")
    for surprise in played.surprises:
        console.print(f"  [red]✗[/red] {surprise}")
    reasons = Counter([*played.ideal.visit_reasons.values(), *played.ideal.register_reasons.values()])
    for reason, count in sorted(reasons.items()):
        console.print(f"  differs from the HIS with a reason: {count} {reason}")
    for difference in played.differences[:_SHOWN]:
        console.print(f"  [red]✗[/red] {difference}")
    if (more := len(played.differences) - _SHOWN) > 0:
        console.print(f"  [red]✗[/red] and {more} more")
    if not played.differences:
        console.print("  [green]✓[/green] the double equals the HIS, by its read side, for every hospital")


def print_matrix(console: Console, plays: Sequence[Played]) -> None:
    """One line for each play: calls made / ideal, sending calls of the second run, differences, seconds."""
    titles = _columns("database", "mode", "double", "feeds", *CALLS, "again", "differ", "s", "cpu s")
    console.print(f"[bold]{titles}[/bold]")
    for played in plays:
        made, ideal = played.total, played.ideal.calls()
        found = len(played.differences) + len(played.surprises)
        line = _columns(
            played.database,
            played.mode,
            "merges" if played.server_merges else "replaces",
            played.order,
            *(f"{made[call]}/{ideal[call]}" for call in CALLS),
            played.sent_again,
            found,
            f"{played.seconds:.0f}",
            f"{played.busy_seconds:.0f}",
        )
        console.print(f"{line}  {'[green]✓[/green]' if played.passed else '[red]✗[/red]'}")


def _columns(*texts: object) -> str:
    return "  ".join(f"{text!s:<9}" for text in texts)
