"""Airflow for DAG tests: a home of its own and the demo's configuration, set before any import."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))

from province_fixtures import double, new_province, province, province_template

from phr_sandbox.demo.airflow_env import REPOSITORY, AirflowSecrets, airflow_env

__all__ = ["double", "new_province", "province", "province_template"]

_HOME = Path(tempfile.mkdtemp(prefix="phr-airflow-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
_SECRETS = AirflowSecrets("l3sY9vJxkGJ6v1VqFJ1GzQ0g0T2m0b0f1l6rQm3rB8s=", "jwt" * 16, "api" * 16)
_ENV = airflow_env(_HOME, secrets=_SECRETS)
# the test's own homes and connections decide, not the ones of this installation
for _name in ("PHR_HOME", "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKEND_KWARGS"):
    _ENV.pop(_name)
os.environ.update(_ENV)
(_HOME / "airflow").mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def dag_bag() -> Any:
    """All DAG files of the repository, parsed without a database."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(REPOSITORY / "dags"))


@pytest.fixture
def visits(dag_bag: Any) -> Any:
    """The DAG of the visits feed."""
    return dag_bag.dags["phr_visits"]


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """A migrated metadata database in the temporary home."""
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def feed_run(
    province: Any, dag_bag: Any, airflow_db: None, connection: Callable[..., None]
) -> Callable[..., Any]:
    """Run a feed's DAG over the small province: ``feed_run("labs", dry_run=True)`` returns the DAG run."""
    for conn_id, fields in json.loads((province.home / "connections.json").read_text()).items():
        connection(conn_id, **fields)

    def run(feed: str, **conf: Any) -> Any:
        from airflow.dag_processing.dagbag import DagBag

        dag = DagBag(str(REPOSITORY / "dags")).dags[f"phr_{feed}"]
        return dag.test(run_conf={"day_from": "2025-10-07", "day_to": "2025-10-09", **conf})

    return run


@pytest.fixture
def visits_run(feed_run: Callable[..., Any]) -> Callable[..., Any]:
    """Run the visits DAG: ``visits_run(dry_run=True)`` returns the DAG run."""
    return functools.partial(feed_run, "visits")


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Define a connection for this test: ``connection("moph_prompt", host=..., extra={...})``."""

    def define(conn_id: str, **fields: Any) -> None:
        value = json.dumps({"conn_type": "moph_prompt", **fields})
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", value)

    return define


@pytest.fixture
def redirecting_server() -> Iterator[str]:
    """An HTTP server that sends everybody elsewhere."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Redirect(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(307)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Redirect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
