"""The delivery report of a run: both equations, the row equation, and what hospitals should mend, masked."""

from __future__ import annotations

from collections import Counter
from io import StringIO

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from phr.home import Home
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import Equation, row_equations, run_equations, state_equations
from phr.quality import RULES
from phr.reporting.balance_table import balance_table
from phr.reporting.thai import thai_date
from phr.settings import load_province


def delivery_report(home: Home, run_id: str, *, width: int = 150, colour: bool = False) -> str:
    """The report as text; visit numbers are masked, nothing of a person is in it."""
    ledger = Ledger.open(home.ledger_url)
    names = {h.hcode: h.name_th for h in load_province(home.config_dir / "hospitals.yaml").hospitals}
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False)
    run = ledger.run_row(run_id)
    if run is None:
        return f"run {run_id} is not in the ledger / ไม่พบรอบนี้ในบัญชี\n"
    console.print(f"รายงานการส่ง / delivery report · {run['category']} · run {run_id} · {run['status']}")
    lines = run_equations(ledger, run_id=run_id)
    if lines:
        days = [line.day for line in lines]
        hospitals = sorted({line.hospital for line in lines})
        states = state_equations(ledger, hospitals=hospitals, day_from=min(days), day_to=max(days))
        console.print(balance_table(lines, names, scope="run"))
        console.print(balance_table(states, names, scope="state"))
        console.print(_out_of_scope(states))
    for row in ledger.run_hospitals(run_id):
        if row["error_text"]:
            console.print(f"✗ {row['hospital']} {names.get(row['hospital'], '')}: {row['error_text']}")
    rows = row_equations(ledger, run_id)
    if rows:
        counted = sum(r["counted"] for r in rows)
        aside = sum(r["quarantined"] for r in rows)
        left = sum(abs(r["remainder"]) for r in rows)
        console.print(
            f"แถวย่อย / child rows: counted {counted} = accepted {sum(r['accepted'] for r in rows)} "
            f"+ quarantined {aside}, remainder {left}"
        )
    warned = _warnings(ledger, run_id)
    if warned:
        console.print(f"ส่งแล้วมีคำเตือน / delivered with warnings: {warned}")
    console.print(_examples(ledger, run_id, names))
    return out.getvalue()


def _out_of_scope(lines: list[Equation]) -> str:
    total: Counter[str] = Counter()
    for line in lines:
        total.update({name: line.extra[name] for name in t.OUT_OF_SCOPE})
    shown = ", ".join(f"{name} {n}" for name, n in total.items())
    return f"นับไว้แต่ยังไม่อยู่ในขอบเขต / counted, out of scope: {shown}"


def _warnings(ledger: Ledger, run_id: str) -> int:
    rd, note = t.run_document, t.delivery_note
    query = (
        select(func.count(func.distinct(rd.c.reference)))
        .select_from(rd)
        .join(
            note,
            (note.c.hospital == rd.c.hospital)
            & (note.c.kind == rd.c.kind)
            & (note.c.reference == rd.c.reference)
            & (note.c.version == rd.c.version),
        )
        .where(rd.c.run_id == run_id, note.c.severity == "warning")
    )
    with ledger.read() as connection:
        return int(connection.execute(query).scalar() or 0)


def _examples(ledger: Ledger, run_id: str, names: dict[str, str]) -> Table:
    """Three findings of different rules, the most frequent first."""
    table = Table(title="ตัวอย่างสิ่งที่โรงพยาบาลต้องแก้ / what hospitals should mend", title_justify="left")
    table.add_column("โรงพยาบาล / hospital")
    table.add_column("วันที่ / day")
    table.add_column("VN")
    table.add_column("พบอะไร / finding", ratio=2)
    table.add_column("วิธีแก้ / fix", ratio=3)
    q = t.quarantine
    counts = (
        select(q.c.rule_id, func.count().label("n"), func.min(q.c.reference).label("reference"))
        .where(q.c.last_run_id == run_id, q.c.resolved_at.is_(None))
        .group_by(q.c.rule_id)
        .order_by(func.count().desc(), q.c.rule_id)
    )
    with ledger.read() as connection:
        for rule_id, n, reference in connection.execute(counts.limit(3)).all():
            row = connection.execute(
                select(q.c.hospital, q.c.service_day, q.c.reference)
                .where(q.c.rule_id == rule_id, q.c.reference == reference)
                .limit(1)
            ).one()
            rule = RULES.get(rule_id)
            title = f"{rule.title_th}\n{rule.title_en}" if rule else rule_id
            fix = f"{rule.fix_th}\n{rule.fix_en}" if rule else ""
            table.add_row(
                f"{row[0]} {names.get(row[0], '')}",
                thai_date(row[1]),
                mask_reference(row[2]),
                f"{title} (×{n})",
                fix,
            )
    return table


def mask_reference(reference: str) -> str:
    """First six characters (the day) and dots: enough to find the day, not the person."""
    return reference[:6] + "······"
