"""Somebody follows "Connect a hospital on PostgreSQL" word by word, with a real PostgreSQL."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from how_to_page import blocks
from province_kit import ProvinceKit
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from typer.testing import CliRunner

from phr.cli import app
from phr_sandbox.conformance.databases import postgresql
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.loaders import loader
from phr_sandbox.conformance.model import Model

RUN = CliRunner()
PAGE = "connect-postgresql.md"
HIS = {"99004": "hosxp", "99005": "hospital_os"}
#: name of the database on the page -> hospital
DATABASES = {"hos": "99004", "hospital_os": "99005"}


@pytest.fixture
def replicas(postgres_url: str) -> Iterator[tuple[dict[str, Engine], dict[str, Model], str]]:
    """A filled database of each hospital, what it holds, and the login to be made there."""
    login = f"phr_t_{uuid.uuid4().hex[:10]}"
    models = {hcode: invent(hcode=hcode, patients=150) for hcode in HIS}
    with postgresql() as second:
        admins = {
            hcode: create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            for hcode, url in zip(HIS, (postgres_url, second), strict=True)
        }
        for hcode, his in HIS.items():
            loader(his).create(admins[hcode])
            loader(his).load(admins[hcode], models[hcode])
        try:
            yield admins, models, login
        finally:
            for admin in admins.values():
                with admin.connect() as connection:
                    connection.execute(text(f'DROP OWNED BY "{login}"'))
            with admins["99004"].connect() as connection:
                connection.execute(text(f'DROP ROLE "{login}"'))


@pytest.mark.postgres
def test_the_page_leads_to_a_dry_run(
    province: ProvinceKit, replicas: tuple[dict[str, Engine], dict[str, Model], str]
) -> None:
    admins, models, login = replicas
    place = make_url(admins["99004"].url)
    own = {
        **{name: make_url(admins[hcode].url).database for name, hcode in DATABASES.items()},
        **{"phr_reader": login, "10.0.0.20": place.host, 5432: place.port, "his-password": "its-own"},
    }
    (entries,) = blocks("en", "yaml", PAGE)
    path = province.config / "hospitals.yaml"
    raw = path.read_text(encoding="utf-8")
    lines = "\n".join(line.removeprefix("  ") for line in entries.text.splitlines())
    path.write_text(raw.replace("hospitals:\n", f"hospitals:\n{lines}\n"), encoding="utf-8")
    (added,) = blocks("en", "json", PAGE)
    file = province.home / "connections.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    for conn_id, fields in json.loads(added.text).items():
        known[conn_id] = {
            name: own.get(value, value) if isinstance(value, str | int) else value
            for name, value in fields.items()
        }
    file.write_text(json.dumps(known), encoding="utf-8")

    made: set[str] = set()
    said: dict[tuple[str, str], str] = {}
    for words in (words for block in blocks("en", "sh", PAGE) for words in block.commands):
        arguments = [str(own.get(word, word)) for word in words[1:]]
        hcode = next(word for word in words if word in HIS)
        to_file = ">" in arguments
        shown = RUN.invoke(app, arguments[: arguments.index(">")] if to_file else arguments)
        assert shown.exit_code == 0, (words, shown.output)
        said[" ".join(words[1:3]), hcode] = shown.stdout
        if to_file:
            with admins[hcode].connect() as admin:
                for line in shown.stdout.replace("<'password'>", "'its-own'").splitlines():
                    # one server holds both databases here, so the role is there the second time
                    if line and not line.startswith("--") and not (made and line.startswith("CREATE ROLE")):
                        admin.execute(text(line))
            made.add(hcode)
    assert made == set(HIS)
    for hcode in HIS:
        days = [
            visit
            for visit in models[hcode].visits
            if visit.state == "eligible" and visit.visit.service_day in ("2026-01-30", "2026-01-31")
        ]
        assert f"{hcode}" in said["hospital probe", hcode]
        assert "PHR-209" not in said["hospital probe", hcode]
        assert len(days) > 5
        assert f" seen={len(days)} " in said["run visits", hcode]
        assert "2026-01-31" in said["hospital probe", hcode]


def test_sql_on_the_page_is_what_the_command_prints(province: ProvinceKit) -> None:
    (entries,) = blocks("en", "yaml", PAGE)
    path = province.config / "hospitals.yaml"
    lines = "\n".join(line.removeprefix("  ") for line in entries.text.splitlines())
    raw = path.read_text(encoding="utf-8")
    path.write_text(raw.replace("hospitals:\n", f"hospitals:\n{lines}\n"), encoding="utf-8")
    (sql,) = blocks("en", "sql", PAGE)
    shown = RUN.invoke(app, ["hospital", "grants", "99005", "--database", "hospital_os"]).stdout.splitlines()
    assert set(sql.text.splitlines()) <= set(shown)


def test_both_languages_give_the_same_commands() -> None:
    assert blocks("th", page=PAGE) == blocks("en", page=PAGE)
