"""DAGs beside the feeds, in a real Airflow: a question answered in the UI, re-drive, reconcile, backfill."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import RunningDemo, picture
from phr_sandbox.demo.airflow_rest import AirflowApi

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

HCODE = "99001"
DECIDED = ("success", "failed")


@pytest.fixture
def api(demo: RunningDemo) -> AirflowApi:
    made = AirflowApi(demo.url)
    made.login("admin", demo.password)
    return made


def run(api: AirflowApi, dag_id: str, conf: dict[str, Any], *, until: tuple[str, ...] = DECIDED) -> str:
    """Trigger a DAG and wait until the run, or one of its tasks, is in one of these states."""
    api.unpause(dag_id)
    run_id = api.trigger(dag_id, conf)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        tasks = api.task_instances(dag_id, run_id)
        state = api.run(dag_id, run_id)["state"]
        if state in DECIDED or any(task["state"] in set(until) - set(DECIDED) for task in tasks):
            failed = [task["task_id"] for task in tasks if task["state"] in ("failed", "upstream_failed")]
            assert failed == [], f"{dag_id}: {failed}"
            return run_id
        time.sleep(0.5)
    pytest.fail(f"{dag_id} did not end")


def ledger(demo: RunningDemo, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{demo.home}/ledger.sqlite?mode=ro", uri=True) as connection:
        return connection.execute(sql, values).fetchall()


def national_doses(demo: RunningDemo) -> int:
    with sqlite3.connect(f"file:{demo.home}/national/national.sqlite?mode=ro", uri=True) as connection:
        row = connection.execute(
            "SELECT COUNT(*) FROM registers WHERE hospital_code = ?", (HCODE,)
        ).fetchone()
    return int(row[0])


def his(demo: RunningDemo, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(demo.home / "replicas" / f"{HCODE}.sqlite") as connection:
        return connection.execute(sql, values).fetchall()


def test_a_lost_dose_is_asked_about_in_the_ui_and_sent_once_a_person_agrees(
    demo: RunningDemo, api: AirflowApi, page: Page
) -> None:
    day, vn = ledger(
        demo,
        "SELECT service_day, reference FROM document WHERE hospital = ? AND kind = 'encounter'"
        " AND desired_state = 'delivered' ORDER BY service_day DESC, reference DESC LIMIT 1",
        HCODE,
    )[0]
    (last,) = his(demo, "SELECT COALESCE(MAX(ovst_vaccine_id), 0) FROM ovst_vaccine")[0]
    vaccines = his(
        demo,
        "SELECT MIN(person_vaccine_id) FROM person_vaccine WHERE export_vaccine_code <> ''"
        " GROUP BY export_vaccine_code LIMIT 2",
    )
    for n, (vaccine,) in enumerate(vaccines, 1):
        his(
            demo,
            "INSERT INTO ovst_vaccine (ovst_vaccine_id, vn, person_vaccine_id) VALUES (?, ?, ?)",
            last + n,
            vn,
            vaccine,
        )
    conf = {"hospitals": [HCODE], "day_from": day, "day_to": day}
    run(api, "phr_immunizations", conf)
    doses = national_doses(demo)
    his(demo, "DELETE FROM ovst_vaccine WHERE ovst_vaccine_id = ?", last + 1)
    run(api, "phr_immunizations", conf)
    assert national_doses(demo) == doses, "nothing may be lost before a person agrees"
    assert ledger(demo, "SELECT action, state FROM approval") == [("shrink", "open")]

    asked = run(api, "phr_approvals", {}, until=("awaiting_input",))
    page.goto(f"{demo.url}/dags/phr_approvals/runs/{asked}/tasks/decide/mapped/0/required_actions")
    expect(page.get_by_text("ส่งฉบับที่รายการลดลง").first).to_be_visible()
    page.get_by_role("textbox").last.fill("บันทึกซ้ำ ตรวจกับสมุดวัคซีนแล้ว")
    picture(page, "approval-question")
    page.get_by_role("button", name="อนุมัติ / Approve").last.click()
    deadline = time.monotonic() + 60
    while api.run("phr_approvals", asked)["state"] not in DECIDED and time.monotonic() < deadline:
        time.sleep(0.5)
    assert api.run("phr_approvals", asked)["state"] == "success"
    state, via, by, note = ledger(demo, "SELECT state, decided_via, decided_by, note FROM approval")[0]
    assert (state, via, by, note) == ("approved", "airflow", "admin", "บันทึกซ้ำ ตรวจกับสมุดวัคซีนแล้ว")

    run(api, "phr_redrive", {"hospitals": [HCODE]})
    assert national_doses(demo) == doses - 1
    proof = ledger(demo, "SELECT endpoint, reason, proof FROM destructive_call")
    assert ("/api/ImmunizationRegisterv1", "ENTRY_REMOVED", "replaced") in proof


def test_reconcile_and_a_backfill_run_to_their_end(demo: RunningDemo, api: AirflowApi, page: Page) -> None:
    reconciled = run(api, "phr_reconcile", {"hospitals": [HCODE]})
    page.goto(f"{demo.url}/dags/phr_reconcile/runs/{reconciled}")
    expect(page.get_by_text("กระทบยอด (compare)").first).to_be_visible()
    picture(page, "reconcile-run")
    days = ledger(demo, "SELECT MIN(service_day), MAX(service_day) FROM document WHERE kind = 'encounter'")[0]
    conf = {"hospitals": [HCODE], "categories": ["visits"], "day_from": days[0], "day_to": days[1]}
    planned = run(api, "phr_backfill", {**conf, "dry_run": True})
    counts = api.xcom("phr_backfill", planned, "finish_parts")
    assert counts["seen"] > 0
    before = ledger(demo, "SELECT COUNT(*) FROM run_document WHERE disposition = 'sent'")
    filled = run(api, "phr_backfill", conf)
    page.goto(f"{demo.url}/dags/phr_backfill/runs/{filled}")
    expect(page.get_by_text("ชุด (part)").first).to_be_visible()
    picture(page, "backfill-run")
    assert ledger(demo, "SELECT COUNT(*) FROM run_document WHERE disposition = 'sent'") == before
