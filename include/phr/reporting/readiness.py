"""The readiness report of a hospital, as text for the console and as a page for its IT staff, Thai first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from phr.mapping.local_codes import EFFECTS, MAPS
from phr.pipeline.readiness import KindCounts, Readiness
from phr.quality import RULES
from phr.reporting.thai import thai_date

_TEMPLATES = Path(__file__).parent / "templates"
#: codes without a national one that are named for each map
MOST_CODES = 10
REASONS = {
    "unfinished": ("ยังไม่มีผลการตรวจ", "not finished"),
    "admitted": ("รับไว้เป็นผู้ป่วยใน", "admitted"),
    "anonymous": ("คลินิกนิรนาม", "anonymous clinic"),
    "unsettled": ("เพิ่งบันทึก", "too fresh"),
}


def readiness_page(report: Readiness) -> str:
    """The report as one HTML page without any link outwards; no value of a row is in it."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("readiness.html").render(**_content(report))


def readiness_lines(report: Readiness) -> list[str]:
    """The report as lines for the console, behind what the probe itself says."""
    content = _content(report)
    lines = [f"ช่วงวันที่ / days: {content['first_day']} – {content['last_day']}"]
    for kind in content["kinds"]:
        lines.append(
            f"{kind['thai']} / {kind['english']}: {kind['in_source']:,}"
            f" · จะส่ง / would be sent {kind['sent']:,} · พักไว้ / held {kind['held']:,}"
            f" · กักไว้แก้ / quarantined {kind['quarantined']:,}"
        )
    if content["fixes"]:
        lines.append("สิ่งที่ควรแก้ก่อน / what to mend first:")
    for number, fix in enumerate(content["fixes"], 1):
        lines.append(f"{number:>3}. ×{fix['count']:,} {fix['thai']} / {fix['english']}")
        lines.append(f"       → {fix['fix_thai']} / {fix['fix_english']}")
    for codes in content["maps"]:
        lines.append(
            f"รหัส / codes · {codes['thai']} / {codes['english']}: {codes['percent']} % "
            f"({codes['coded']:,}/{codes['rows']:,}) · {codes['policy']}"
            f" · กักไว้ / held back {codes['held_back']:,}"
        )
    lines += [f"✗ {failure}" for failure in content["failures"]]
    verdict = "พร้อม / ready" if report.can_start else "ยังไม่พร้อม / not ready"
    return [*lines, f"{'✓' if report.can_start else '✗'} {verdict}"]


def _content(report: Readiness) -> dict[str, Any]:
    probe = report.probe
    return {
        "hospital": report.hospital,
        "ready": report.can_start,
        "made_at": f"{thai_date(report.made_at.date())}",
        "first_day": thai_date(report.first_day),
        "last_day": thai_date(report.last_day),
        "days": (report.last_day - report.first_day).days + 1,
        "facts": _facts(report),
        "problems": [problem.message() for problem in probe.problems],
        "warnings": [warning.message() for warning in probe.warnings],
        "failures": report.failures,
        "kinds": [_kind(kind) for kind in report.kinds],
        "fixes": [_fix(rule, count) for rule, count in report.fixes],
        "findings": sum(report.rules.values()),
        "maps": _maps(report),
    }


def _facts(report: Readiness) -> list[tuple[str, str, str]]:
    probe = report.probe
    last = thai_date(probe.last_visit_day) if probe.last_visit_day else "–"
    facts = [
        (
            "ระบบและฐานข้อมูล",
            "system and database",
            f"{report.hospital.his} · {probe.dialect} {probe.server_version}",
        ),
        ("รหัสหน่วยบริการในฐานข้อมูล", "hospital code in the database", probe.hospital_code or "–"),
        ("วันรับบริการล่าสุด", "last service day", last),
        ("การรับบริการที่ไม่มีวันที่", "visits without a date", str(probe.undated_visits or 0)),
        ("นาฬิกาต่างจากเรา", "clock beside ours", f"{probe.clock_skew_seconds:+.0f} วินาที / s"),
        ("ภาษาไทย", "Thai text", probe.thai_text),
    ]
    if probe.missing_optional:
        facts.append(("ไม่มี (ไม่จำเป็น)", "optional, missing", ", ".join(probe.missing_optional)))
    if probe.non_transactional:
        facts.append(("ตารางที่ไม่มี snapshot", "not transactional", ", ".join(probe.non_transactional)))
    return facts


def _kind(kind: KindCounts) -> dict[str, Any]:
    return {
        "thai": kind.category.title_th,
        "english": kind.category.title_en,
        "in_source": kind.in_source,
        "sent": kind.outcomes["pending"],
        "held": kind.outcomes["held"],
        "quarantined": kind.outcomes["quarantined"],
        "out_of_scope": [(*REASONS[name], n) for name, n in kind.out_of_scope.items() if n],
        "rows": [(table, n) for table, n in kind.rows.items() if n],
        "reasons": kind.reasons.most_common(),
    }


def _fix(rule_id: str, count: int) -> dict[str, Any]:
    rule = RULES[rule_id]
    return {
        "count": count,
        "rule": rule_id,
        "thai": rule.title_th,
        "english": rule.title_en,
        "fix_thai": rule.fix_th,
        "fix_english": rule.fix_en,
        "whole": rule.scope == "document",
    }


def _maps(report: Readiness) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "thai": MAPS[name].title_th,
            "english": MAPS[name].title_en,
            "policy": (policy := getattr(report.hospital.unmapped_codes, name)),
            "effect_thai": EFFECTS[policy][0],
            "effect_english": EFFECTS[policy][1],
            "held_back": report.held_back(name),
            "rows": counts.rows,
            "coded": counts.coded,
            # never 100 while something is missing
            "percent": int(100 * counts.share),
            "missing": counts.missing.most_common(MOST_CODES),
            "others": max(0, len(counts.missing) - MOST_CODES),
        }
        for name, counts in report.coverage.maps.items()
        if counts.rows
    ]
