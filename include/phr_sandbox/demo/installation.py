"""What a demo consists of on disk: ports, secrets, accounts, connections; made once, kept after."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from phr.home import Home
from phr.settings import Province
from phr_sandbox.demo.airflow_env import ADMIN, AirflowSecrets
from phr_sandbox.national.settings import SETTINGS_FILE, Account, SandboxSettings


class DemoError(Exception):
    """The demo cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Ports:
    """Ports on 127.0.0.1."""

    airflow: int
    national: int

    @classmethod
    def from_env(cls) -> Ports:
        """``PHR_AIRFLOW_PORT`` (8080) and ``PHR_NATIONAL_PORT`` (8099); 0 takes any free one.

        :raises DemoError: not a port, or in use.
        """
        return cls(_port("PHR_AIRFLOW_PORT", 8080), _port("PHR_NATIONAL_PORT", 8099))

    @classmethod
    def free(cls) -> Ports:
        """Any two that nobody uses now."""
        with socket.socket() as first, socket.socket() as second:
            for probe in (first, second):
                probe.bind(("127.0.0.1", 0))
            return cls(int(first.getsockname()[1]), int(second.getsockname()[1]))

    @classmethod
    def national_only(cls) -> Ports:
        """For the command line, which starts no Airflow: the double's port, in use or not."""
        return cls(0, int(os.environ.get("PHR_NATIONAL_PORT") or 8099))


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) > 65535:
        raise DemoError(f"{name}={text} is not a port number | {name} ต้องเป็นหมายเลขพอร์ต")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError:
            raise DemoError(
                f"port {text} is in use or not allowed; stop the program that uses it or set {name} "
                f"| พอร์ต {text} ใช้ไม่ได้ ปิดโปรแกรมที่ใช้พอร์ตนี้ หรือกำหนด {name} เป็นพอร์ตอื่น"
            ) from None
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """Everything under one ``PHR_HOME``."""

    home: Home
    _lock: IO[str] | None = field(default=None, repr=False)

    @property
    def state_file(self) -> Path:
        """Which processes run; left behind by a killed demo."""
        return self.home.root / "demo-processes.json"

    @property
    def log_folder(self) -> Path:
        """Logs of the components."""
        return self.home.root / "logs"

    @property
    def airflow_home(self) -> Path:
        """``AIRFLOW_HOME``."""
        return self.home.root / "airflow"

    def lock(self) -> None:
        """One demo per home; released by the system when this process ends, however it ends.

        :raises DemoError: another demo holds it.
        """
        self.home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (self.home.root / "demo.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoError(
                f"another demo runs in {self.home.root}; stop it (Ctrl-C) or set PHR_HOME "
                f"| มีเดโมอื่นทำงานอยู่ในโฟลเดอร์นี้ ปิดก่อน หรือกำหนด PHR_HOME"
            ) from None

    def secrets(self) -> dict[str, str]:
        """Random secrets of this installation, made at the first start (0600)."""
        path = self.home.root / "demo-secrets.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        fresh = {
            "admin_password": secrets.token_urlsafe(9),
            "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_hex(32),
            "api_secret_key": secrets.token_hex(32),
            "hmac_secret": secrets.token_hex(16),
        }
        if set(fresh) - set(kept):
            kept = fresh | kept
            write_private(path, kept)
        return kept

    def airflow_secrets(self) -> AirflowSecrets:
        """The part of the secrets Airflow's components share."""
        made = self.secrets()
        return AirflowSecrets(made["fernet_key"], made["jwt_secret"], made["api_secret_key"])

    def write_settings(self, province: Province, ports: Ports, replicas: dict[str, Path]) -> None:
        """Accounts of the double, ``connections.json`` and the login of the UI.

        :param replicas: source by hcode: an SQLite file, or a folder of 43-file exports.
        """
        made = self.secrets()
        hcodes = [hospital.hcode for hospital in province.hospitals]
        passwords = self._account_passwords(hcodes)
        accounts = {
            f"phr-{hcode}": Account(password=passwords[hcode], hospital_codes=(hcode,)) for hcode in hcodes
        }
        settings = SandboxSettings(accounts=accounts, hmac_secret=made["hmac_secret"])
        settings.save(self.home.national / SETTINGS_FILE)

        address = f"http://127.0.0.1:{ports.national}"
        connections: dict[str, dict[str, Any]] = {
            "moph_prompt": {
                "conn_type": "moph_prompt",
                "host": address,
                "extra": {
                    "environment": "sandbox",
                    "token_url": f"{address}/token",
                    "hmac_secret": made["hmac_secret"],
                },
            }
        }
        for hcode in hcodes:
            connections[f"moph_prompt_{hcode}"] = {
                "conn_type": "moph_prompt",
                "login": f"phr-{hcode}",
                "password": passwords[hcode],
                "extra": {"environment": "sandbox", "hospital_code": hcode},
            }
            is_database = replicas[hcode].suffix == ".sqlite"
            connections[f"his_{hcode}"] = (
                {"conn_type": "sqlite", "host": str(replicas[hcode])}
                if is_database
                else {"conn_type": "files43", "schema": str(replicas[hcode])}
            )
        write_private(self.home.root / "connections.json", connections)
        self.airflow_home.mkdir(exist_ok=True, mode=0o700)
        write_private(self.airflow_home / "passwords.json", {ADMIN: made["admin_password"]})

    def _account_passwords(self, hcodes: Iterable[str]) -> dict[str, str]:
        path = self.home.root / "demo-accounts.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        made = {hcode: kept.get(hcode) or secrets.token_urlsafe(12) for hcode in hcodes}
        if made != kept:
            write_private(path, made)
        return made


def write_private(path: Path, content: Any) -> None:
    """JSON for the owner only, in one step: never half a file, never readable by others."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    temporary.replace(path)
