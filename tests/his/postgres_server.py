"""A PostgreSQL server of one's own, which asks for passwords and may be followed by a standby."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "Sandbox-only-1"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@contextmanager
def own_server() -> Iterator[str]:
    """URL of the administrator's database on a fresh server; the server is gone afterwards."""
    found = shutil.which("initdb") or (str(_BINARIES[-1] / "initdb") if _BINARIES else None)
    if found is None:
        pytest.skip("no initdb: a PostgreSQL server of its own cannot be made")
    # the server refuses to run as root
    user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="phr-pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    control, data = str(Path(found).with_name("pg_ctl")), str(folder / "data")

    def call(*command: str) -> None:
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user
        )

    try:
        call(
            found,
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(secret),
            "-N",
            "-E",
            "UTF8",
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB"
        call(control, "-D", data, "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            call(control, "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
