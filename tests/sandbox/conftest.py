"""One running double per session, emptied before every test, and a plain client of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from phr_sandbox.national.server import SandboxServer
from phr_sandbox.national.settings import Account, SandboxSettings, password_hash

HOSPITAL = "99999"
OTHER_HOSPITAL = "99998"
FIXED_TOKEN = "{AAAAAAAA-0000-4000-8000-000000000001}"
SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))

SETTINGS = SandboxSettings(
    accounts={
        "agent": Account(password="right", hospital_codes=(HOSPITAL, OTHER_HOSPITAL)),
        "uploader": Account(password="right", hospital_codes=(HOSPITAL,), scopes=("MOPH_PHR_HIE",)),
    },
    hmac_secret="c0n$tant with {braces} & $dollar",
    hcode_tokens={HOSPITAL: FIXED_TOKEN},
    ekyc={"4444444444443": 0},
)


class Client:
    """What a careful test needs of the national API; every call has a time-out and no retry."""

    def __init__(self, server: SandboxServer, settings: SandboxSettings) -> None:
        self.server = server
        self.base_url = server.base_url
        self.admin = server.admin
        self.settings = settings
        self._tokens: dict[str, str] = {}

    def login(
        self, user: str = "agent", password: str = "right", hospital: str = HOSPITAL, **arguments: Any
    ) -> requests.Response:
        fields = {
            "user": user,
            "password_hash": password_hash(password, self.settings.hmac_secret),
            "hospital_code": hospital,
        }
        return requests.post(
            f"{self.base_url}/token?Action=get_moph_access_token", json=fields | arguments, timeout=10
        )

    def token(self, hospital: str = HOSPITAL) -> str:
        if hospital not in self._tokens:
            self._tokens[hospital] = self.login(hospital=hospital).text
        return self._tokens[hospital]

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def call(
        self, method: str, path: str, *, token: str | None = None, hospital: str = HOSPITAL, **arguments: Any
    ) -> requests.Response:
        bearer = self.token(hospital) if token is None else token
        return requests.request(
            method,
            f"{self.base_url}{path}",
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=10,
            **arguments,
        )

    def post(self, name: str, body: Any, **arguments: Any) -> dict[str, Any]:
        return dict(self.call("POST", f"/api/{name}", json=body, **arguments).json())

    def upload(self, body: Any, **arguments: Any) -> dict[str, Any]:
        return self.post("UpdatePHRv1", body, **arguments)

    def read(self, action: str, cid: str = "1111111111119", query: str = "") -> Any:
        answer = self.post(f"WebApp?Action={action}{query}", {"cid": cid, "otp": "AA999999"})
        assert answer["MessageCode"] == 200
        return answer["result"]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("national"), SETTINGS) as server:
        yield server


@pytest.fixture
def national(running: SandboxServer) -> Client:
    """The running double, empty, without faults, with the settings above."""
    running.admin.reset()
    running.admin.settings(**{name: getattr(SETTINGS, name) for name in running.admin.settings()})
    return Client(running, SETTINGS)


@pytest.fixture
def new_client() -> Callable[[SandboxServer], Client]:
    return lambda server: Client(server, SETTINGS)


@pytest.fixture
def sandbox_settings() -> SandboxSettings:
    return SETTINGS


@pytest.fixture
def sample() -> Callable[..., Any]:
    """sample("minimal"), sample("full", name="ImmunizationRegisterv1", visit="V2")."""

    def build(kind: str = "minimal", name: str = "UpdatePHRv1", visit: str | None = None) -> Any:
        body = copy.deepcopy(SAMPLES[name][kind])
        if visit is not None:
            body["Encounter"][0]["identifier"][0]["value"] = visit
        return body

    return build
