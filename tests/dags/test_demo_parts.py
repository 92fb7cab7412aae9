"""The demo leaves no process behind, touches nobody else's folder and says what is wrong with a port."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from phr.home import Home
from phr_sandbox.demo.data import prepare
from phr_sandbox.demo.installation import DemoError, Installation, Ports, write_private
from phr_sandbox.demo.processes import Components, end_leftovers, session_members
from phr_sandbox.demo.stack import Stack

#: like the scheduler: a child in a process group of its own, deaf to the polite signal
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", deaf], process_group=0)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def components(tmp_path: Path) -> Iterator[Components]:
    made = Components(state_file=tmp_path / "state.json", log_folder=tmp_path / "logs")
    yield made
    made.stop(grace=0.1)


def wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 20
    while text not in (path.read_text() if path.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_stop_ends_a_whole_session_even_a_stubborn_one(components: Components, tmp_path: Path) -> None:
    component = components.start("stubborn", [sys.executable, "-c", STUBBORN], dict(os.environ), cwd=tmp_path)
    wait_for(component.log, "ready")
    session = component.process.pid
    assert len(session_members(session)) == 2
    assert components.stop(grace=0.2) == []
    assert session_members(session) == []
    assert not (tmp_path / "state.json").exists()


def test_what_a_killed_demo_left_running_is_ended_at_the_next_start(tmp_path: Path) -> None:
    runner = f"""
import os, sys, time
from pathlib import Path
from phr_sandbox.demo.processes import Components
folder = Path({str(tmp_path)!r})
# hides its environment and its name, as Airflow's processes do
sleeper = "import time, setproctitle as s; s.setproctitle('x' * 4000); print('ready', flush=True); "
sleeper += "time.sleep(600)"
made = Components(state_file=folder / "state.json", log_folder=folder)
made.start("sleeper", [sys.executable, "-c", sleeper],
           dict(os.environ), cwd=Path("/"))
made._watchdog.kill()  # both were killed
time.sleep(600)
"""
    demo = subprocess.Popen([sys.executable, "-c", runner])
    wait_for(tmp_path / "sleeper.log", "ready")
    demo.send_signal(signal.SIGKILL)
    demo.wait()
    assert end_leftovers(tmp_path / "state.json") == 1
    assert end_leftovers(tmp_path / "state.json") == 0


def test_a_stranger_with_a_reused_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        state = {"folder": str(Path.cwd()), "sessions": {stranger.pid: "1"}}
        (tmp_path / "state.json").write_text(json.dumps(state))
        assert end_leftovers(tmp_path / "state.json") == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_component_that_ends_by_itself_is_started_again_twice(tmp_path: Path) -> None:
    said: list[str] = []
    stack = Stack(Installation(Home(tmp_path)), Ports(1, 2), dict(os.environ), said.append)
    try:
        stack.components.start("sleeper", ["sleep", "600"], stack.env, cwd=tmp_path)
        with pytest.raises(DemoError, match="sleeper ended by itself"):  # while everything is starting
            end_and_mind(stack)
        stack._booted = True
        stack.mind()
        end_and_mind(stack)
        assert len(said) == 2
        assert "exit code -9" in said[-1]
        with pytest.raises(DemoError, match="sleeper ended by itself"):
            end_and_mind(stack)
    finally:
        stack.components.stop()


def end_and_mind(stack: Stack) -> None:
    sleeper = stack.components.named("sleeper")
    assert sleeper is not None
    sleeper.process.kill()
    sleeper.process.wait()
    stack.mind()


def test_a_port_in_use_is_named_with_the_setting_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("PHR_AIRFLOW_PORT", str(port))
        with pytest.raises(DemoError, match=f"port {port} .*PHR_AIRFLOW_PORT"):
            Ports.from_env()


@pytest.mark.parametrize("text", ["http", "-1", "70000", "80 80"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PHR_NATIONAL_PORT", text)
    with pytest.raises(DemoError, match="PHR_NATIONAL_PORT"):
        Ports.from_env()


def test_two_demos_do_not_share_a_home(tmp_path: Path) -> None:
    first = Installation(Home(tmp_path))
    first.lock()
    with pytest.raises(DemoError, match="another demo"):
        Installation(Home(tmp_path)).lock()


def test_a_real_installation_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "connections.json").write_text("{}")
    (tmp_path / "ledger.sqlite").write_text("precious")
    with pytest.raises(DemoError, match="not a demo's"):
        prepare(Home(tmp_path), today=date(2025, 10, 9), scale=0.02, fresh=True)
    assert (tmp_path / "ledger.sqlite").read_text() == "precious"


def test_a_demo_home_is_used_again_and_started_over_when_its_day_is_past(tmp_path: Path) -> None:
    home = Home(tmp_path)

    def start(day: int, *, fresh: bool = False) -> bool:
        _province, _sources, build = prepare(home, today=date(2025, 10, day), scale=0.02, fresh=fresh)
        Installation(home).secrets()
        if build:
            build(lambda _line: None)
            (tmp_path / "ledger.sqlite").write_text(f"of {day}")
        return build is not None

    assert start(8) is True
    assert start(8) is False
    assert (tmp_path / "ledger.sqlite").read_text() == "of 8"
    assert start(9) is True, "the province of yesterday has no visits of today"
    assert start(9, fresh=True) is True


def test_secrets_are_for_the_owner_only_and_stay_the_same(tmp_path: Path) -> None:
    installation = Installation(Home(tmp_path))
    first = installation.secrets()
    assert Installation(Home(tmp_path)).secrets() == first
    assert stat.S_IMODE((tmp_path / "demo-secrets.json").stat().st_mode) == 0o600
    file = tmp_path / "open.json"
    file.write_text("{}")
    file.chmod(0o644)
    write_private(file, {"a": 1})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
