"""A malformed connection is a numbered fault that names connection and field, never a value."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import pytest

from phr import connections, faults
from phr.connections import FileConnections, get_connection, parse_connection
from phr.errors import Fault, StopHospital

#: stands in every malformed value, so that a message that quotes one is noticed
SECRET = "hidden-word"
GOOD = {"conn_type": "mysql", "host": "h", "login": "u", "password": SECRET, "schema": "hos", "port": 3306}


@pytest.fixture
def in_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHR_HOME", str(tmp_path))
    monkeypatch.delenv("AIRFLOW_CONN_HIS_99001", raising=False)
    monkeypatch.setattr(connections, "_source", FileConnections())
    return tmp_path / "connections.json"


def refused(name: str, fault: Fault = faults.CONFIG_MALFORMED) -> None:
    with pytest.raises(StopHospital) as caught:
        get_connection("his_99001", hospital="99001").source_url(hospital="99001")
    assert caught.value.fault is fault
    assert caught.value.hospital == "99001"
    assert name in caught.value.detail
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        pytest.param({"port": f"{SECRET}"}, "his_99001: port", id="port-no-number"),
        pytest.param({"port": 70000}, "his_99001: port", id="port-too-high"),
        pytest.param({"port": -1}, "his_99001: port", id="port-negative"),
        pytest.param({"port": [3306]}, "his_99001: port", id="port-list"),
        pytest.param({"host": [SECRET]}, "his_99001: host", id="host-list"),
        pytest.param({"password": {"value": SECRET}}, "his_99001: password", id="password-object"),
        pytest.param({"extra": f'{{"charset": {SECRET}'}, "his_99001: extra", id="extra-bad-json"),
        pytest.param({"extra": f'["{SECRET}"]'}, "his_99001: extra", id="extra-list-text"),
        pytest.param({"extra": [SECRET]}, "his_99001: extra", id="extra-list"),
        pytest.param({"extra": {"charset": SECRET}}, "his_99001: extra.charset", id="charset"),
        pytest.param({"extra": {"driver": SECRET}}, "his_99001: extra.driver", id="driver"),
        pytest.param({"extra": {"driver": f"mysql+{SECRET}"}}, "his_99001: extra.driver", id="mysql-driver"),
    ],
)
@pytest.mark.parametrize("form", ["file", "variable"])
def test_a_malformed_field_is_named(
    in_file: Path, monkeypatch: pytest.MonkeyPatch, form: str, wrong: dict[str, Any], name: str
) -> None:
    if form == "file":
        in_file.write_text(json.dumps({"his_99001": GOOD | wrong}))
    else:
        monkeypatch.setenv("AIRFLOW_CONN_HIS_99001", json.dumps(GOOD | wrong))
    refused(name)


@pytest.mark.parametrize("raw", [[SECRET], 5, None, "[1, 2]", f'{{"host": "{SECRET}"'], ids=repr)
def test_a_connection_that_is_no_object(in_file: Path, raw: Any) -> None:
    in_file.write_text(json.dumps({"his_99001": raw}))
    refused("his_99001: the connection")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (f"mysql://u:p@h:{SECRET}/hos", "port"),
        (f"mysql://u:{SECRET}@[h/hos", "the connection"),
        (f"mysql://u:p@h/hos?__extra__=%7B{SECRET}", "extra"),
        (f"mysql://u:p@h/hos?charset={SECRET}", "extra.charset"),
    ],
    ids=["port", "address", "extra", "charset"],
)
def test_a_malformed_uri(in_file: Path, monkeypatch: pytest.MonkeyPatch, uri: str, name: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HIS_99001", uri)
    refused(f"his_99001: {name}")


@pytest.mark.parametrize("text", [f'["{SECRET}"]', f"{{{SECRET}", "3"])
def test_a_file_that_holds_no_connections(in_file: Path, text: str) -> None:
    in_file.write_text(text)
    refused("connections.json")


def test_a_type_that_is_no_database(in_file: Path) -> None:
    in_file.write_text(json.dumps({"his_99001": GOOD | {"conn_type": "http"}}))
    refused("his_99001", faults.CONNECTION_MISSING)
    in_file.write_text("{}")
    refused("his_99001", faults.CONNECTION_MISSING)


@pytest.mark.parametrize(
    ("extra", "charset", "wanted"),
    [
        ({}, "auto", "utf8mb4"),
        ({}, "tis620", "tis620"),
        ('{"charset": "TIS620"}', "auto", "TIS620"),
        ({"driver": "mysql"}, "auto", "utf8mb4"),
        (None, "auto", "utf8mb4"),
    ],
)
@pytest.mark.parametrize("port", ["3306", 3306])
def test_good_connections(extra: Any, charset: str, wanted: str, port: Any) -> None:
    found = parse_connection("his_99001", GOOD | {"extra": extra, "port": port})
    url = found.source_url(hospital="99001", charset=charset)
    assert (url.host, url.port, url.database, url.query["charset"]) == ("h", 3306, "hos", wanted)


@pytest.mark.parametrize(
    ("extra", "charset", "wanted"),
    [
        ({}, "auto", {"client_encoding": "UTF8"}),
        ({}, "tis620", {"client_encoding": "WIN874"}),
        ({"charset": "TIS620"}, "auto", {"client_encoding": "WIN874"}),
        (
            {"search_path": "dw_99001, public"},
            "utf8mb4",
            {"client_encoding": "UTF8", "options": "-csearch_path=dw_99001,public"},
        ),
    ],
)
def test_connections_of_postgresql(extra: Any, charset: str, wanted: dict[str, str]) -> None:
    found = parse_connection("his_99001", GOOD | {"conn_type": "postgres", "extra": extra})
    url = found.source_url(hospital="99001", charset=charset)
    assert (url.drivername, dict(url.query)) == ("postgresql+psycopg", wanted)


@pytest.mark.parametrize("extra", [{"charset": SECRET}, {"search_path": f"a -c x={SECRET}"}], ids=repr)
def test_malformed_connections_of_postgresql(in_file: Path, extra: dict[str, str]) -> None:
    in_file.write_text(json.dumps({"his_99001": GOOD | {"conn_type": "postgres", "extra": extra}}))
    refused(f"his_99001: extra.{next(iter(extra))}")
