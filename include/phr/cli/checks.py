"""``phr config check`` and ``phr hospital probe``."""

from __future__ import annotations

from rich.console import Console

from phr import faults
from phr.delivery import load_address, load_credentials
from phr.errors import PhrError, StopHospital
from phr.home import Home
from phr.ledger import Ledger
from phr.pipeline.extract import adapter_of
from phr.release import Policy
from phr.settings import load_province


def check_configuration(home: Home, console: Console) -> int:
    """Check everything that can be checked without a network; returns the number of problems."""
    problems: list[PhrError] = []
    province = load_province(home.config_dir / "hospitals.yaml")
    mark = "!" if province.broken else "✓"
    console.print(f"{mark} hospitals.yaml: {province.name_th}, {len(province.hospitals)} แห่ง / hospitals")
    for broken in province.broken:
        problems += [
            StopHospital(faults.CONFIG_MALFORMED, hospital=broken.hcode, detail=mistake)
            for mistake in broken.mistakes
        ]
    try:
        console.print(f"✓ policy {Policy.load(home.config_dir).version}")
    except PhrError as error:
        problems.append(error)
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
        if not hospital.enabled:
            console.print(f"– {hospital.hcode} {hospital.name_th}: ปิดไว้ / disabled")
            continue
        before = len(problems)
        try:
            adapter_of(hospital)
        except PhrError as error:
            problems.append(error)
        if address is not None:
            try:
                load_credentials(hospital, address)
            except PhrError as error:
                problems.append(error)
        if len(problems) == before:
            console.print(f"✓ {hospital.hcode} {hospital.name_th}")
    for problem in problems:
        console.print(f"✗ {problem.message()}", soft_wrap=True)
    return len(problems)


def probe_hospital(home: Home, hcode: str, console: Console) -> bool:
    """Connect to a hospital's source and say what was found; True when a run could start."""
    hospital = load_province(home.config_dir / "hospitals.yaml").hospital(hcode)
    report = adapter_of(hospital).probe()
    console.print(f"{hospital.hcode} {hospital.name_th} · {report.dialect} {report.server_version}")
    console.print(f"  รหัสในฐานข้อมูล / code in the database: {report.hospital_code}")
    console.print(f"  ตารางที่พบ / tables found: {len(report.found)}")
    console.print(f"  รับบริการล่าสุด / last visit day: {report.last_visit_day}")
    console.print(f"  ไม่มีวันที่ / visits without a date: {report.undated_visits}")
    console.print(
        f"  นาฬิกาต่าง / clock skew: {report.clock_skew_seconds:+.0f} s · ภาษาไทย / Thai: {report.thai_text}"
    )
    if report.missing_optional:
        console.print(f"  ไม่มี (ไม่จำเป็น) / optional, missing: {', '.join(report.missing_optional)}")
    if report.non_transactional:
        console.print(f"  ตารางที่ไม่มี snapshot / not transactional: {', '.join(report.non_transactional)}")
    for warning in report.warnings:
        console.print(f"! {warning.message()}", soft_wrap=True)
    for problem in report.problems:
        console.print(f"✗ {problem.message()}", soft_wrap=True)
    return not report.problems
