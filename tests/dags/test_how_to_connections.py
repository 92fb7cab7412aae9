"""Airflow's part of the how-to "Add a hospital": the two connections by command and by web page."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))

from how_to_page import PAGES, blocks, connections

from phr.connections import Connection
from phr.delivery import credentials
from phr.settings import Hospital

pytestmark = pytest.mark.airflow

HOSPITAL = Hospital(hcode="99002", name_th="รพ.ชุมชนสมมติ", his="hosxp")


def _run(words: list[str]) -> None:
    from airflow.cli.cli_parser import get_parser

    arguments = get_parser().parse_args(words[1:])
    arguments.func(arguments)


def test_the_command_of_the_page_makes_both_connections(
    airflow_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.models.connection import Connection as AirflowConnection
    from airflow.utils.session import create_session

    from moph_prompt.connections import to_domain

    commands = [w for b in blocks("en", "sh") for w in b.commands if w[0] == "airflow"]
    assert commands == [["airflow", "connections", "import", "connections-99002.json"]]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "connections-99002.json").write_text(json.dumps(connections()))
    _run(commands[0])
    found: dict[str, Connection] = {}
    with create_session() as session:
        for conn_id in connections():
            row = session.query(AirflowConnection).filter_by(conn_id=conn_id).one()
            found[conn_id] = to_domain(row)
            session.delete(row)
    source = found["his_99002"].source_url(hospital="99002")
    assert (source.drivername, source.host, source.port) == ("mysql+pymysql", "10.0.0.20", 3306)
    assert (source.database, source.username, source.password) == ("hos", "phr_reader", "his-password")

    class Found:
        def get(self, conn_id: str) -> Connection:
            return found[conn_id]

    monkeypatch.setattr("phr.connections._source", Found())
    address = credentials.address_from(
        Connection("moph_prompt", host="http://127.0.0.1:8099", extra={"environment": "sandbox"}), "sandbox"
    )
    assert credentials.load_credentials(HOSPITAL, address).user == "phr-99002"


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_web_page_offers_the_types_that_the_table_names(language: str) -> None:
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService

    text = PAGES[language].read_text(encoding="utf-8")
    row = re.search(r"^\| Connection type \| ([^|]+) \| ([^|]+) \|", text, re.M)
    assert row is not None
    offered = {hook.hook_name: hook.connection_type for hook in HookMetaService.hook_meta_data()}
    assert (offered[row[1]], offered[row[2]]) == ("generic", "moph_prompt")
    extra = re.search(r"^\| Extra \| `([^`]+)`", text, re.M)
    assert extra is not None
    fields: dict[str, Any] = {**connections()["his_99002"], "conn_type": "generic"}
    url = Connection("his_99002", **fields, extra=json.loads(extra[1])).source_url(hospital="99002")
    assert url.get_backend_name() == "mysql"
