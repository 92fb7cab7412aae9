"""The whole DAG, run by Airflow itself against the small province and the real double."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.airflow]


def states(run: Any) -> dict[str, str]:
    return {f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in run.get_task_instances()}


def returned(run: Any) -> dict[str, Any]:
    """Everything the run left in XCom."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        rows = session.query(XComModel).filter(XComModel.run_id == run.run_id).all()
        return {f"{row.task_id}[{row.map_index}]/{row.key}": row.value for row in rows}


def test_a_run_sends_every_document_and_xcom_holds_counts_only(
    visits_run: Callable[..., Any], province: Any
) -> None:
    run = visits_run()

    assert str(run.state) == "success", states(run)
    assert set(province.national()) == province.expected("send")
    left = returned(run)
    units = left.pop("plan[-1]/return_value")
    for unit in json.loads(units) if isinstance(units, str) else units:
        assert set(unit) == {"unit_id", "label_th", "hcodes"}
    for key, value in left.items():
        counts = json.loads(value) if isinstance(value, str) else value
        assert key.endswith("/return_value"), key
        assert all(isinstance(n, int) and n < 10**6 for n in counts.values()), key


def test_mapped_instances_are_named_after_their_unit(visits_run: Callable[..., Any]) -> None:
    run = visits_run(hospitals=["99001"], dry_run=True)
    assert {ti.rendered_map_index for ti in run.get_task_instances() if ti.map_index == 0} == {"รพ.ทั่วไปสมมติ"}


def test_a_dry_run_sends_nothing(visits_run: Callable[..., Any], province: Any) -> None:
    run = visits_run(dry_run=True)
    assert str(run.state) == "success", states(run)
    assert province.calls(after=0) == []


def test_a_hospital_that_cannot_be_read_fails_the_run_and_stops_no_other(
    visits_run: Callable[..., Any], province: Any, connection: Callable[..., None]
) -> None:
    connection("his_99001", conn_type="sqlite", host=str(province.home / "replicas" / "gone.sqlite"))
    run = visits_run()
    found = states(run)
    assert str(run.state) == "failed"
    assert found["unit.extract[0]"] == "failed"
    assert found["unit.deliver[0]"] == "upstream_failed"
    assert found["unit.deliver[1]"] == "success"
    assert found["finish[-1]"] == "failed", "the last task says so, though it runs whatever happened"
    assert set(province.national()) == province.expected("send", "99002", "99003")


def test_a_plan_that_fails_fails_the_run_although_nothing_is_owed_yet(
    visits_run: Callable[..., Any], province: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phr import faults
    from phr.errors import StopEndpoint
    from phr.pipeline import steps

    def refuse(_options: Any) -> None:
        raise StopEndpoint(faults.LEDGER_NOT_MIGRATED)

    monkeypatch.setattr(steps, "plan_units", refuse)
    run = visits_run()
    assert str(run.state) == "failed"
    assert states(run) == {
        "plan[-1]": "failed",
        **{f"unit.{step}[-1]": "upstream_failed" for step in steps.STEPS},
        "finish[-1]": "failed",
    }


def test_no_enabled_hospital_is_an_empty_run_that_succeeds(
    visits_run: Callable[..., Any], province: Any
) -> None:
    province.configure(hospitals={h: {"enabled": False} for h in ("99001", "99002", "99003")})
    run = visits_run()
    assert str(run.state) == "success", states(run)
    assert states(run)["finish[-1]"] == "success"
    assert province.calls(after=0) == []


def test_a_proposed_feed_that_a_hospital_switches_on_sends_its_registers(
    feed_run: Callable[..., Any], province: Any
) -> None:
    province.configure(
        hospitals={"99002": {"categories": {"visits": "2025-10-01", "allergies": "2020-01-01"}}}
    )
    province.his("99002", "DELETE FROM opd_allergy")
    hn = str(province.oracles["99002"].visits[province.clean_visit("99002", 0)].hn)
    sql = "INSERT INTO opd_allergy (hn, agent, report_date) VALUES (?, 'AMOXICILLIN', '2025-10-08')"
    province.his("99002", sql, hn)

    run = feed_run("allergies")

    assert str(run.state) == "success", states(run)
    assert {ti.rendered_map_index for ti in run.get_task_instances() if ti.map_index == 0} == {"รพ.ชุมชนสมมติ"}
    [row] = province.double.admin.registers("99002", "AllergyIntolerance")
    assert row["body"]["code"]["text"] == "AMOXICILLIN"


def test_an_admission_is_sent_by_its_own_feed(feed_run: Callable[..., Any], province: Any) -> None:
    categories = dict.fromkeys(("visits", "admissions"), "2025-10-01")
    province.configure(hospitals={"99002": {"categories": categories}})
    province.his("99002", "DELETE FROM ipt")
    province.his("99002", "UPDATE ovst SET an = NULL")
    vn = province.clean_visit("99002", 0)
    hn = province.oracles["99002"].visits[vn].hn
    province.his("99002", "UPDATE ovst SET an = '680000001' WHERE vn = ?", vn)
    sql = (
        "INSERT INTO ipt (an, vn, hn, regdate, dchdate, dchtime) VALUES ('680000001', ?, ?, ?, ?, '10:30:00')"
    )
    province.his("99002", sql, vn, hn, "2025-10-07", "2025-10-08")

    run = feed_run("admissions")

    assert str(run.state) == "success", states(run)
    assert province.double.admin.encounter(f"99002:{vn}")["body"]["Encounter"][0]["class"]["code"] == "IMP"
