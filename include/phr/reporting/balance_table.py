"""The equations as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from phr.ledger.balance import Equation
from phr.reporting.thai import TERMS_TH, thai_date


def balance_table(lines: Sequence[Equation], names: Mapping[str, str], *, scope: str) -> Table:
    """One table of one scope; ``names`` gives the Thai name of a hospital code."""
    title = "สถานะ / state: known = Σ" if scope == "state" else "รอบส่ง / run: seen = Σ"
    total = "known\nรู้จัก" if scope == "state" else "seen\nพบ"
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("hospital\nโรงพยาบาล", no_wrap=True)
    table.add_column("kind\nชนิด" if scope == "state" else "category\nหมวด")
    table.add_column("day\nวันรับบริการ", no_wrap=True)
    table.add_column(total, justify="right", style="bold")
    mine = [line for line in lines if line.scope == scope]
    terms = list(mine[0].terms) if mine else []
    for term in terms:
        table.add_column(f"{term}\n{TERMS_TH[term]}", justify="right")
    table.add_column("remainder\nส่วนต่าง", justify="right")
    for line in mine:
        left = Text(str(line.remainder), style="green" if line.remainder == 0 else "bold red")
        table.add_row(
            f"{line.hospital} {names.get(line.hospital, '')}",
            line.name,
            thai_date(line.day),
            str(line.total),
            *[str(n) if n else "·" for n in line.terms.values()],
            left,
        )
    return table
