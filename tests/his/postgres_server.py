"""A PostgreSQL server of one's own, which asks for passwords and may be followed by a standby."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

PASSWORD = "Sandbox-only-1"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@dataclass
class OwnServer:
    """Where it listens, and how a copy of it that follows it is made."""

    url: str
    folder: Path
    bin: Path
    user: dict[str, Any]

    def call(self, program: str, *arguments: str) -> None:
        environment = os.environ | {"PGPASSWORD": PASSWORD}
        command = [str(self.bin / program), *arguments]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run(command, check=True, env=environment, **quiet, **self.user)

    def start(self, data: Path, port: int) -> None:
        options = f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.call("pg_ctl", "-D", str(data), "-o", f"{options} -c shared_buffers=16MB", "-w", "start")

    @contextmanager
    def standby(self) -> Iterator[str]:
        """URL of a streaming replica."""
        data, port = self.folder / "standby", _free_port()
        primary = make_url(self.url)
        self.call(
            *("pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"),
            *("-D", str(data), "-R", "-X", "stream", "-c", "fast"),
        )
        self.start(data, port)
        try:
            yield primary.set(port=port).render_as_string(hide_password=False)
        finally:
            self.call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A fresh server, gone afterwards; its URL is that of the administrator's database."""
    found = shutil.which("initdb") or (str(_BINARIES[-1] / "initdb") if _BINARIES else None)
    if found is None:
        pytest.skip("no initdb: a PostgreSQL server of its own cannot be made")
    # the server refuses to run as root
    user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="phr-pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, "postgres", "postgres")
    port, data = _free_port(), folder / "data"
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    url = f"postgresql+psycopg://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
    server = OwnServer(url, folder, Path(found).resolve().parent, user)
    try:
        server.call(
            *("initdb", "-D", str(data), "-U", "postgres", "-A", "scram-sha-256", "-N", "-E", "UTF8"),
            *("--pwfile", str(secret)),
        )
        server.start(data, port)
        try:
            yield server
        finally:
            server.call("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
