"""Running the double: in this process (:func:`serve`) or as a child process (:class:`SandboxServer`)."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

import requests
import uvicorn

from phr_sandbox.national.admin_client import AdminClient
from phr_sandbox.national.app import create_app
from phr_sandbox.national.settings import SETTINGS_FILE, SandboxSettings
from phr_sandbox.national.wire import TrackingProtocol

_LOOPBACK = "127.0.0.1"
#: what a child process prints (warnings and tracebacks), beside the store
LOG_FILE = "server.log"


class PortInUseError(RuntimeError):
    """The port is taken by another process."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one.

    :raises PortInUseError: when another process listens there.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            f"port {port} on {host} is already in use; stop the program that uses it, or choose another port "
            f"| พอร์ต {port} ถูกใช้อยู่ ให้ปิดโปรแกรมที่ใช้พอร์ตนี้ หรือเลือกพอร์ตอื่น"
        ) from None
    return sock


def serve(
    store_dir: Path,
    host: str = _LOOPBACK,
    port: int = 0,
    settings: SandboxSettings | None = None,
    *,
    ready_file: Path | None = None,
) -> None:
    """Run until interrupted. Without `settings` those of ``sandbox.json`` beside the store are used.

    `ready_file` receives the port in use as soon as the socket is bound.

    :raises PortInUseError: when the port is taken.
    :raises StoreInUseError: when another process serves `store_dir`.
    """
    if settings is None:
        file = store_dir / SETTINGS_FILE
        settings = SandboxSettings.load(file) if file.exists() else SandboxSettings()
    sock = bind(host, port)
    app = create_app(store_dir, settings)
    # no access log: read calls carry the citizen id in the query; no proxy headers: they would forge loopback
    config = uvicorn.Config(
        app,
        http=TrackingProtocol,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
    )
    if ready_file is not None:
        fresh = ready_file.with_suffix(".new")
        fresh.write_text(str(sock.getsockname()[1]), encoding="ascii")
        fresh.replace(ready_file)
    uvicorn.Server(config).run(sockets=[sock])


class SandboxServer:
    """The double in a process of its own, for tests and the demo; the child ends when its parent does.

    Use as a context manager, or :meth:`start` and :meth:`stop`. :meth:`kill` is ``kill -9``; after it
    :meth:`start` serves the same store on the same port again.

    :param store_dir: directory of the store; settings are written beside it as ``sandbox.json``.
    :param settings: None keeps the settings file that is there.
    :param port: 0 takes a free one.
    """

    def __init__(
        self,
        store_dir: Path,
        settings: SandboxSettings | None = None,
        *,
        host: str = _LOOPBACK,
        port: int = 0,
        deadline_seconds: float = 30,
    ) -> None:
        self.store_dir = store_dir
        self.host = host
        self.port = port
        self._deadline = deadline_seconds
        self._process: subprocess.Popen[bytes] | None = None
        if settings is not None:
            settings.save(store_dir / SETTINGS_FILE)

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``; the API is under ``/api``, the token service at ``/token``."""
        return f"http://{self.host}:{self.port}"

    @property
    def admin(self) -> AdminClient:
        """Client of the admin paths."""
        return AdminClient(self.base_url)

    def start(self) -> SandboxServer:
        """Start the child and wait until it answers.

        :raises RuntimeError: when it ends or is not ready before the deadline; the message holds its error.
        """
        if self._process is not None:
            raise RuntimeError("the sandbox already runs")
        self.store_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        errors = self.store_dir / LOG_FILE
        errors.touch(mode=0o600)
        said_before = errors.stat().st_size
        with tempfile.TemporaryDirectory() as scratch:
            ready = Path(scratch, "port")
            command = [sys.executable, "-m", "phr_sandbox.national", str(self.store_dir)]
            command += [
                "--host",
                self.host,
                "--port",
                str(self.port),
                "--ready-file",
                str(ready),
                "--with-parent",
            ]
            with errors.open("ab") as stderr:
                # the pipe on stdin closes when this process dies, and the child leaves with it
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=stderr)  # noqa: S603
            end = time.monotonic() + self._deadline
            while not self._is_ready(ready):
                ended = self._process.poll()
                if ended is not None or time.monotonic() > end:
                    said = errors.read_bytes()[said_before:].decode(errors="replace")
                    reason = said.strip().splitlines()[-1:]
                    self.kill()
                    state = "is not ready in time" if ended is None else f"ended with status {ended}"
                    raise RuntimeError(f"the sandbox {state}: {''.join(reason)}")
                time.sleep(0.02)
        return self

    def _is_ready(self, ready: Path) -> bool:
        if not ready.exists():
            return False
        self.port = int(ready.read_text(encoding="ascii"))
        with contextlib.suppress(requests.RequestException):
            return bool(requests.get(f"{self.base_url}/_sandbox/health", timeout=2).ok)
        return False

    def stop(self) -> None:
        """Ask the child to end, and make sure it did."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """``kill -9``: nothing is flushed, nothing is closed."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
        if process.stdin:
            process.stdin.close()

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
