"""What the comparison with the national side found on one side only, for those who have to look into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from sqlalchemy import select

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.reporting.thai import thai_date

#: finding -> what it is, and what to do about it; Thai first
FINDINGS_TH = {
    "missing_there": (
        "ส่งถึงแล้วแต่ส่วนกลางไม่มี / delivered, and missing there",
        "ส่งซ้ำหนึ่งครั้งโดยอัตโนมัติ หากยังไม่มี ประชาชนอาจซ่อนไว้ / goes again once; the citizen may have hidden it",
    ),
    "extra_ours": (
        "ถอนแล้วหรือไม่ทราบว่าถึง แต่ส่วนกลางมี / taken back or not known to have arrived, and there",
        "phr reconcile รอบถัดไปจัดการต่อ / the next phr reconcile goes on with it",
    ),
    "extra_other": (
        "ส่วนกลางมีจากผู้ส่งอื่น / there, filed by another sender",
        "ไม่แตะต้อง ให้โรงพยาบาลตรวจโปรแกรมส่งเดิม หรือใช้ phr takeover / not touched: take over, or ask them",
    ),
    "emptied": (
        "ทะเบียนวัคซีนว่างใน HIS แต่ส่วนกลางยังมี / a register is empty in the HIS, its doses stay there",
        "ถามและส่งได้เมื่อเปิด endpoint.allow_empty_register / asked about where the endpoint's settings allow it",
    ),
}


def open_differences(ledger: Ledger, hospitals: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Differences the latest comparison of their day still found; by hospital, finding, day and reference.

    Each: ``hospital``, ``kind``, ``reference``, ``finding``, ``service_day``, ``first_seen_at``,
    ``last_seen_at`` (aware, UTC).
    """
    f = t.finding
    query = select(
        f.c.hospital,
        f.c.kind,
        f.c.reference,
        f.c.finding,
        f.c.service_day,
        f.c.first_seen_at,
        f.c.last_seen_at,
    ).where(f.c.resolved_at.is_(None))
    if hospitals:
        query = query.where(f.c.hospital.in_(hospitals))
    query = query.order_by(f.c.hospital, f.c.finding, f.c.service_day, f.c.reference)
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def differences_lines(found: list[dict[str, Any]]) -> list[str]:
    """How many of each, with what to do, by hospital."""
    lines = []
    for (hospital, name), number in sorted(Counter((r["hospital"], r["finding"]) for r in found).items()):
        what, to_do = FINDINGS_TH.get(name, (name, ""))
        lines += [f"{hospital} · {number} · {what}", f"  → {to_do}"]
    return lines


def differences_table(found: list[dict[str, Any]]) -> Table:
    """One row a reference."""
    table = Table(header_style="bold")
    for title in ("แห่ง", "วันรับบริการ / day", "VN / reference", "พบ / finding", "พบครั้งแรก / since (UTC)"):
        table.add_column(title)
    for row in found:
        since = f"{row['first_seen_at']:%Y-%m-%d %H:%M}"
        table.add_row(row["hospital"], thai_date(row["service_day"]), row["reference"], row["finding"], since)
    return table
