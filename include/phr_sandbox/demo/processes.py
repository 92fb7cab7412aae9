"""Components as processes: each in its own session, all of them ended, even after a killed demo.

A session and not only a process group, because Airflow gives every running task a group of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path


def session_members(session: int) -> list[int]:
    """Live processes of a session (Linux ``/proc``; elsewhere the leader alone)."""
    if not Path("/proc/self/stat").exists():
        try:
            os.kill(session, 0)
        except (ProcessLookupError, PermissionError):
            return []
        return [session]
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields and fields[3] == str(session) and fields[0] != "Z":
            members.append(int(folder.name))
    return members


def _stat(pid: int) -> list[str]:
    """Fields of ``/proc/PID/stat`` from the state on (state, parent, group, session, ...), or nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []  # gone while we looked


def started_at(pid: int) -> str:
    """When a process began, in the kernel's ticks since boot; empty when there is none."""
    fields = _stat(pid)
    return fields[19] if fields else ""


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


@dataclass
class Component:
    """One started component."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    command: list[str]
    env: dict[str, str] = field(repr=False)
    cwd: Path
    #: how often it was started again after it had ended by itself
    revived: int = 0

    def exited(self) -> int | None:
        """Exit code, or None while it runs."""
        return self.process.poll()

    def tail(self, lines: int = 15) -> str:
        """Last lines of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


class Components:
    """Starts components and ends all of them."""

    def __init__(self, *, state_file: Path, log_folder: Path) -> None:
        self._state_file = state_file
        self._log_folder = log_folder
        self._running: list[Component] = []
        self._watchdog: subprocess.Popen[bytes] | None = None
        log_folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def start(self, name: str, command: list[str], env: dict[str, str], *, cwd: Path) -> Component:
        """Start a component in its own session, output into ``<name>.log``."""
        if self._watchdog is None:
            from phr_sandbox.demo import watchdog

            self._watchdog = watchdog.start(self._state_file, os.getpid())
        path = self._log_folder / f"{name}.log"
        with path.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 (our own commands)
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        component = Component(name, process, path, command, env, cwd)
        self._running.append(component)
        sessions = {c.process.pid: started_at(c.process.pid) for c in self._running}
        self._note({"owner": os.getpid(), "folder": str(cwd), "sessions": sessions})
        return component

    def _note(self, state: dict[str, object]) -> None:
        # in one step: whoever is left after a SIGKILL reads it
        unfinished = self._state_file.with_name(f".{self._state_file.name}.writing")
        unfinished.write_text(json.dumps(state))
        unfinished.replace(self._state_file)

    def sessions(self) -> dict[int, str]:
        """Names of the components by session."""
        return {component.process.pid: component.name for component in list(self._running)}

    def forget(self, component: Component) -> None:
        """Stop minding a component that was meant to end."""
        self._running.remove(component)

    def kill(self, component: Component) -> int:
        """``kill -9`` of a component and everything it started; returns how many processes that were."""
        session, killed = component.process.pid, set[int]()
        while members := session_members(session):  # one may have been forked while we looked
            killed.update(members)
            _signal(members, signal.SIGKILL)
            time.sleep(0.01)
        component.process.wait()
        self.forget(component)
        return len(killed)

    def revive(self, component: Component) -> Component:
        """Start a component again that has ended; whatever it had started ends first."""
        self.kill(component)
        again = self.start(component.name, component.command, component.env, cwd=component.cwd)
        again.revived = component.revived + 1
        return again

    def named(self, name: str) -> Component | None:
        """The component of this name."""
        return next((c for c in self._running if c.name == name), None)

    def first_dead(self) -> Component | None:
        """A component that ended although nobody asked it to."""
        return next((c for c in self._running if c.exited() is not None), None)

    def stop(self, *, grace: float = 15.0) -> list[int]:
        """End everything: leaders politely, then whole sessions, then by force. Returns what survived."""
        sessions = [c.process.pid for c in self._running]
        # newest first: the scheduler before the api-server its tasks report to
        _signal([c.process.pid for c in reversed(self._running) if c.exited() is None], signal.SIGTERM)
        self._wait(sessions, grace)
        for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
            left = [pid for sid in sessions for pid in session_members(sid)]
            if not left:
                break
            _signal(left, number)
            self._wait(sessions, patience)
        left = [pid for sid in sessions for pid in session_members(sid)]
        if not left:
            self._state_file.unlink(missing_ok=True)
            self._running.clear()
        if self._watchdog is not None:
            self._watchdog.communicate()  # closes its pipe; with no state file left it ends at once
            self._watchdog = None
        return left

    def _wait(self, sessions: list[int], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for component in self._running:
                component.exited()  # reaps it
            if not any(session_members(sid) for sid in sessions):
                return
            time.sleep(0.1)


def end_leftovers(state_file: Path, *, owner: int | None = None) -> int:
    """End what a killed demo left running in this home; returns how many processes that were.

    :param owner: only what the demo of this process number started; None takes any demo's.
    """
    try:
        text = state_file.read_text()
        state = json.loads(text)
        sessions = {int(sid): started for sid, started in state["sessions"].items()}
        folder = str(state["folder"])
    except (OSError, ValueError, KeyError, AttributeError):
        return 0
    if owner is not None and state.get("owner") != owner:
        return 0
    ours = [sid for sid, started in sessions.items() if _is_ours(sid, started, folder)]
    count = sum(len(session_members(sid)) for sid in ours)
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal([pid for sid in ours for pid in session_members(sid)], number)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and any(session_members(sid) for sid in ours):
            time.sleep(0.1)
    # the watchdog and the next demo may both be here: the file of a demo that has begun since stays
    if state_file.exists() and state_file.read_text() == text:
        state_file.unlink(missing_ok=True)
    return count


def _is_ours(session: int, started: str, folder: str) -> bool:
    """Not a stranger with a re-used number.

    The leader is known by the time it began. Names and environments are no help: Airflow overwrites both.
    """
    if now := started_at(session):
        return now == started
    # the leader is gone; a session number stays taken while a member lives, so look where they work
    return any(_folder(pid) == folder for pid in session_members(session))


def _folder(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""
