"""What several runs came to together, the feeds of one night say: one line for each hospital and category."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select

from phr.home import Home
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import Equation, run_equations, state_equations
from phr.ledger.tables import DISPOSITIONS, STATES
from phr.reporting.delivery import findings_table
from phr.reporting.thai import TERMS_TH
from phr.settings import load_province


def day_report(home: Home, run_ids: Sequence[str], *, width: int = 150, colour: bool = False) -> str:
    """The report as text; both equations summed over service days, never across categories or kinds.

    ``sent`` is shown in two: what the national side never had, and what replaces something there.
    """
    ledger = Ledger.open(home.ledger_url)
    names = {h.hcode: h.name_th for h in load_province(home.config_dir / "hospitals.yaml").hospitals}
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, markup=False
    )
    lines = [line for run_id in run_ids for line in run_equations(ledger, run_id=run_id)]
    console.print(_runs(lines, names, _new(ledger, run_ids)))
    if lines:
        days = [line.day for line in lines]
        hospitals = sorted({line.hospital for line in lines})
        states = state_equations(ledger, hospitals=hospitals, day_from=min(days), day_to=max(days))
        console.print(_states(states, names))
    for run_id in run_ids:
        for row in ledger.run_hospitals(run_id):
            if row["error_text"]:
                mark = "–" if row["status"] == "skipped" else "✗"
                console.print(
                    f"{mark} {row['hospital']} {names.get(row['hospital'], '')}: {row['error_text']}"
                )
    console.print(findings_table(ledger, run_ids, names))
    return out.getvalue()


def _new(ledger: Ledger, run_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """(hospital, category) -> documents sent for the first time."""
    rd = t.run_document
    query = (
        select(rd.c.hospital, rd.c.category, func.count())
        .where(rd.c.run_id.in_(run_ids), rd.c.disposition == "sent", rd.c.was_new)
        .group_by(rd.c.hospital, rd.c.category)
    )
    with ledger.read() as connection:
        return {(hospital, category): n for hospital, category, n in connection.execute(query)}


def _runs(lines: Sequence[Equation], names: dict[str, str], new: dict[tuple[str, str], int]) -> Table:
    table = _table("รอบส่ง / runs: seen = Σ", "category\nหมวด", "seen\nพบ")
    table.add_column("sent: new\nส่งใหม่", justify="right")
    table.add_column("sent again\nส่งแก้ไข", justify="right")
    rest = [name for name in DISPOSITIONS if name != "sent"]
    for name in rest:
        table.add_column(f"{name}\n{TERMS_TH[name]}", justify="right")
    table.add_column("remainder\nส่วนต่าง", justify="right")
    for (hospital, category), (total, terms) in _summed(lines).items():
        first = new.get((hospital, category), 0)
        table.add_row(
            f"{hospital} {names.get(hospital, '')}",
            category,
            str(total),
            *map(_number, (first, terms["sent"] - first, *(terms[name] for name in rest))),
            _remainder(total - sum(terms.values())),
        )
    return table


def _states(lines: Sequence[Equation], names: dict[str, str]) -> Table:
    table = _table("สถานะ / state: known = Σ", "kind\nชนิด", "known\nรู้จัก")
    for name in STATES:
        table.add_column(f"{name}\n{TERMS_TH[name]}", justify="right")
    table.add_column("remainder\nส่วนต่าง", justify="right")
    table.add_column("gone from the HIS\nหายจาก HIS", justify="right")
    gone: Counter[tuple[str, str]] = Counter()
    for line in lines:
        gone[line.hospital, line.name] += line.extra["absent"]
    for (hospital, kind), (total, terms) in _summed(lines).items():
        table.add_row(
            f"{hospital} {names.get(hospital, '')}",
            kind,
            str(total),
            *(_number(terms[name]) for name in STATES),
            _remainder(total - sum(terms.values())),
            _number(gone[hospital, kind]),
        )
    return table


def _table(title: str, name: str, total: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("hospital\nโรงพยาบาล", no_wrap=True)
    table.add_column(name)
    table.add_column(total, justify="right", style="bold")
    return table


def _summed(lines: Sequence[Equation]) -> dict[tuple[str, str], tuple[int, Counter[str]]]:
    totals: Counter[tuple[str, str]] = Counter()
    terms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for line in lines:
        totals[line.hospital, line.name] += line.total
        terms[line.hospital, line.name].update(line.terms)
    return {key: (totals[key], terms[key]) for key in sorted(terms)}


def _number(n: int) -> str:
    return str(n) if n else "·"


def _remainder(n: int) -> Text:
    return Text(str(n), style="green" if n == 0 else "bold red")
