"""Wrong usage is refused before anything runs, with words that say what to change; messages stay whole."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from province_kit import DAYS, ProvinceKit
from sqlalchemy import func, select
from typer.testing import CliRunner

from phr.cli import app
from phr.home import Home
from phr.ledger import Ledger
from phr.ledger import tables as t

RUN = CliRunner()


def runs_planned() -> int:
    with Ledger.open(Home.from_env().ledger_url).read() as connection:
        return connection.execute(select(func.count()).select_from(t.run)).scalar_one()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--format", "xml"], "table or json", id="format"),
        pytest.param(["--from", "2025-10-08", "--to", "2025-10-07"], "lies before the first day", id="order"),
        pytest.param(["--from", "2568-10-07"], "Christian era: 2025", id="buddhist-from"),
        pytest.param(["--from", "2025-10-07", "--to", "2568-10-07"], "Christian era: 2025", id="buddhist-to"),
        pytest.param(["--to", "2399-01-01"], "lies in the future", id="future"),
    ],
)
@pytest.mark.parametrize("command", [["run", "visits"], ["balance"]], ids=" ".join)
def test_refused_before_anything_runs(
    mapped: ProvinceKit, command: list[str], options: list[str], says: str
) -> None:
    before = runs_planned()
    shown = RUN.invoke(app, [*command, *options])
    assert shown.exit_code == 2
    assert says in shown.stderr
    assert options[0] in shown.stderr or options[2] in shown.stderr
    assert runs_planned() == before


def test_balance_of_what_nobody_knows(mapped: ProvinceKit) -> None:
    nobody = RUN.invoke(app, ["balance", "--hospital", "12345"])
    assert nobody.exit_code == 3
    assert "PHR-102 [hospital 12345]" in nobody.stderr
    for form in ("table", "json"):
        never = RUN.invoke(app, ["balance", "--run", "nosuch", "--format", form])
        assert never.exit_code == 2
        assert "run nosuch is not in the ledger" in never.stderr
    assert RUN.invoke(app, ["balance", "--run", "first", "--hospital", "99003"]).exit_code == 0


def test_explain_takes_the_national_form_of_its_own_hospital(mapped: ProvinceKit) -> None:
    reference = mapped.clean_visit("99002", 3)
    plain = RUN.invoke(app, ["explain", "99002", reference])
    assert plain.exit_code == 0
    national = RUN.invoke(app, ["explain", "99002", f"99002:{reference}"])
    assert (national.exit_code, national.stdout) == (0, plain.stdout)
    assert RUN.invoke(app, ["explain", "99002", f"99001:{reference}"]).exit_code == 1


def test_messages_on_standard_error_are_not_wrapped(province: ProvinceKit) -> None:
    connections = province.home / "connections.json"
    raw = json.loads(connections.read_text(encoding="utf-8"))
    raw["his_99003"]["port"] = "three thousand"
    connections.write_text(json.dumps(raw), encoding="utf-8")
    shown = RUN.invoke(app, ["run", "visits", "--hospital", "99003", "--from", str(DAYS[0])])
    assert shown.exit_code == 3
    lines = [line for line in shown.stderr.splitlines() if line.startswith("PHR-101 [hospital 99003]")]
    assert len(lines) == 1
    assert "his_99003: port is not a number" in lines[0]
    assert "วิธีแก้: " in lines[0], "the whole message, to its last part"
    checked = RUN.invoke(app, ["config", "check"])
    assert lines[0] in checked.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--scale", "0"], "scale: 0.01 .. 100", id="scale"),
        pytest.param(["--from", "2025-10-08", "--to", "2025-10-07"], "lies before", id="order"),
        pytest.param(["--from", "2399-01-01"], "last_day lies before first_day", id="begins-after-today"),
        pytest.param(["--from", "2568-10-07"], "Christian era: 2025", id="buddhist"),
    ],
)
def test_demo_data_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], says: str
) -> None:
    monkeypatch.setenv("PHR_HOME", str(tmp_path))
    shown = RUN.invoke(app, ["demo-data", *options])
    assert shown.exit_code == 2
    assert says in shown.stderr
    assert "PHR-901" not in shown.stderr
    assert not list(tmp_path.glob("replicas/*.sqlite"))


def test_a_taken_port_is_said_once_in_each_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHR_HOME", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        shown = RUN.invoke(app, ["sandbox", "serve", "--port", str(port)])
    assert shown.exit_code == 4
    assert shown.stderr.count(f"127.0.0.1:{port}") == 2
    assert shown.stderr.count("PHR-408") == 1
    assert shown.stderr.count("stop what uses the port") == 1
    assert "already in use" not in shown.stderr
