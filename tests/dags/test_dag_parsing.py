"""DAG files parse, quickly and without asking anybody; their shape is what operators rely on."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum
import pytest

from phr.settings import CATEGORIES
from phr_sandbox.demo.airflow_env import REPOSITORY

pytestmark = pytest.mark.airflow

STEPS = ("unit.extract", "unit.check", "unit.map", "unit.deliver")


def test_every_dag_file_parses(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}


def test_one_dag_for_each_category(dag_bag: Any) -> None:
    assert {c.dag_id for c in CATEGORIES.values()} <= set(dag_bag.dags)


def test_parsing_needs_no_network_no_database_and_no_heavy_import() -> None:
    code = (
        "import socket, sqlite3, sys\n"
        "def refuse(*a, **k): raise AssertionError('I/O while parsing')\n"
        "from airflow.dag_processing.dagbag import DagBag\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse; sqlite3.connect = refuse\n"
        f"bag = DagBag({str(REPOSITORY / 'dags')!r})\n"
        "assert not bag.import_errors, bag.import_errors\n"
        "heavy = {'great_expectations', 'pandas', 'pymysql', 'phr.ledger', 'phr.pipeline.steps'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def test_airflow_takes_no_file_of_ours_for_a_plugin() -> None:
    from airflow._shared.module_loading.file_discovery import find_path_from_directory
    from airflow.configuration import conf

    # a task process would import every one of them a second time
    syntax = conf.get_mandatory_value("core", "dag_ignore_file_syntax", fallback="glob")
    found = find_path_from_directory(str(REPOSITORY / "plugins"), ".airflowignore", syntax)
    assert list(found) == []


def test_a_task_process_builds_its_own_dag_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "phr_labs")  # as Airflow's task runner sets it
    bag = DagBag(str(REPOSITORY / "dags" / "phr_categories.py"))
    assert set(bag.dags) == {"phr_labs"}


def test_order_pools_and_trigger_rules(visits: Any) -> None:
    assert set(visits.task_ids) == {"plan", *STEPS, "finish"}
    for first, second in itertools.pairwise(STEPS):
        assert visits.get_task(first).downstream_task_ids == {second}
    assert visits.get_task("unit.deliver").downstream_task_ids == {"finish"}
    assert {t.task_id: t.pool for t in visits.tasks if t.pool != "default_pool"} == {
        "unit.extract": "his_read",
        "unit.deliver": "deliver",
    }
    assert {t.task_id for t in visits.tasks if t.trigger_rule == "all_done"} == {"finish"}
    assert [t.task_id for t in visits.leaves] == ["finish"]


@pytest.mark.parametrize("task_id", ["plan", *STEPS, "finish"])
def test_every_task_has_an_owner_a_timeout_and_retries_only_what_may_succeed(
    visits: Any, task_id: str
) -> None:
    from phr import faults
    from phr.errors import Bug, Retry, StopEndpoint, StopHospital

    task = visits.get_task(task_id)
    assert task.owner == "phr"
    assert task.execution_timeout is not None
    assert task.execution_timeout <= timedelta(hours=4)
    actions = {
        error: task.retry_policy.evaluate(error(faults.UNEXPECTED), 1, 2).action.value
        for error in (Retry, StopHospital, StopEndpoint, Bug)
    }
    assert actions == {Retry: "retry", StopHospital: "fail", StopEndpoint: "fail", Bug: "fail"}


def test_names_are_thai_and_mapped_instances_carry_the_hospital(visits: Any) -> None:
    for task_id in STEPS:
        task = visits.get_task(task_id)
        assert any("ก" <= letter <= "๙" for letter in task.task_display_name), task_id
        assert task.map_index_template == "{{ unit_label }}"


def test_documentation_tells_what_to_do_when_red(visits: Any) -> None:
    for word in ("Parameters", "When something is red", "PHR-", "Owner"):
        assert word in visits.doc_md


def test_schedule_is_real_one_day_intervals_in_bangkok(visits: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    scheduled = DagSerialization.from_dict(DagSerialization.to_dict(visits))  # what the scheduler works with
    now = pendulum.now("Asia/Bangkok")
    info = scheduled.timetable.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(visits.start_date, None, catchup=visits.catchup),
    )
    assert info is not None
    start = pendulum.instance(info.data_interval.start).in_timezone("Asia/Bangkok")
    end = pendulum.instance(info.data_interval.end).in_timezone("Asia/Bangkok")
    assert (start.hour, start.minute, end - start) == (1, 30, timedelta(days=1))
    assert end <= now < end.add(days=1), "catchup is off: the latest interval only"


@pytest.mark.parametrize(
    "text", ["hospitals: [", "name_th: x\nhospitals: 5\n", ""], ids=["no-yaml", "wrong-type", "empty"]
)
def test_a_malformed_hospitals_file_leaves_the_dag_with_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    (tmp_path / "hospitals.yaml").write_text(text)
    monkeypatch.setenv("PHR_CONFIG_DIR", str(tmp_path))
    bag = DagBag(str(REPOSITORY / "dags"))
    assert bag.import_errors == {}
    doc = bag.dags["phr_visits"].doc_md
    assert doc.startswith("> ⚠ **hospitals.yaml**: PHR-101")
    assert "แก้ค่าที่ระบุ" in doc.splitlines()[0]


def test_parsing_reads_the_hospitals_file_once_per_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dag_bag: Any
) -> None:
    from moph_prompt import dag_parts as source

    file = tmp_path / "hospitals.yaml"
    file.write_text((REPOSITORY / "include/config/hospitals.yaml").read_text())
    monkeypatch.setenv("PHR_CONFIG_DIR", str(tmp_path))
    first = source.hospital_names()
    assert source.hospital_names()[0] is first[0]
    file.write_text(file.read_text().replace("รพ.ทั่วไปสมมติ", "รพ.ชื่อใหม่"))
    assert source.hospital_names()[0]["99001"] == "รพ.ชื่อใหม่"


def test_many_malformed_entries_do_not_fill_the_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dag_bag: Any
) -> None:
    entries = [
        {"hcode": f"{10000 + n}", "name_th": "ก", "his": "hosxp", "look_back_days": -1} for n in range(40)
    ]
    raw = {"name_th": "ก", "province_code": "99", "hospitals": entries}
    (tmp_path / "hospitals.yaml").write_text(json.dumps(raw), encoding="utf-8")
    monkeypatch.setenv("PHR_CONFIG_DIR", str(tmp_path))
    from moph_prompt import dag_parts as source

    names, problem = source.hospital_names()
    assert names == {}
    assert problem.count("PHR-101") == 5
    assert problem.endswith("+35 (phr config check)")


def test_the_form_is_the_same_after_serialization_and_shared_between_tasks(visits: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    hcodes = ["99001", "99002", "99003"]
    data = json.loads(json.dumps(DagSerialization.to_dict(visits)))
    schema = DagSerialization.from_dict(data).params.get_param("hospitals").schema
    assert schema["items"]["enum"] == schema["examples"] == hcodes
    assert list(schema["values_display"]) == hcodes
    ours = visits.params.get_param("hospitals").schema["examples"]
    assert all(visits.get_task(t).params.get_param("hospitals").schema["examples"] is ours for t in STEPS)


def test_a_malformed_entry_leaves_the_other_hospitals_in_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    shipped = (REPOSITORY / "include/config/hospitals.yaml").read_text(encoding="utf-8")
    broken = shipped.replace('his_version: "HOSxP v3"', "chunk_visits: 1", 1)
    assert broken != shipped
    (tmp_path / "hospitals.yaml").write_text(broken, encoding="utf-8")
    monkeypatch.setenv("PHR_CONFIG_DIR", str(tmp_path))
    bag = DagBag(str(REPOSITORY / "dags"))
    assert bag.import_errors == {}
    dag = bag.dags["phr_visits"]
    assert dag.params.get_param("hospitals").schema["items"]["enum"] == ["99001", "99003"]
    first = dag.doc_md.splitlines()[0]
    assert first.startswith("> ⚠ **hospitals.yaml**: PHR-101 [hospital 99002]")
    assert "chunk_visits" in first
