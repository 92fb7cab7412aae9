"""``phr hospital list`` and ``grants``; ``phr config check`` over parameters; ``--ignore-maintenance``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit
from rich.console import Console
from typer.testing import CliRunner

from phr.cli import app
from phr.cli.checks import check_configuration
from phr.home import Home
from phr.pipeline.days import BANGKOK
from phr.settings import Hospital

RUN = CliRunner()
ALWAYS = {"maintenance": [{"from": "00:00", "to": "12:00"}, {"from": "12:00", "to": "00:00"}]}
CONTROLS = {"processor_agreement": "DPA-1", "dpo_contact": {"name": "สมมติ", "email": "dpo@example.go.th"}}


def checked(kit: ProvinceKit) -> tuple[int, str]:
    shown = RUN.invoke(app, ["config", "check"])
    return shown.exit_code, shown.stdout


# -- list ------------------------------------------------------------------------------------------


def test_list_as_json_has_every_parameter(province: ProvinceKit) -> None:
    province.configure(
        hospitals={
            "99001": {"hcode9": "EA0099001", "province_code": "50", "budget_weight": 2.5, **CONTROLS},
            "99002": {"paused": "ย้ายเครื่อง"},
            "99003": {"chunk_visits": "many"},
        }
    )
    shown = RUN.invoke(app, ["hospital", "list", "--format", "json"])
    assert shown.exit_code == 0
    first, second, broken = json.loads(shown.stdout)
    assert set(Hospital.model_fields) | {"state"} == set(first)
    assert (first["health_region"], first["connection"], first["budget_weight"]) == (1, "his_99001", 2.5)
    assert (first["state"], second["state"], second["paused"]) == ("on", "paused", "ย้ายเครื่อง")
    assert (broken["hcode"], broken["state"], broken["code"]) == ("99003", "broken", "PHR-101")
    assert "chunk_visits" in broken["mistakes"][0]
    assert "many" not in shown.stdout


@pytest.mark.parametrize(
    ("settings", "thai", "english"),
    [
        ({}, "ใช้งาน", "on"),
        ({"enabled": False, "paused": "x"}, "ปิดไว้", "disabled"),
        ({"paused": "ปิดปรับปรุง", **ALWAYS}, "หยุดชั่วคราว", "paused"),
        (ALWAYS, "กำลังบำรุง", "under maintenance"),
        ({"retraction": "maybe"}, "ใช้ไม่ได้ PHR-101", "cannot take part"),
    ],
)
def test_the_table_says_the_state_thai_first(
    province: ProvinceKit, settings: dict[str, Any], thai: str, english: str
) -> None:
    province.configure(hospitals={"99002": settings})
    shown = RUN.invoke(app, ["hospital", "list"]).stdout
    state = "".join(line.split("│")[-2].strip() for line in rows_of(shown, "99002"))
    joined = state.replace(" ", "")
    assert thai.replace(" ", "") in joined
    assert joined.index(thai.replace(" ", "")) < joined.index(english.replace(" ", ""))


def rows_of(table: str, hcode: str) -> list[str]:
    """Lines of one hospital's row."""
    parts = table.split("├")
    (mine,) = [part for part in parts if f"│ {hcode}" in part]
    return [line for line in mine.splitlines() if line.startswith("│")]


# -- grants ----------------------------------------------------------------------------------------


def test_grants_are_comments_and_sql_and_nothing_else(province: ProvinceKit) -> None:
    shown = RUN.invoke(app, ["hospital", "grants", "99002", "--database", "hosxp_db", "--login", "reader"])
    assert shown.exit_code == 0
    lines = [line for line in shown.stdout.splitlines() if line]
    assert lines[0].startswith("-- 99002 รพ.ชุมชนสมมติ: บัญชีอ่านอย่างเดียว"), "Thai first"
    sql = [line for line in lines if not line.startswith("--")]
    assert sql[0].startswith("CREATE USER IF NOT EXISTS 'reader'@'%'")
    assert all(line.startswith("GRANT SELECT ON `hosxp_db`.`") for line in sql[1:])
    assert len(sql) > 20


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["12345"], 3, "PHR-102 [hospital 12345]"),
        (["99002", "--dialect", "oracle"], 2, "must be mysql or postgresql"),
        (["99002", "--login", "a'b"], 2, "login: letters, digits"),
        (["99002", "--from-host", "a b"], 2, "from-host: an address"),
    ],
)
def test_grants_that_cannot_be_written(
    province: ProvinceKit, arguments: list[str], code: int, says: str
) -> None:
    shown = RUN.invoke(app, ["hospital", "grants", *arguments])
    assert shown.exit_code == code
    assert says in shown.stderr
    assert "GRANT" not in shown.stdout


# -- config check ----------------------------------------------------------------------------------


