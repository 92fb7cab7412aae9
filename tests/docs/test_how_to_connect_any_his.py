"""Somebody follows the how-to "Connect any other HIS" word by word: an unknown HIS in a real PostgreSQL."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from how_to_page import blocks, connections
from province_kit import DAYS, ProvinceKit
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from typer.testing import CliRunner
from unknown_his import Truth, build

from phr.cli import app
from phr.his.view_contract import view_contract

PAGE = "connect-any-his"
HCODE = "99002"
RUN = CliRunner()


@pytest.fixture
def unknown(postgres_url: str) -> Iterator[tuple[Engine, URL, str, Truth]]:
    """The HIS nobody wrote an adapter for, and a login to be made there."""
    login = f"phr_t_{uuid.uuid4().hex[:10]}"
    engine = create_engine(postgres_url, poolclass=NullPool)
    truth = build(engine, DAYS[:2])
    yield engine, make_url(postgres_url), login, truth
    with engine.begin() as connection:
        connection.execute(text(f'DROP OWNED BY "{login}"'))
        connection.execute(text(f'DROP ROLE "{login}"'))


def the_entry(kit: ProvinceKit) -> None:
    """Put the entry of the page in the place of the hospital's old one."""
    path = kit.config / "hospitals.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw["hospitals"] = [entry for entry in raw["hospitals"] if entry["hcode"] != HCODE]
    raw["hospitals"] = raw.pop("hospitals")  # the list last, so that the reader can append to the file
    (entry,) = blocks("en", "yaml", PAGE)
    lines = "\n".join(line.removeprefix("  ") for line in entry.text.splitlines())
    text_ = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)
    path.write_text(f"{text_}{lines}\n", encoding="utf-8")


def the_connections(kit: ProvinceKit, own: dict[object, object]) -> Path:
    file = kit.home / "connections.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    own["moph-password"] = known[f"moph_prompt_{HCODE}"]["password"]
    for conn_id, fields in connections("en", PAGE).items():
        known[conn_id] = {
            name: own.get(value, value) if isinstance(value, str | int) else value
            for name, value in fields.items()
        }
    file.write_text(json.dumps(known), encoding="utf-8")
    return file


def what_is_ours(url: URL, login: str) -> dict[object, object]:
    """Values of the page -> those of the test's own server."""
    return {
        "opd": url.database,
        "phr_reader": login,
        "10.0.0.20": url.host,
        5432: url.port,
        "his-password": "its-own",
    }


def as_administrator(engine: Engine, sql: str) -> None:
    with engine.begin() as connection:
        for statement in re.split(r";\s*(?:\n|$)", sql):
            lines = [line for line in statement.splitlines() if line and not line.startswith("--")]
            if lines:
                connection.execute(text("\n".join(lines)))


@pytest.mark.postgres
def test_the_page_leads_from_an_unknown_his_to_a_first_run(
    province: ProvinceKit, unknown: tuple[Engine, URL, str, Truth]
) -> None:
    engine, url, login, truth = unknown
    own = what_is_ours(url, login)

    # 1. the views and their indexes
    for block in blocks("en", "sql", PAGE):
        as_administrator(engine, block.text)

    # 3. the entry and the connections, before anything asks for them
    the_entry(province)
    the_connections(province, own)

    # 2. and 4. the commands
    said: list[tuple[str, str]] = []
    for words in (words for block in blocks("en", "sh", PAGE) for words in block.commands):
        arguments = [str(own.get(word, word)) for word in words[1:]]
        piped = ">" in arguments
        shown = RUN.invoke(app, arguments[: arguments.index(">")] if piped else arguments)
        assert shown.exit_code == 0, (words, shown.output)
        said.append((" ".join(words[1:3]), shown.stdout))
        if piped:
            made = shown.stdout.replace("<'password'>", "'its-own'")
            with engine.connect() as connection:
                names = connection.execute(text("SELECT viewname FROM pg_views WHERE schemaname = 'phr'"))
                there = set(names.scalars())
            # the page says to leave out the optional views that were not made
            kept = [
                line
                for line in made.splitlines()
                if not (match := re.search(r'"phr"\."(\w+)"', line)) or match[1] in there
            ]
            as_administrator(engine, "\n".join(kept))
    assert [name for name, _ in said] == [
        "hospital grants", "config check", "hospital probe", "run visits", "run visits", "balance --hospital",
    ]  # fmt: skip
    probed = dict(said)["hospital probe"]
    assert "PHR-209" not in probed, "the account may not write"
    assert "phr_screening" in probed
    dry, real = (shown for name, shown in said if name == "run visits")
    assert f"new={len(truth.finished)}" in dry
    assert "delivery report" in real
    national = province.national()
    assert set(national) == {f"{HCODE}:{number}" for number in truth.finished}

    # what the views say is what arrived
    bodies = [province.double.admin.encounter(ref)["body"] for ref in national]
    sent = json.dumps(bodies, ensure_ascii=False)
    for shown in ("J069", "Paracetamol 500 mg", "Glucose"):
        assert shown in sent
    assert "Amoxicillin" not in sent, "cancelled"


@pytest.mark.postgres
def test_doses_of_the_views_become_registers(
    province: ProvinceKit, unknown: tuple[Engine, URL, str, Truth]
) -> None:
    engine, url, login, _truth = unknown
    for block in blocks("en", "sql", PAGE):
        as_administrator(engine, block.text)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE \"{login}\" LOGIN PASSWORD 'its-own'"))
        connection.execute(text(f'GRANT USAGE ON SCHEMA phr TO "{login}"'))
        connection.execute(text(f'GRANT SELECT ON ALL TABLES IN SCHEMA phr TO "{login}"'))
    own = what_is_ours(url, login)
    the_entry(province)
    the_connections(province, own)
    arguments = f"run immunizations --hospital {HCODE} --from {DAYS[0]} --to {DAYS[1]} --dry-run"
    shown = RUN.invoke(app, arguments.split())
    assert shown.exit_code == 0, shown.output
    assert "new=12" in shown.stdout


def test_both_languages_give_the_same_commands() -> None:
    assert blocks("th", page=PAGE) == blocks("en", page=PAGE)


def test_the_page_makes_views_of_the_contract_only() -> None:
    contract = {view: {column.name for column in columns} for view, columns in view_contract().items()}
    required = {view: {c.name for c in columns if c.required} for view, columns in view_contract().items()}
    sql = blocks("en", "sql", PAGE)[0].text
    made = dict(re.findall(r"CREATE VIEW phr\.(\w+) AS\s+(SELECT.*?);", sql, re.S))
    assert {"phr_hospital", "phr_visit", "phr_patient", "phr_diagnosis"} <= set(made) <= set(contract)
    for view, select in made.items():
        named = set(re.findall(r"\bAS (\w+)(?=,|\s+FROM|$)", select))
        assert required[view] <= named <= contract[view], view
