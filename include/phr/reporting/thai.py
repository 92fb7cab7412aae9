"""Dates as Thai users read them: Buddhist year, shown only, never stored or sent."""

from __future__ import annotations

from datetime import date

_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")

#: terms of the equations in Thai
TERMS_TH = {
    "delivered": "ถึงแล้ว",
    "sent": "ส่งแล้ว",
    "unchanged": "ไม่เปลี่ยน",
    "held": "พักไว้",
    "quarantined": "กักไว้แก้",
    "rejected": "ถูกปฏิเสธ",
    "pending": "รอส่ง",
    "unknown": "ไม่ทราบผล",
    "retracted": "ถอนแล้ว",
    "superseded": "มีใหม่กว่า",
}


def thai_date(day: date) -> str:
    """``22 พ.ย. 2569`` for 22 November 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year + 543}"
