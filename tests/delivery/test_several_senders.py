"""Several delivering processes: one that sleeps through its lease, and one budget for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from delivery_parts import DAY, HOSPITAL, Desk

from phr.ledger import Ledger
from phr_sandbox.national.server import SandboxServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shared.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


def start(
    url: str, national: SandboxServer, references: str, text: str = "", limit: int = 0, mode: str = "go"
) -> subprocess.Popen[str]:
    script = str(Path(__file__).with_name("sending.py"))
    command = [sys.executable, script, url, national.base_url, references, text, str(limit), mode]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_until_stopped(child: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        state = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "T":
            return
        time.sleep(0.05)
    raise AssertionError("the sender never came to its call")


def stored_text(national: SandboxServer, reference: str) -> str:
    body = national.admin.encounter(f"{HOSPITAL}:{reference}")["body"]
    return str(body["Encounter"][0]["serviceProvider"]["display"])


def test_an_older_version_that_wakes_up_late_does_not_stay(shared_url: str, national: SandboxServer) -> None:
    ledger = Ledger.open(shared_url, migrate=True)
    sleeper = start(shared_url, national, "v1", "older", mode="stop")
    try:
        wait_until_stopped(sleeper)
        time.sleep(1.1)  # its lease runs out
        here = Desk(national, ledger, run_id="r2")
        here.want("v1", text="newer", minute=1)
        here.send()
        assert (stored_text(national, "v1"), here.states()) == ("newer", {"v1": "delivered"})
        os.kill(sleeper.pid, signal.SIGCONT)
        said, _ = sleeper.communicate(timeout=30)
    finally:
        sleeper.kill()
        sleeper.wait()
    # the sleeper's call did overwrite it; the ledger knows and wants the newest sent again
    assert said.split() == ["1", "1"]
    assert (stored_text(national, "v1"), here.states()) == ("older", {"v1": "pending"})
    assert here.send() == 0
    assert (stored_text(national, "v1"), here.states()) == ("newer", {"v1": "delivered"})
    ledger.engine.dispose()


def test_a_killed_sender_leaves_unknown_and_the_next_one_settles_it(
    shared_url: str, national: SandboxServer
) -> None:
    ledger = Ledger.open(shared_url, migrate=True)
    victim = start(shared_url, national, "v1", "text", mode="stop")
    wait_until_stopped(victim)
    victim.kill()
    victim.wait()
    here = Desk(national, ledger)
    here.want("v1", text="text")
    assert here.send() == 1  # leased to somebody who no longer lives
    time.sleep(1.1)
    assert here.send() == 0
    assert (here.states(), here.writes("v1")) == ({"v1": "delivered"}, 1)
    ledger.engine.dispose()


def test_the_newest_days_are_not_kept_behind_older_ones(shared_url: str, national: SandboxServer) -> None:
    here = Desk(national, Ledger.open(shared_url, migrate=True), threads=1)
    here.want("v1", "v2", day=DAY - timedelta(days=1))
    here.want("v3")
    here.sender.today = DAY
    here.send()
    assert [call["ref"] for call in national.admin.requests(path="UpdatePHRv1")] == [
        f"{HOSPITAL}:{reference}" for reference in ("v3", "v1", "v2")
    ]
    here.ledger.engine.dispose()


def test_the_rate_holds_over_several_processes(shared_url: str, national: SandboxServer) -> None:
    Ledger.open(shared_url, migrate=True).engine.dispose()
    # run r1 is one snapshot: both processes want the same documents and share them out by leases
    references = ",".join(f"v{n}" for n in range(8))
    children = [start(shared_url, national, references, limit=180) for _ in range(2)]
    for child in children:
        child.communicate(timeout=60)
    calls = national.admin.requests(path="UpdatePHRv1")
    assert len({call["ref"] for call in calls}) == 8
    here = Ledger.open(shared_url)
    with here.engine.connect() as connection:
        reserved = connection.exec_driver_sql("SELECT calls FROM rate_budget").scalar_one()
    assert reserved >= len(calls) >= 8
    times = sorted(call["time"] for call in calls)
    # 180 a minute = three a second, and one second's worth may run ahead
    assert times[-1] - times[0] >= (len(calls) - 1) / 3 - 1.2
    here.engine.dispose()
