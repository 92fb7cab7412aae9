"""The Airflow UI as a data engineer uses it: names, the trigger form, a backfill of three past days."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import RunningDemo, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

UNITS = ("รพ.ทั่วไปสมมติ", "อำเภอสมมติ (2 แห่ง)")


def test_grid_names_the_tasks_and_the_hospitals_in_thai(demo: RunningDemo, page: Page) -> None:
    for title in ("วางแผน (plan)", "หน่วยงาน (work unit)", "สรุปจากบัญชี (finish)"):
        expect(page.get_by_text(title).first).to_be_visible()
    picture(page, "dag-grid")
    page.goto(f"{demo.url}/dags/phr_visits/runs")
    page.locator("a[href*='/runs/scheduled__']").first.click()
    for name in UNITS:
        expect(page.get_by_text(name).first).to_be_visible()
    picture(page, "run-hospitals")


def test_trigger_form_explains_every_parameter_in_thai_and_english(page: Page) -> None:
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.get_by_role("dialog")
    for text in (
        "โรงพยาบาล / Hospitals",
        "ตั้งแต่วันรับบริการ / First service day",
        "ถึงวันรับบริการ / Last service day",
        "อ่านย้อนหลังกี่วัน / Look-back days",
        "ทดลอง ไม่ส่งจริง / Dry run",
        "computes everything and sends nothing",
        "ส่งไม่เกินกี่เอกสารต่อแห่ง / Documents per hospital at most",
        "ส่งซ้ำแม้ไม่เปลี่ยน / Re-send unchanged",
        "อ่านแม้อยู่ในช่วงบำรุงรักษา / Read during maintenance",
        "ตั้งค่าเฉพาะรอบนี้ / Overrides by hospital",
    ):
        expect(dialog.get_by_text(text).first).to_be_attached()
    dialog.get_by_role("combobox").first.click()
    expect(page.get_by_text("รพ.ชุมชนสมมติ (99002)").first).to_be_visible()
    picture(page, "trigger-form")


def test_backfill_form_runs_three_past_days_to_completion(demo: RunningDemo, page: Page) -> None:
    today = datetime.now(ZoneInfo("Asia/Bangkok")).date()
    first, last = today - timedelta(days=12), today - timedelta(days=10)
    days = [first + timedelta(days=n) for n in range(3)]
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Backfill", exact=True).last.click()
    # the calendar of the first field fades out while the second one opens: always take the one that is alone
    dates = page.get_by_placeholder("YYYY/MM/DD").locator("visible=true")
    times = page.get_by_placeholder("HH:mm").locator("visible=true")
    for position, (day, clock) in enumerate(((first, "00:00"), (last, "23:00"))):
        shown = dialog.get_by_test_id("datetime-input").nth(position)
        shown.click()
        expect(dates).to_have_count(1, timeout=20_000)
        dates.fill(day.strftime("%Y/%m/%d"))
        times.fill(clock)
        times.press("Enter")
        expect(shown).to_contain_text(clock, timeout=20_000)
        page.keyboard.press("Escape")
        expect(dates).to_have_count(0, timeout=20_000)
    picture(page, "backfill-form")
    dialog.get_by_role("button", name=re.compile("Run Backfill")).click()

    deadline = time.monotonic() + 400
    states: dict[str, str] = {}
    while time.monotonic() < deadline:
        with sqlite3.connect(f"file:{demo.home}/airflow/airflow.db?mode=ro", uri=True) as connection:
            states = dict(
                connection.execute("SELECT run_id, state FROM dag_run WHERE run_type = 'backfill'").fetchall()
            )
        if len(states) == 3 and set(states.values()) <= {"success", "failed"}:
            break
        time.sleep(1)
    assert sorted(states.values()) == ["success"] * 3, states
    page.goto(f"{demo.url}/dags/phr_visits/backfills")
    page.wait_for_timeout(2000)
    picture(page, "backfill-done")

    with sqlite3.connect(f"file:{demo.home}/ledger.sqlite?mode=ro", uri=True) as ledger:
        found = ledger.execute(
            "SELECT DISTINCT d.day FROM run_day d JOIN run r USING (run_id)"
            " WHERE r.run_id LIKE 'phr_visits:backfill%'"
        ).fetchall()
        options = [
            json.loads(row[0])
            for row in ledger.execute("SELECT options FROM run WHERE run_id LIKE 'phr_visits:backfill%'")
        ]
    # each backfill run owns exactly the service day of its interval (R15)
    assert {row[0] for row in found} == {day.isoformat() for day in days}
    assert {option["run_type"] for option in options} == {"backfill"}
