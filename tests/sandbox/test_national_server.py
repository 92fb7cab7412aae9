"""The double as a process: it survives kill -9, says what is in its way, and leaves with its parent."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest
import requests

from phr_sandbox.national.server import PortInUseError, SandboxServer, bind
from phr_sandbox.national.settings import SandboxSettings


def test_kill_9_in_the_middle_of_writes_loses_no_answered_write(
    tmp_path, sandbox_settings, new_client, sample
):
    server = SandboxServer(tmp_path / "national", sandbox_settings)
    server.start()
    try:
        client = new_client(server)
        client.token()
        answered: list[str] = []

        def send(worker: int) -> None:
            for number in range(10_000):
                try:
                    answer = client.upload(sample(visit=f"W{worker}N{number}"))
                except requests.RequestException:
                    return
                assert answer["MessageCode"] == 200
                answered.append(f"99999:W{worker}N{number}")

        workers = [threading.Thread(target=send, args=(number,)) for number in range(3)]
        for worker in workers:
            worker.start()
        while len(answered) < 60:
            time.sleep(0.01)
        port = server.port
        server.kill()
        for worker in workers:
            worker.join(timeout=20)
        server.start()
        assert server.port == port
        stored = server.admin.encounters()
        assert set(answered) <= {row["ref"] for row in stored}
        assert all(row["writes"] == 1 for row in stored)
        # the key was kept, so the old token still opens the door, and the log goes on counting
        assert client.upload(sample(visit="AFTER"))["MessageCode"] == 200
        assert server.admin.encounter("99999:AFTER")["seq"] == server.admin.health()["seq"]
    finally:
        server.stop()


def test_expired_tokens_stay_expired_after_a_restart(tmp_path, sandbox_settings, new_client, sample):
    with SandboxServer(tmp_path / "national", sandbox_settings) as server:
        client = new_client(server)
        client.token()
        server.admin.expire_tokens()
        server.kill()
        server.start()
        assert client.upload(sample())["MessageCode"] == 401


def test_a_taken_port_is_named(tmp_path, sandbox_settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} .* already in use"):
            bind("127.0.0.1", port)
        with pytest.raises(RuntimeError, match=f"port {port} .* already in use"):
            SandboxServer(tmp_path / "national", sandbox_settings, port=port).start()


def test_a_store_is_served_by_one_process_only(running):
    with pytest.raises(RuntimeError, match="another sandbox process already serves"):
        SandboxServer(running.store_dir).start()


def test_store_key_and_settings_are_private(running):
    for name in ("national.sqlite", "token_key.pem", "sandbox.json"):
        mode = stat.S_IMODE((running.store_dir / name).stat().st_mode)
        assert mode == 0o600, name


def test_settings_come_back_from_their_file(tmp_path, sandbox_settings):
    sandbox_settings.save(tmp_path / "sandbox.json")
    assert SandboxSettings.load(tmp_path / "sandbox.json") == sandbox_settings
    (tmp_path / "bad.json").write_text('{"acounts": {}}')
    with pytest.raises(ValueError, match="acounts"):
        SandboxSettings.load(tmp_path / "bad.json")


def test_the_child_leaves_with_its_parent(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from phr_sandbox.national.server import SandboxServer\n"
        "server = SandboxServer(Path(sys.argv[1])).start(); print(server.base_url, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "national")], stdout=subprocess.PIPE, text=True
    ) as parent:
        url = parent.stdout.readline().strip()
        assert requests.get(f"{url}/_sandbox/health", timeout=5).ok
        os.kill(parent.pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            requests.get(f"{url}/_sandbox/health", timeout=1)
        except requests.ConnectionError:
            return
        time.sleep(0.05)
    pytest.fail("the sandbox outlived its parent")
