"""Why was this visit sent or not: ledger, findings, national answers, and the HIS as it is now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from phr.canonical import Visit
from phr.errors import PhrError
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.decide import CHILD_WAS_DELIVERED, PATIENT_CHANGED
from phr.pipeline.extract import adapter_of
from phr.quality import RULES
from phr.reporting.thai import thai_date
from phr.settings import Hospital

_STATES = {
    "delivered": ("ส่งถึงระบบกลางแล้ว", "delivered to the national PHR"),
    "held": ("พักไว้ตามนโยบายชั้นข้อมูล รอคนตัดสิน", "held by the data-class policy until a person decides"),
    "quarantined": ("กักไว้ รอโรงพยาบาลแก้ข้อมูล", "quarantined until the hospital mends its data"),
    "rejected": ("ระบบกลางปฏิเสธ จะส่งใหม่เมื่อข้อมูลเปลี่ยน", "rejected; goes again when the content changes"),
    "pending": ("รอส่งในรอบถัดไป", "waiting for the next delivery"),
    "in_flight": ("กำลังส่ง", "being sent"),
    "unknown": ("ส่งแล้วไม่ได้รับคำตอบ จะส่งซ้ำโดยไม่เกิดข้อมูลซ้ำ", "sent without an answer; goes again safely"),
    "retracted": ("ถอนออกจากระบบกลางแล้ว", "retracted from the national PHR"),
}


#: outcome of the second look for a register that was missed
_LOOKS = {
    None: "ยังไม่ได้ตรวจซ้ำ (หลัง 24 ชม.) / not looked for a second time yet (after 24 h)",
    "gone": "ตรวจซ้ำแล้ว ไม่มีแถววัคซีนเหลือ / looked for again: no row of a dose is left",
    "exists": "ตรวจซ้ำแล้ว ยังมีแถววัคซีน แต่ส่งไม่ได้ ให้แก้ใน HIS "
    "/ looked for again: rows are there that cannot be sent; mend them in the HIS",
    "unsure": "ตรวจซ้ำแล้วสรุปไม่ได้: ไม่พบบุคคลด้วยเลขประจำตัวเดิม หรือตัวตนกำกวม "
    "/ looked for again, nothing concluded: no such person under the same citizen id, or in doubt",
}


def kind_of(ledger: Ledger, hcode: str, reference: str) -> str:
    """Kind of the document with this reference; a register is named by a pseudonym, all else is a visit."""
    query = select(t.document.c.kind).where(
        t.document.c.hospital == hcode, t.document.c.reference == reference
    )
    with ledger.read() as connection:
        kinds = set(connection.execute(query).scalars())
    return "encounter" if "encounter" in kinds or not kinds else min(kinds)


def explain(ledger: Ledger, hospital: Hospital, reference: str, *, kind: str = "encounter") -> list[str]:
    """Lines for a person who already knows the visit number; no clinical content, no identity."""
    lines = [f"{hospital.hcode} {hospital.name_th}, {kind} {reference}"]
    key = (
        t.document.c.hospital == hospital.hcode,
        t.document.c.kind == kind,
        t.document.c.reference == reference,
    )
    with ledger.read() as connection:
        row = connection.execute(select(t.document).where(*key)).mappings().first()
    if row is None:
        lines.append("ไม่มีในบัญชี / not in the ledger")
    else:
        lines += _ledger_lines(dict(row))
        lines += _findings(ledger, hospital.hcode, kind, reference)
        lines += _notes(ledger, hospital.hcode, kind, reference)
    if kind == "encounter":
        lines += _source_lines(hospital, reference)
    else:
        lines.append("HIS: ค้นทะเบียนจากรหัสแฝงไม่ได้ / a register is not looked up by its pseudonym")
    return lines


def _ledger_lines(row: dict[str, Any]) -> list[str]:
    state = row["desired_state"]
    thai, english = _STATES[state]
    lines = [
        f"วันรับบริการ / service day: {row['service_day']} ({thai_date(row['service_day'])})",
        f"สถานะ / state: {thai} / {english}",
    ]
    if row["desired_reason"]:
        lines.append(f"เหตุผล / reason: {_reason(row['desired_reason'])}")
    if row["desired_class"]:
        lines.append(f"ชั้นข้อมูล / class: {row['desired_class']} (policy {row['desired_policy']})")
    if row["delivered_version"] is not None:
        lines.append(
            f"ถึงระบบกลาง / delivered: version {row['delivered_version']} at {row['delivered_at']:%F %T} UTC"
        )
        if state in ("held", "quarantined"):
            lines.append("ที่ระบบกลางยังเป็นข้อมูลเก่า / the national copy is stale until a removal is approved")
    if row["last_code"]:
        lines.append(f"คำตอบล่าสุด / last answer: {row['last_code']} (attempts {row['attempts']})")
    if row["absent_since"]:
        lines.append(f"ไม่พบใน HIS ตั้งแต่ / absent from the HIS since {row['absent_since']:%F %T} UTC")
        if row["kind"] == "immunization" and row["delivered_version"] is not None:
            lines.append(
                "ทะเบียนวัคซีนว่าง: HIS ไม่มีวัคซีนที่ส่งได้ของบุคคลนี้แล้ว แต่ที่ระบบกลางยังมีของเดิม "
                "/ emptied register: no dose is left to send, the old ones stay nationally"
            )
            lines.append(f"  {_LOOKS[row['second_look']]}")
            lines.append(
                "  จะถามคนก็ต่อเมื่อเปิด / a person is asked only with endpoint.allow_empty_register: true, "
                "retraction: propose"
            )
    return lines


def _reason(reason: str) -> str:
    known = {
        CHILD_WAS_DELIVERED: "แถวที่เคยส่งแล้วกลายเป็นข้อมูลผิด / a delivered row has become invalid",
        PATIENT_CHANGED: "ข้อมูลบุคคลเปลี่ยน / the patient's data changed",
        "REGISTER_EMPTIED": "ส่งทะเบียนว่างแล้วตามคำอนุมัติ / sent empty, as a person approved",
        "STALE_SEND": "ส่งซ้ำเพื่อให้ฉบับใหม่อยู่บนสุด / sent again so that the newest version stands",
    }
    return "; ".join(known.get(code, code) for code in reason.split(","))


def _findings(ledger: Ledger, hcode: str, kind: str, reference: str) -> list[str]:
    q = t.quarantine
    query = select(q.c.rule_id, q.c.table_name, q.c.resolved_at, q.c.first_seen_at).where(
        q.c.hospital == hcode, q.c.kind == kind, q.c.reference == reference
    )
    lines = []
    with ledger.read() as connection:
        for rule_id, table, resolved, _first in connection.execute(query.order_by(q.c.rule_id)):
            rule = RULES.get(rule_id)
            title = f"{rule.title_th} / {rule.title_en}" if rule else rule_id
            if resolved:
                lines.append(f"  ✓ {table}: {title} (แก้แล้ว / mended {resolved:%F})")
            else:
                fix = f" → {rule.fix_th} / {rule.fix_en}" if rule else ""
                lines.append(f"  ✗ {table}: {title}{fix}")
    return lines


def _notes(ledger: Ledger, hcode: str, kind: str, reference: str) -> list[str]:
    n = t.delivery_note
    query = select(n.c.severity, n.c.code, n.c.text).where(
        n.c.hospital == hcode, n.c.kind == kind, n.c.reference == reference
    )
    with ledger.read() as connection:
        return [
            f"  ! {sev} {code}: {text}"
            for sev, code, text in connection.execute(query.order_by(n.c.position))
        ]


def _source_lines(hospital: Hospital, reference: str) -> list[str]:
    try:
        with adapter_of(hospital).open() as snapshot:
            source = snapshot.source("encounter")
            visits = [v for v in source.documents([reference])["visit"] if isinstance(v, Visit)]
            if not visits:
                return ["HIS: ไม่พบเลขนี้ในสำเนาฐานข้อมูล / this number is not in the replica"]
            day = visits[0].service_day
            if reference in source.touched_keys([reference]):
                return [f"HIS: มีอยู่และพร้อมส่ง วันที่ {day} / present and eligible"]
            return [
                f"HIS: มีอยู่วันที่ {day} แต่ยังไม่อยู่ในขอบเขต (ยังไม่เสร็จ รับไว้ใน หรือใหม่เกินไป) "
                "/ present but out of scope (not finished, admitted, or too young)"
            ]
    except PhrError as error:
        return [f"HIS: {error.message()}"]
