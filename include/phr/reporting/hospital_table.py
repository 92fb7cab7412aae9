"""The hospitals of a province with their parameters, for people and as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.table import Table

from phr.reporting.thai import thai_date
from phr.settings import CATEGORIES, Hospital, Province

_RETRACTION = {
    "off": "ไม่ถอน / off",
    "propose": "เสนอให้อนุมัติ / propose",
    "auto_under_brake": "ถอนเองภายในเพดาน / auto under brake",
}
_IDENTITY = {"checksum": "เลขถูกต้อง / checksum", "thai_registered": "มีทะเบียนไทย / Thai registered"}


def hospital_state(hospital: Hospital, now: datetime) -> tuple[str, str, str]:
    """Whether it takes part in a run that is planned now: name of the state, Thai, English.

    States: ``on``, ``off``, ``paused``, ``maintenance``.
    """
    if not hospital.enabled:
        return "off", "ปิดไว้", "disabled"
    if hospital.paused is not None:
        return "paused", f"หยุดชั่วคราว: {hospital.paused}", "paused"
    if window := hospital.maintenance_at(now):
        return "maintenance", f"กำลังบำรุงรักษา {window.in_words()}", "under maintenance"
    return "on", "ใช้งาน", "on"


def hospital_table(province: Province, now: datetime) -> Table:
    """One row for each hospital, those that cannot take part last; ``now`` is aware."""
    title = f"{province.name_th} · {len(province.hospitals)} แห่ง / hospitals"
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=True)
    table.add_column("โรงพยาบาล\nhospital", no_wrap=True)
    table.add_column("พื้นที่\narea", no_wrap=True)
    table.add_column("ต้นทาง\nsource")
    table.add_column("หมวด ตั้งแต่ (อ่านย้อนหลัง)\nfeeds since (look-back)", no_wrap=True)
    table.add_column("นโยบาย\npolicies", overflow="fold")
    table.add_column("จังหวะ\npace")
    table.add_column("ผู้ติดต่อ\ncontact")
    table.add_column("สถานะ\nstate")
    for hospital in province.hospitals:
        _code, thai, english = hospital_state(hospital, now)
        table.add_row(
            "\n".join(filter(None, (hospital.hcode, hospital.hcode9, hospital.name_th))),
            f"จ. {hospital.province_code or '-'}\nเขต {hospital.region or '-'}",
            f"{hospital.his} {hospital.his_version}\n{hospital.source_connection}",
            _feeds(hospital),
            _policies(hospital),
            _pace(hospital),
            _people(hospital),
            f"{thai}\n{english}",
        )
    for broken in province.broken:
        mistakes = "\n".join(broken.mistakes)
        table.add_row(broken.hcode, *[""] * 6, f"ใช้ไม่ได้ {broken.fault.code}\ncannot take part\n{mistakes}")
    return table


def hospital_list(province: Province, now: datetime) -> list[dict[str, Any]]:
    """The same as plain data: every field of the entry, with defaults filled in, and the state."""
    rows: list[dict[str, Any]] = [
        {
            **hospital.model_dump(mode="json", by_alias=True),
            "health_region": hospital.region,
            "connection": hospital.source_connection,
            "state": hospital_state(hospital, now)[0],
        }
        for hospital in province.hospitals
    ]
    return rows + [
        {
            "hcode": broken.hcode,
            "state": "broken",
            "code": broken.fault.code,
            "mistakes": list(broken.mistakes),
        }
        for broken in province.broken
    ]


def _feeds(hospital: Hospital) -> str:
    lines = [
        f"{CATEGORIES[name].title_th} {thai_date(first)} ({hospital.look_back(name)})"
        for name, first in hospital.categories.items()
    ]
    return "\n".join(lines) or "–"


def _policies(hospital: Hospital) -> str:
    brake = f"เพดาน / brake {hospital.brake.removals}, {hospital.brake.share:.0%}"
    lines = [
        hospital.class_policy,
        _IDENTITY[hospital.identity_policy],
        _RETRACTION[hospital.retraction],
        brake,
    ]
    if kept := hospital.unmapped_codes.stricter:
        lines.append(f"กักเมื่อไม่มีรหัส / kept without code: {', '.join(kept)}")
    return "\n".join(lines)


def _pace(hospital: Hospital) -> str:
    lines = [f"น้ำหนัก / weight {hospital.budget_weight:g}", f"รอ / settle {hospital.settle_minutes} min"]
    lines += [f"กวาด / sweep {hospital.sweep_days_per_run} d", f"รับต่อ / takeover {hospital.takeover_per_run}"]
    if hospital.work_unit:
        lines.append(f"กลุ่ม / unit {hospital.work_unit}")
    lines += [f"บำรุง / maint. {window.in_words()}" for window in hospital.maintenance]
    return "\n".join(lines)


def _people(hospital: Hospital) -> str:
    missing = "ยังไม่มี / none"
    it = hospital.contact.in_words() if hospital.contact else missing
    dpo = hospital.dpo_contact.in_words() if hospital.dpo_contact else missing
    return f"IT: {it}\nDPO: {dpo}\nข้อตกลง / DPA: {hospital.processor_agreement or missing}"
