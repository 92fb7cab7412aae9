"""The delivery report of a run: both equations, the row equation, and what hospitals should mend, masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
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
    console = Console(
        file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, markup=False
    )
    run = ledger.run_row(run_id)
    if run is None:
        known = "\n".join(f"  {newest}" for newest in ledger.newest_runs())
        return f"run {run_id} is not in the ledger / ไม่พบรอบนี้ในบัญชี; newest / ล่าสุด:\n{known}\n"
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
        who = f"{row['hospital']} {names.get(row['hospital'], '')}"
        if row["status"] == "skipped":
            console.print(f"– {who}: ข้ามรอบนี้ / skipped: {row['error_text']}", soft_wrap=True)
        elif row["error_text"]:
            console.print(f"✗ {who}: {row['error_text']}")
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
    console.print(findings_table(ledger, [run_id], names))
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


def findings_table(ledger: Ledger, run_ids: Sequence[str], names: dict[str, str], examples: int = 3) -> Table:
    """Three findings of different rules, the most frequent first."""
    table = Table(title="ตัวอย่างสิ่งที่โรงพยาบาลต้องแก้ / what hospitals should mend", title_justify="left")
    table.add_column("โรงพยาบาล / hospital", no_wrap=True)
    table.add_column("วันที่ / day", no_wrap=True)
    table.add_column("VN", no_wrap=True)
    table.add_column("พบอะไร / finding", ratio=2)
    table.add_column("วิธีแก้ / fix", ratio=3)
    q, rd = t.quarantine, t.run_document
    mine = (
        select(q.c.rule_id, q.c.hospital, q.c.service_day, q.c.reference, q.c.table_name, q.c.row_hash)
        .join(
            rd,
            (rd.c.hospital == q.c.hospital) & (rd.c.kind == q.c.kind) & (rd.c.reference == q.c.reference),
        )
        .where(rd.c.run_id.in_(run_ids), q.c.resolved_at.is_(None))
        .distinct()
        .order_by(q.c.service_day.desc(), q.c.reference)
    )
    found: dict[str, list[tuple[str, date, str]]] = {}
    with ledger.read() as connection:
        for rule_id, hospital, day, reference, _table, _row in connection.execute(mine):
            found.setdefault(rule_id, []).append((hospital, day, reference))
    frequent = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    for rule_id, places in frequent[:examples]:
        hospital, day, reference = places[0]
        rule = RULES.get(rule_id)
        table.add_row(
            f"{hospital} {names.get(hospital, '')}",
            thai_date(day),
            mask_reference(reference),
            (f"{rule.title_th}\n{rule.title_en}" if rule else rule_id) + f" (×{len(places)})",
            f"{rule.fix_th}\n{rule.fix_en}" if rule else "",
        )
    return table


def mask_reference(reference: str) -> str:
    """First six characters (the day) and dots: enough to find the day, not the person."""
    return reference[:6] + "······"
