"""Somebody follows the how-to "Add a hospital" word by word, with a real MariaDB and the double."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from how_to_page import PAGES, blocks, connections
from province_kit import DAYS, ProvinceKit
from sqlalchemy import URL, NullPool, create_engine, make_url, text
from typer.testing import CliRunner

from phr.cli import app
from phr.settings import load_province
from phr_sandbox.province.build import build_hospital
from phr_sandbox.province.profiles import PROFILES

RUN = CliRunner()
HCODE = "99002"


@pytest.fixture
def replica(mariadb_url: str) -> Iterator[tuple[URL, str, Any]]:
    """The new hospital's database, the login to be made there, and what its visits should come to."""
    login = f"phr_t_{uuid.uuid4().hex[:10]}"
    engine = create_engine(mariadb_url, poolclass=NullPool)
    oracle = build_hospital(engine, PROFILES[HCODE], seed=3, first_day=DAYS[0], last_day=DAYS[1], scale=0.15)
    yield make_url(mariadb_url), login, oracle
    with engine.begin() as connection:
        connection.execute(text(f"DROP USER IF EXISTS '{login}'@'%'"))


def without_the_hospital(kit: ProvinceKit) -> str:
    """The province before the hospital joins; returns the password of its account at the double."""
    path = kit.config / "hospitals.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw["hospitals"] = [entry for entry in raw["hospitals"] if entry["hcode"] != HCODE]
    # the list last, so that the reader can append to the file
    raw["hospitals"] = raw.pop("hospitals")
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")
    file = kit.home / "connections.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    del known[f"his_{HCODE}"]
    password = str(known.pop(f"moph_prompt_{HCODE}")["password"])
    file.write_text(json.dumps(known), encoding="utf-8")
    return password


def add_the_entry(kit: ProvinceKit) -> Path:
    (entry,) = blocks("en", "yaml")
    path = kit.config / "hospitals.yaml"
    # the file of the test was written without indentation
    lines = "\n".join(line.removeprefix("  ") for line in entry.text.splitlines())
    path.write_text(f"{path.read_text(encoding='utf-8')}{lines}\n", encoding="utf-8")
    return path


@pytest.mark.mariadb
def test_the_page_leads_to_a_first_run(province: ProvinceKit, replica: tuple[URL, str, Any]) -> None:
    url, login, oracle = replica
    account = without_the_hospital(province)
    own = {
        "hos": url.database,
        "phr_reader": login,
        "10.0.0.5": "%",
        "10.0.0.20": url.host,
        3306: url.port,
        "his-password": "its-own",
        "moph-password": account,
    }

    # 1. the entry
    path = add_the_entry(province)
    assert [h.hcode for h in load_province(path).hospitals][-1] == HCODE
    hospital = load_province(path).hospital(HCODE)
    assert hospital.missing_controls == (), "outside the sandbox it may take part, too"

    shell = [words for block in blocks("en", "sh") for words in block.commands]
    done = []
    for words in shell:
        if words[0] != "phr":
            continue  # Airflow's part: tests/dags/test_how_to_connections.py
        if words[1:3] == ["config", "check"]:
            # 3. the connections, before anything asks for them
            file = province.home / "connections.json"
            known = json.loads(file.read_text(encoding="utf-8"))
            added = {
                conn_id: {name: own.get(value, value) if isinstance(value, str | int) else value
                          for name, value in fields.items()}
                for conn_id, fields in connections().items()
            }  # fmt: skip
            file.write_text(json.dumps(known | added), encoding="utf-8")
        arguments = [str(own.get(word, word)) for word in words[1:]]
        target = arguments[arguments.index(">") + 1] if ">" in arguments else None
        shown = RUN.invoke(app, arguments[: arguments.index(">")] if target else arguments)
        assert shown.exit_code == 0, (words, shown.output)
        done.append((" ".join(words[1:3]), shown.stdout))
        if target == "grants-99002.sql":
            # 2. the administrator of the replica
            sql = shown.stdout.replace("<'password'>", "'its-own'")
            with create_engine(url, poolclass=NullPool).connect() as admin:
                for line in sql.splitlines():
                    if line and not line.startswith("--"):
                        admin.execute(text(line))

    said = dict(done)
    assert [name for name, _ in done] == [
        "hospital grants", "config check", "hospital list", "hospital probe", "run visits", "run visits",
        "balance --hospital",
    ]  # fmt: skip
    assert f"✓ {HCODE} รพ.ชุมชนสมมติ" in said["config check"]
    assert "EA0099002" in said["hospital list"]
    assert "PHR-209" not in said["hospital probe"], "the account may not write"
    dry, real = (text for name, text in done if name == "run visits")
    assert f"new={len(oracle.refs('send'))}" in dry
    assert "delivery report" in real
    assert set(province.national()) == {f"{HCODE}:{ref}" for ref in oracle.refs("send")}


def test_the_page_does_not_work_before_the_connections_exist(province: ProvinceKit) -> None:
    without_the_hospital(province)
    add_the_entry(province)
    checked = RUN.invoke(app, ["config", "check"])
    assert checked.exit_code == 1
    for conn_id in connections():
        assert f"PHR-103 [hospital {HCODE}] a connection is not defined: {conn_id}" in checked.stdout


def test_sql_on_the_page_is_what_the_command_prints(province: ProvinceKit) -> None:
    mysql, postgresql = blocks("en", "sql")
    arguments = ["hospital", "grants", HCODE, "--from-host", "10.0.0.5"]
    for block, more in ((mysql, []), (postgresql, ["--dialect", "postgresql"])):
        shown = RUN.invoke(app, [*arguments, *more]).stdout.splitlines()
        assert set(block.text.splitlines()) <= set(shown)


def test_both_languages_give_the_same_commands() -> None:
    assert blocks("th") == blocks("en")


@pytest.mark.parametrize("language", ["en", "th"])
def test_settings_in_the_table_of_the_page_are_valid(language: str, tmp_path: Path) -> None:
    rows = re.findall(r"^\| `(\w+: [^`]+)` \|", PAGES[language].read_text(encoding="utf-8"), re.M)
    assert len(rows) == 8
    (entry,) = blocks(language, "yaml")
    path = tmp_path / "hospitals.yaml"
    for row in rows:
        head = 'name_th: จังหวัดสมมติ\nprovince_code: "99"\nhospitals:\n'
        path.write_text(f"{head}{entry.text}    {row}\n", encoding="utf-8")
        assert load_province(path).broken == (), row
