"""A private ``PHR_HOME`` for one play of a script: settings, accounts, databases, the double."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from sqlalchemy import URL, NullPool, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from phr.home import Home
from phr.quality import Checker, checker
from phr.settings import CATEGORIES, load_province
from phr_sandbox.demo import installation as demo
from phr_sandbox.national.server import SandboxServer
from phr_sandbox.province.profiles import PROFILES
from phr_sandbox.scenario.checking import RememberingEngine
from phr_sandbox.scenario.clock import replaced
from phr_sandbox.scenario.outcome import Mode
from phr_sandbox.scenario.script import Script
from phr_sandbox.scenario.writer import HosxpDatabase, hosxp_engine

Database = Literal["sqlite", "mariadb"]
#: server of the scenario's own databases, created and dropped by it
MARIADB_VARIABLE = "PHR_SCENARIO_MARIADB_URL"
_MARIADB_URL = "mysql+pymysql://root@127.0.0.1:3306/"
_POLICIES = Path(__file__).parents[2] / "config"


@dataclass
class Stage:
    """What a play needs: the hospitals' databases and the running double."""

    databases: dict[str, HosxpDatabase]
    double: SandboxServer


@contextmanager
def stage(
    root: Path, script: Script, *, database: Database, mode: Mode, server_merges: bool
) -> Iterator[Stage]:
    """Set everything up under ``root`` and take down what lives outside it.

    ``PHR_HOME`` and ``PHR_CONFIG_DIR`` point into it while the context lasts.
    """
    home, config = Home(root / "home"), root / "config"
    shutil.copytree(_POLICIES, config)
    (config / "hospitals.yaml").write_text(
        yaml.safe_dump(_settings(script, mode), allow_unicode=True), encoding="utf-8"
    )
    province = load_province(config / "hospitals.yaml")
    files = {hcode: home.replicas / f"{hcode}.sqlite" for hcode in script.hospitals}
    accounts = demo.Installation(home)
    # the double reads its accounts when it starts, and only then its port is known
    accounts.write_settings(province, demo.Ports(0, 0), files)
    with ExitStack() as stack:
        double = stack.enter_context(SandboxServer(home.national))
        double.admin.settings(resend="merge" if server_merges else "replace")
        accounts.write_settings(province, demo.Ports(0, double.port), files)
        urls = {hcode: make_url(f"sqlite:///{path}") for hcode, path in files.items()}
        if database == "mariadb":
            urls = {hcode: stack.enter_context(_mariadb(hcode)) for hcode in script.hospitals}
            _point_at(home.connections_file, urls)
        databases = {}
        for hcode, url in urls.items():
            engine = hosxp_engine(url.render_as_string(hide_password=False))
            databases[hcode] = HosxpDatabase(engine, hcode)
        stack.enter_context(replaced(checker, "Engine", RememberingEngine))
        # Data Docs are a third of the time of the checks and say nothing about what is sent
        stack.enter_context(replaced(Checker, "write_data_docs", _no_pages))
        stack.enter_context(_environment(PHR_HOME=str(home.root), PHR_CONFIG_DIR=str(config)))
        yield Stage(databases, double)


def _settings(script: Script, mode: Mode) -> dict[str, Any]:
    first = script.days[0].date
    return {
        "name_th": "จังหวัดสมมติ",
        "province_code": "99",
        "endpoint": {
            "environment": "sandbox",
            "resend_semantics": mode,
            "calls_per_minute": None,
            "threads": 4,
        },
        "hospitals": [
            {
                "hcode": hcode,
                "name_th": PROFILES[hcode].name_th,
                "his": "hosxp",
                "work_unit": "scenario",
                "categories": {name: first for name, known in CATEGORIES.items() if not known.proposed},
                "look_back_days": setting.look_back,
                "closed_weekdays": list(setting.closed_weekdays),
                "closed_days": list(setting.closed_days),
            }
            for hcode, setting in script.hospitals.items()
        ],
    }


def _server() -> URL:
    return make_url(os.environ.get(MARIADB_VARIABLE) or _MARIADB_URL)


def mariadb_answers() -> bool:
    """Whether the server for the scenario's databases lets us in."""
    engine = create_engine(_server(), poolclass=NullPool)
    try:
        with engine.connect():
            return True
    except DBAPIError:
        return False


@contextmanager
def _mariadb(hcode: str) -> Iterator[URL]:
    """A new database in tis620, as hospitals run it; dropped afterwards."""
    server = _server()
    name = f"phr_scenario_{hcode}_{secrets.token_hex(4)}"
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET tis620")
    try:
        yield server.set(database=name).update_query_dict({"charset": "utf8mb4"})
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name}")
        engine.dispose()


def _point_at(file: Path, urls: dict[str, URL]) -> None:
    connections = json.loads(file.read_text(encoding="utf-8"))
    for hcode, url in urls.items():
        connections[f"his_{hcode}"] = {
            "conn_type": "mysql",
            "host": url.host,
            "port": url.port,
            "login": url.username,
            "password": url.password,
            "schema": url.database,
        }
    demo.write_private(file, connections)


def _no_pages(_checker: Checker, _folder: Path) -> None:
    return


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    ours = (*values, "PHR_LEDGER_URL", "PHR_STAGING_URL", "PHR_CONNECTIONS_FILE")
    before = {name: os.environ.pop(name, None) for name in ours}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
