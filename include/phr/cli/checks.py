"""``phr config check``, ``phr hospital probe`` and ``phr hospital grants``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import typer
from rich.console import Console

from phr.delivery import EndpointAddress, load_address, load_credentials
from phr.errors import PhrError, StopHospital
from phr.his.base import ProbeReport
from phr.his.grants import PASSWORD_MARK, GrantDialect, read_only_account
from phr.his.system import names, system
from phr.home import Home
from phr.ledger import Ledger
from phr.mapping.local_codes import LocalCodes
from phr.pipeline.days import BANGKOK
from phr.pipeline.extract import adapter_of
from phr.release import Policy
from phr.reporting.hospital_table import hospital_state
from phr.settings import CATEGORIES, Hospital, Province, load_province


def check_configuration(home: Home, console: Console, *, now: datetime | None = None) -> int:
    """Check everything that can be checked without a network; returns the number of problems.

    :param now: aware time that maintenance windows are judged by; the clock without it.
    """
    problems: list[PhrError] = []
    province = load_province(home.config_dir / "hospitals.yaml")
    mark = "!" if province.broken else "✓"
    console.print(f"{mark} hospitals.yaml: {province.name_th}, {len(province.hospitals)} แห่ง / hospitals")
    for broken in province.broken:
        problems += [
            StopHospital(broken.fault, hospital=broken.hcode, detail=mistake) for mistake in broken.mistakes
        ]
    problems += _check_policies(home, province, console)
    try:
        Ledger.open(home.ledger_url)
        console.print("✓ ledger")
    except PhrError as error:
        problems.append(error)
    address = None
    try:
        address = load_address(province.endpoint)
        console.print(f"✓ moph_prompt: {address.environment} {address.base_url}")
    except PhrError as error:
        problems.append(error)
    for hospital in province.hospitals:
        problems += _check_hospital(home, hospital, address, console, now or datetime.now(UTC))
    for problem in problems:
        console.print(f"✗ {problem.message()}", soft_wrap=True)
    return len(problems)


def _check_policies(home: Home, province: Province, console: Console) -> Iterator[PhrError]:
    """Each policy file once, with the number of hospitals that use it."""
    users: dict[str, list[str]] = {Hospital.model_fields["class_policy"].default: []}
    for hospital in province.hospitals:
        users.setdefault(hospital.class_policy, []).append(hospital.hcode)
    for name, hcodes in users.items():
        try:
            console.print(f"✓ policy {Policy.load(home.config_dir, name).version} ({name}: {len(hcodes)})")
        except PhrError as error:
            alone = hcodes[0] if len(hcodes) == 1 else None
            yield StopHospital(error.fault, hospital=alone, detail=error.detail)


def _check_hospital(
    home: Home, hospital: Hospital, address: EndpointAddress | None, console: Console, now: datetime
) -> list[PhrError]:
    state, thai, english = hospital_state(hospital, now)
    who = f"{hospital.hcode} {hospital.name_th}"
    if state == "off":
        console.print(f"– {who}: {thai} / {english}")
        return []
    problems: list[PhrError] = []
    try:
        adapter_of(hospital)
    except PhrError as error:
        problems.append(error)
    try:
        LocalCodes.load(home.config_dir, hospital.hcode)
    except PhrError as error:
        problems.append(error)
    if address is not None:
        try:
            load_credentials(hospital, address)
        except PhrError as error:
            problems.append(error)
    if not problems:
        console.print(f"✓ {who}" if state == "on" else f"– {who}: {thai} / {english}", soft_wrap=True)
    for warning in _warnings(hospital):
        console.print(f"! {who}: {warning}", soft_wrap=True)
    return problems


def _warnings(hospital: Hospital) -> Iterator[str]:
    if hospital.missing_controls:  # outside the sandbox it would not be among the hospitals
        missing = ", ".join(hospital.missing_controls)
        yield (
            f"ยังไม่มี {missing} ใช้ได้เฉพาะระบบจำลอง (sandbox) "
            f"/ missing {missing}: it takes part in the sandbox only (RT8)"
        )
    yield from _source_warnings(hospital)
    for name in hospital.categories:
        category = CATEGORIES[name]
        minute, hour = map(int, category.schedule.split()[:2])
        monday = datetime(2026, 11, 23, hour, minute, tzinfo=BANGKOK)
        nights = [monday + timedelta(days=n) for n in range(7)]
        missed = sum(hospital.maintenance_at(night) is not None for night in nights)
        if missed:
            yield (
                f"{category.dag_id} เริ่ม {hour:02d}:{minute:02d} ซึ่งอยู่ในช่วงบำรุงรักษา {missed} วันต่อสัปดาห์ "
                f"/ its daily run falls into maintenance on {missed} days a week and is skipped then"
            )


def _source_warnings(hospital: Hospital) -> Iterator[str]:
    if hospital.his not in names() or not (kind := system(hospital.his)).partial:
        return
    for name in hospital.categories:
        places = kind.registers.get(CATEGORIES[name].kind)
        if places and not getattr(hospital, setting := places[0].full_setting):
            file = places[0].table.upper()
            yield (
                f"เปิดหมวด {name} แต่ยังไม่ได้ยืนยันว่าแฟ้ม {file} มีครบทุกรายการของทุกคน ({setting}: true) จึงไม่ส่งทะเบียน "
                f"/ {name} is on, but {file} is not said to be whole ({setting}): no register is sent"
            )


def grant_lines(home: Home, hcode: str, dialect: str, names: dict[str, str]) -> list[str]:
    """SQL of the read-only account of a hospital's source, with what to do with it as comments.

    :param dialect: ``mysql``, ``postgresql``, or ``auto``: MySQL where the HIS runs on it.
    :param names: ``database``, ``login``, ``from_host`` and ``schema``.
    :raises StopHospital: PHR-102 an unknown hospital.
    :raises typer.BadParameter: a name that would have to be quoted, or a source that is no database.
    """
    hospital = load_province(home.config_dir / "hospitals.yaml").hospital(hcode)
    if dialect == "auto":
        dialect = "mysql" if "mysql" in system(hospital.his).dialects else "postgresql"
    try:
        lines = read_only_account(hospital.his, cast(GrantDialect, dialect), **names)
    except ValueError as error:
        raise typer.BadParameter(f"ชื่อใช้ไม่ได้ / {error}") from None
    return [
        f"-- {hospital.hcode} {hospital.name_th}: บัญชีอ่านอย่างเดียว ให้ผู้ดูแลฐานข้อมูลสั่งที่เครื่องสำเนา",
        f"-- {hospital.hcode}: read-only account, for the administrator of the replica",
        f"-- ใส่รหัสผ่านในเครื่องหมาย '' แทน {PASSWORD_MARK} / put a password in '' in its place",
        *lines,
    ]


#: what may be met in files, as :mod:`phr.his.files43` counts it
_REMARKS = {
    "broken": "ไม่ครบ การรับบริการนั้นถูกพักไว้",
    "continued": "ข้อความมีการขึ้นบรรทัดใหม่ ต่อกลับให้แล้ว",
    "quoted": "มีเครื่องหมายคำพูด ตัดออกให้แล้ว",
    "repeated": "ซ้ำทุกตัวอักษร นับครั้งเดียว",
    "unreadable characters": "มีอักขระที่อ่านไม่ได้",
    "without a visit": "ไม่พบการรับบริการใน SERVICE จึงไม่อยู่ในเอกสารใด",
}


def probe_hospital(
    home: Home, hcode: str, console: Console, *, days: int = 0, page: Path | None = None
) -> bool:
    """Connect to a hospital's source and say what was found; True when a run could start.

    :param days: service days to read, check and build as a run would, without sending; 0 looks only.
    :param page: where the report is written as a page, for hospital staff.
    """
    hospital = load_province(home.config_dir / "hospitals.yaml").hospital(hcode)
    if not days:
        return _print_probe(hospital, adapter_of(hospital).probe(), console)
    from phr.pipeline.readiness import assess
    from phr.reporting.readiness import readiness_lines, readiness_page

    with console.status(f"{hospital.hcode} {hospital.name_th}") as status:
        read = 0

        def progress(n: int) -> None:
            nonlocal read
            read += n
            status.update(f"{hospital.hcode} {hospital.name_th}: อ่านแล้ว / read {read:,}")

        report = assess(hcode, days=days, progress=progress)
    _print_probe(hospital, report.probe, console)
    for line in readiness_lines(report):
        console.print(line, soft_wrap=True, markup=False)
    if page is not None:
        page.write_text(readiness_page(report), encoding="utf-8")
        console.print(f"รายงาน / report: {page}", soft_wrap=True, markup=False)
    return report.can_start


def _print_probe(hospital: Hospital, report: ProbeReport, console: Console) -> bool:
    console.print(f"{hospital.hcode} {hospital.name_th} · {report.dialect} {report.server_version}")
    console.print(f"  รหัสในฐานข้อมูล / code in the database: {report.hospital_code}")
    console.print(f"  ตารางที่พบ / tables found: {len(report.found)}")
    console.print(f"  รับบริการล่าสุด / last visit day: {report.last_visit_day}")
    console.print(f"  ไม่มีวันที่ / visits without a date: {report.undated_visits}")
    console.print(
        f"  นาฬิกาต่าง / clock skew: {report.clock_skew_seconds:+.0f} s · ภาษาไทย / Thai: {report.thai_text}"
    )
    if report.replica_lag_seconds is not None:
        console.print(f"  ช้ากว่าเครื่องหลัก / behind the primary: {report.replica_lag_seconds:.0f} s")
    if report.missing_optional:
        console.print(f"  ไม่มี (ไม่จำเป็น) / optional, missing: {', '.join(report.missing_optional)}")
    if report.non_transactional:
        console.print(f"  ตารางที่ไม่มี snapshot / not transactional: {', '.join(report.non_transactional)}")
    for file, what, lines in report.remarks:
        thai = _REMARKS.get(what, what)
        console.print(f"! {file}: {lines} บรรทัด / lines: {thai} / {what}", soft_wrap=True, markup=False)
    for line in _source_warnings(hospital):
        console.print(f"! {line}", soft_wrap=True)
    for warning in report.warnings:
        console.print(f"! {warning.message()}", soft_wrap=True)
    for problem in report.problems:
        console.print(f"✗ {problem.message()}", soft_wrap=True)
    return not report.problems
