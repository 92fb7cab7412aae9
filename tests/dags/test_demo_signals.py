"""However the demo ends - a signal, a closed terminal, SIGKILL - its components end with it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phr_sandbox.demo.processes import end_leftovers, session_members

#: the demo's own main, with two sleepers in the place of Airflow; one has a child in a group of its own
DEMO = """
import fcntl, functools, os, sys, termios, types
from pathlib import Path
from phr_sandbox.demo import __main__ as command
from phr_sandbox.demo.installation import DemoError
from phr_sandbox.demo.processes import Components
from phr_sandbox.demo.runner import Demo

folder = Path(sys.argv.pop())
if sys.argv.pop() == "terminal":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

parent = "import subprocess, time; subprocess.Popen(['sleep', '600'], process_group=0); "
parent += "print('ready', flush=True); time.sleep(600)"


class Small(Demo):
    def __init__(self, *_arguments, console, **_more):
        self._console = console
        self._stack = types.SimpleNamespace(mind=self.mind)
        self._components = Components(state_file=folder / "state.json", log_folder=folder)
        # the child of "parent" outlives its leader; do not wait long for it to end by itself
        self._components.stop = functools.partial(self._components.stop, grace=1)

    def mind(self):
        if self._components.first_dead():
            raise DemoError("one has ended")

    def run(self):
        self._components.start("sleeper", ["sleep", "600"], dict(os.environ), cwd=folder)
        self._components.start("parent", [sys.executable, "-c", parent], dict(os.environ), cwd=folder)


command.Demo = Small
sys.exit(command.main())
"""


def until(happened: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def sessions_of(folder: Path) -> list[int]:
    """Sessions of a demo that is up: three processes in two sessions."""
    log, state = folder / "parent.log", folder / "state.json"
    until(lambda: log.exists() and "ready" in log.read_text() and state.exists())
    sessions = [int(sid) for sid in json.loads(state.read_text())["sessions"]]
    assert sum(len(session_members(sid)) for sid in sessions) == 3
    return sessions


def watchers(folder: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"phr_sandbox.demo.watchdog" in words and str(folder / "state.json").encode() in words:
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    end_leftovers(tmp_path / "state.json")


def start(folder: Path, terminal: int | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", DEMO, "terminal" if terminal else "none", str(folder)],
        stdin=terminal,
        stdout=terminal or subprocess.DEVNULL,
        stderr=terminal or subprocess.DEVNULL,
        start_new_session=True,
    )


def nothing_left(folder: Path, sessions: list[int]) -> None:
    until(lambda: not any(session_members(sid) for sid in sessions), seconds=8)
    until(lambda: not watchers(folder) and not (folder / "state.json").exists(), seconds=8)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_components_too(folder: Path, number: signal.Signals) -> None:
    demo = start(folder)
    sessions = sessions_of(folder)
    assert len(watchers(folder)) == 1
    demo.send_signal(number)
    assert demo.wait(10) == (-9 if number == signal.SIGKILL else 130)
    nothing_left(folder, sessions)


def test_closing_the_terminal_ends_the_components_too(folder: Path) -> None:
    ours, theirs = pty.openpty()
    demo = start(folder, theirs)
    os.close(theirs)
    sessions = sessions_of(folder)
    os.close(ours)
    demo.wait(10)
    nothing_left(folder, sessions)


def test_under_nohup_a_closed_terminal_ends_nothing(folder: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        demo = start(folder)
    finally:
        signal.signal(signal.SIGHUP, before)
    sessions = sessions_of(folder)
    demo.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert demo.poll() is None
    demo.terminate()
    assert demo.wait(10) == 130
    nothing_left(folder, sessions)


def test_a_watchdog_leaves_the_next_demo_alone(folder: Path) -> None:
    demo = start(folder)
    sessions = sessions_of(folder)
    assert end_leftovers(folder / "state.json", owner=demo.pid + 1) == 0
    assert all(session_members(sid) for sid in sessions)
    assert end_leftovers(folder / "state.json", owner=demo.pid) == 3
    demo.wait(10)
    nothing_left(folder, sessions)
