"""What a person is asked, in words; counts and codes, nothing of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACTIONS_TH = {
    "retract": "ถอนรายการออกจากหมอพร้อม / take documents back",
    "shrink": "ส่งฉบับที่รายการลดลง / send versions that take something away",
}
REASONS_TH = {
    "GONE": "ไม่พบใน HIS แล้ว (ตรวจซ้ำหลัง 24 ชม.) / gone from the HIS, looked for twice",
    "KEPT_BACK": "ตอนนี้ห้ามส่งหรือข้อมูลบุคคลไม่ชัด / restricted or in doubt by now",
    "REGISTER_SHRANK": "ประวัติวัคซีนหายไปบางเข็ม / doses are gone from a register",
    "REMOVAL_BRAKE": "ลดพร้อมกันเกินเพดาน / more at once than the brake allows",
}


def question_lines(row: Mapping[str, Any]) -> list[str]:
    """A question on four lines: what, how much of how much, why, and how to decide."""
    share = f"{row['items']} จาก {row['out_of']} / {row['items']} of {row['out_of']}"
    reasons = [_reason(part) for part in str(row["reasons"]).split(", ")]
    lines = [
        f"{str(row['approval_id'])[:8]} · {row['hospital']} · {row['kind']} · {ACTIONS_TH[row['action']]}",
        f"  {share} · {'; '.join(reasons)}",
        f"  proposed {row['proposed_at']:%F %R} UTC · digest {str(row['digest'])[:12]} · {row['state']}",
    ]
    if row["decided_by"]:
        lines.append(f"  {row['state']} by {row['decided_by']} ({row['decided_via']}): {row['note']}")
    return lines


def _reason(part: str) -> str:
    code, _, number = part.rpartition(" ")
    return f"{REASONS_TH.get(code, code)} × {number}"
