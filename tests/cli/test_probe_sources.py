"""``phr hospital probe``, ``grants`` and ``config check`` for JHCIS and a 43-file folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from province_kit import ProvinceKit
from sqlalchemy import create_engine
from typer.testing import CliRunner

from phr.cli import app
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.loaders import files43, jhcis

RUN = CliRunner()
HCODE = "99003"
MODEL = invent(hcode=HCODE, patients=20)
LAST_DAY = max(visit.day for visit in MODEL.visits)


def connect(kit: ProvinceKit, connection: dict[str, Any] | str, **settings: Any) -> None:
    kit.configure(hospitals={HCODE: settings})
    path = kit.home / "connections.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw[f"his_{HCODE}"] = connection
    path.write_text(json.dumps(raw), encoding="utf-8")


def probe() -> tuple[int, str]:
    """Exit code and everything that was said."""
    shown = RUN.invoke(app, ["hospital", "probe", HCODE, "--days", "0"])
    said = shown.stdout + shown.stderr
    for patient in MODEL.patients:
        assert patient.cid is None or patient.cid not in said
        assert patient.given not in said.split()
    return shown.exit_code, said


@pytest.fixture
def export(province: ProvinceKit, tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    connect(province, f"files43://{folder}", his="files43")
    return files43.write(f"files43://{folder}", MODEL, charset="cp874")


def test_jhcis(province: ProvinceKit, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jhcis.sqlite'}"
    engine = create_engine(url)
    jhcis.create(engine)
    jhcis.load(engine, MODEL)
    connect(province, {"conn_type": "sqlite", "host": str(tmp_path / "jhcis.sqlite")}, his="jhcis")
    code, said = probe()
    assert (code, "✗" in said) == (0, False), said
    assert f"code in the database: {HCODE}" in said
    assert f"last visit day: {LAST_DAY}" in said
    assert "Thai: ok" in said
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE office SET offid = '99001'")
        connection.exec_driver_sql("UPDATE visit SET pcucode = '99001'")
        connection.exec_driver_sql("ALTER TABLE visit DROP COLUMN flagservice")
    code, said = probe()
    assert code == 1
    assert "✗ PHR-210 [hospital 99003]" in said
    assert "source says 99001" in said
    assert "✗ PHR-204" in said
    assert "visit.flagservice" in said
    engine.dispose()


def test_a_43_file_folder(province: ProvinceKit, export: Path) -> None:
    code, said = probe()
    assert code == 0, said
    assert "files43 43 แฟ้ม / 43 files (1 exports)" in said
    assert f"code in the database: {HCODE}" in said
    assert f"last visit day: {LAST_DAY}" in said
    assert "epi_export_full" in said
    (export / "DRUG_OPD.TXT").write_bytes(
        (export / "DRUG_OPD.TXT").read_bytes() + f"{HCODE}|1|9|20260101|".encode()
    )
    code, said = probe()
    assert code == 0
    assert "! DRUG_OPD.TXT: 1 บรรทัด / lines: ไม่ครบ" in said
    province.configure(hospitals={HCODE: {"epi_export_full": True}})
    assert "epi_export_full" not in probe()[1]


def test_a_spoilt_43_file_folder_says_which_file_and_what_to_do(province: ProvinceKit, export: Path) -> None:
    (export / "LABFU.TXT").unlink()
    code, said = probe()
    assert code != 0
    assert "PHR-222 [hospital 99003]" in said
    assert "LABFU.txt" in said
    assert "วิธีแก้: ส่งออกใหม่ให้มีแฟ้มนี้" in said


@pytest.mark.parametrize(
    "connection",
    [
        {"conn_type": "files43", "schema": "{}"},
        {"conn_type": "files43", "host": "{}"},
        {"conn_type": "generic", "schema": "{}", "extra": {"driver": "files43"}},
        "files43://{}",
    ],
    ids=["schema", "host", "extra.driver", "uri"],
)
def test_ways_to_write_the_connection(
    province: ProvinceKit, export: Path, connection: dict[str, Any] | str
) -> None:
    filled = json.loads(json.dumps(connection).replace("{}", str(export)))
    connect(province, filled, his="files43")
    assert probe()[0] == 0
    assert RUN.invoke(app, ["config", "check"]).exit_code == 0


def test_config_check_warns_of_registers_that_will_not_go(province: ProvinceKit, export: Path) -> None:
    shown = RUN.invoke(app, ["config", "check"])
    assert shown.exit_code == 0
    (warning,) = (line for line in shown.stdout.splitlines() if "epi_export_full" in line)
    assert warning.startswith(f"! {HCODE}")
    assert "ยังไม่ได้ยืนยันว่าแฟ้ม EPI" in warning


@pytest.mark.parametrize(
    ("category", "file", "setting"),
    [
        ("allergies", "DRUGALLERGY", "drugallergy_export_full"),
        ("chronic", "CHRONIC", "chronic_export_full"),
    ],
)
def test_each_register_has_its_own_word(
    province: ProvinceKit, export: Path, category: str, file: str, setting: str
) -> None:
    province.configure(hospitals={HCODE: {"categories": {category: "2000-01-01"}, "epi_export_full": True}})
    (warning,) = (
        line for line in RUN.invoke(app, ["config", "check"]).stdout.splitlines() if setting in line
    )
    assert f"{category} is on, but {file} is not said to be whole ({setting})" in warning
    province.configure(hospitals={HCODE: {setting: True}})
    assert "export_full" not in RUN.invoke(app, ["config", "check"]).stdout


def test_grants_of_the_staff_table_by_column_and_none_for_files(province: ProvinceKit, export: Path) -> None:
    refused = RUN.invoke(app, ["hospital", "grants", HCODE])
    assert refused.exit_code == 2
    assert "is no database" in refused.stderr
    province.configure(hospitals={HCODE: {"his": "jhcis"}})
    lines = RUN.invoke(app, ["hospital", "grants", HCODE, "--database", "jhcisdb"]).stdout.splitlines()
    staff = [line for line in lines if "`user`" in line]
    assert "GRANT SELECT (`fname`, `lname`, `username`) ON `jhcisdb`.`user`" in staff[0]
    assert all("GRANT SELECT (" in line for line in staff)
    assert next(line for line in lines if "`visit`" in line).startswith("GRANT SELECT ON")