def test_in_the_sandbox_missing_controls_are_a_warning(province: ProvinceKit) -> None:
    province.configure(hospitals={"99001": CONTROLS, "99002": {"processor_agreement": "DPA-1"}})
    code, text = checked(province)
    assert code == 0
    warnings = {line[2:7]: line for line in text.splitlines() if line.startswith("! 99")}
    assert set(warnings) == {"99002", "99003"}
    assert "ยังไม่มี dpo_contact ใช้ได้เฉพาะ" in warnings["99002"]
    assert "missing processor_agreement, dpo_contact" in warnings["99003"]


def test_outside_the_sandbox_they_are_a_problem(province: ProvinceKit) -> None:
    province.configure(
        endpoint={"environment": "production"},
        hospitals={"99001": CONTROLS, "99002": {}, "99003": {"enabled": False}},
    )
    code, text = checked(province)
    assert code == 1
    for name in ("processor_agreement", "dpo_contact"):
        assert "✗ PHR-107 [hospital 99002]" in text
        assert f"hospitals.yaml: {name}: missing" in text
    assert "PHR-107 [hospital 99001]" not in text
    assert "PHR-107 [hospital 99003]" not in text, "one that is switched off takes no part anyway"


def test_every_policy_file_is_looked_at(province: ProvinceKit) -> None:
    own = {"class_policy": "policy_own.yaml"}
    province.configure(hospitals={"99003": own})
    code, text = checked(province)
    assert code == 1
    assert "✗ PHR-106 [hospital 99003]" in text
    assert "policy_own.yaml" in text
    shipped = (province.config / "data_class_policy.yaml").read_text(encoding="utf-8")
    (province.config / "policy_own.yaml").write_text(
        shipped.replace("phr-proposed-1", "own-1"), encoding="utf-8"
    )
    code, text = checked(province)
    assert code == 0
    assert "✓ policy phr-proposed-1+" in text
    assert "✓ policy own-1+" in text


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ({"from": "01:00", "to": "01:31"}, "7"),
        ({"weekdays": [5, 6], "from": "23:00", "to": "02:00"}, "2"),
        ({"from": "01:00", "to": "01:30"}, None),
        ({"from": "12:00", "to": "13:00"}, None),
    ],
)
def test_a_window_on_the_time_of_a_daily_run_is_warned_of(
    province: ProvinceKit, window: dict[str, Any], days: str | None
) -> None:
    province.configure(hospitals={"99001": {**CONTROLS, "maintenance": [window]}})
    code, text = checked(province)
    found = [line for line in text.splitlines() if line.startswith("! 99001") and "phr_visits" in line]
    assert code == 0
    assert [f"maintenance on {days} days a week" in line for line in found] == ([True] if days else [])


def test_paused_and_maintenance_are_shown_beside_what_is_wrong(province: ProvinceKit, tmp_path: Path) -> None:
    province.configure(
        hospitals={
            "99001": {"paused": "ย้ายเครื่อง"},
            "99002": {"maintenance": [{"from": "02:00", "to": "04:00"}]},
            "99003": {"enabled": False, "connection": "nowhere"},
        }
    )
    out = tmp_path / "out.txt"
    with out.open("w", encoding="utf-8") as file:
        console = Console(file=file, highlight=False, markup=False, width=200)
        problems = check_configuration(
            Home(province.home), console, now=datetime(2026, 11, 23, 3, 0, tzinfo=BANGKOK)
        )
    text = out.read_text(encoding="utf-8")
    assert problems == 0
    assert "– 99001 รพ.ทั่วไปสมมติ: หยุดชั่วคราว: ย้ายเครื่อง / paused" in text
    assert "– 99002 รพ.ชุมชนสมมติ: กำลังบำรุงรักษา 02:00-04:00 / under maintenance" in text
    assert "– 99003 รพ.สต.บ้านสมมติ: ปิดไว้ / disabled" in text


# -- run -------------------------------------------------------------------------------------------


def test_a_run_by_name_inside_a_window(province: ProvinceKit) -> None:
    province.configure(hospitals={"99003": ALWAYS})
    base = ["run", "visits", "--hospital", "99003", "--from", str(DAYS[0]), "--dry-run", "--format", "json"]
    refused = RUN.invoke(app, base)
    assert refused.exit_code == 3
    assert "PHR-109 [hospital 99003]" in refused.stderr
    assert "--ignore-maintenance" in refused.stderr
    done = RUN.invoke(app, [*base, "--ignore-maintenance"])
    assert done.exit_code == 0, done.stderr
    assert "skipped" not in json.loads(done.stdout)
    province.configure(hospitals={"99003": {"paused": "รอ", "maintenance": []}})
    paused = RUN.invoke(app, [*base, "--ignore-maintenance"])
    assert paused.exit_code == 3
    assert "PHR-108 [hospital 99003]" in paused.stderr


def test_a_run_of_all_says_who_was_skipped(province: ProvinceKit) -> None:
    province.configure(hospitals={h: {"paused": "รอ"} for h in ("99001", "99002", "99003")})
    shown = RUN.invoke(app, ["run", "visits", "--from", str(DAYS[0])])
    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.count("ข้ามรอบนี้ / skipped: PHR-108") == 3
