"""Connections outlive the sending threads: a new TCP connection per batch would cost a handshake each."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from phr.delivery.client import PhrClient
from phr.delivery.credentials import Credentials, EndpointAddress
from phr.delivery.tokens import TokenService
from phr_sandbox.national.server import SandboxServer
from phr_sandbox.national.settings import Account, SandboxSettings, password_hash


class _Nothing:
    def is_refused(self, hospital: str, fingerprint: str) -> bool:
        return False

    def refuse(self, hospital: str, fingerprint: str) -> None:
        raise AssertionError("the login is right")


def test_sessions_are_reused_by_later_threads_and_never_shared(tmp_path: Path) -> None:
    settings = SandboxSettings(accounts={"u": Account(password="p", hospital_codes=("99001",))})
    made: list[requests.Session] = []
    lock = threading.Lock()

    def factory() -> requests.Session:
        with lock:
            made.append(requests.Session())
            return made[-1]

    with SandboxServer(tmp_path, settings) as server:
        address = EndpointAddress(
            "sandbox", server.base_url, f"{server.base_url}/token", settings.hmac_secret
        )
        credentials = Credentials("99001", "u", password_hash("p", settings.hmac_secret))
        tokens = TokenService(address, credentials, factory, _Nothing(), "fingerprint")
        client = PhrClient(address, tokens, factory)
        tokens.bearer()
        made.clear()
        for _ in range(5):  # five batches, each with threads of its own
            with ThreadPoolExecutor(3) as pool:
                for answer in pool.map(lambda day: client.day_references(day), ["2026-01-01"] * 12):
                    assert answer.kind == "accepted"
    assert 1 <= len(made) <= 3
