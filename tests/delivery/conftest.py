"""A sender of one hospital against the national double over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from delivery_parts import FIXED_TOKEN, HOSPITAL, OTHER, SECRET, Desk

from phr.ledger import Ledger
from phr_sandbox.national.server import SandboxServer
from phr_sandbox.national.settings import Account, SandboxSettings

SETTINGS = SandboxSettings(
    accounts={
        "agent": Account(password="right", hospital_codes=(HOSPITAL, OTHER)),
        "noright": Account(password="right", hospital_codes=(HOSPITAL,), scopes=("MOPH_IDP_API",)),
    },
    hmac_secret=SECRET,
    hcode_tokens={HOSPITAL: FIXED_TOKEN},
)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("national"), SETTINGS) as server:
        yield server


@pytest.fixture
def national(running: SandboxServer) -> SandboxServer:
    """The double, empty and without faults."""
    running.admin.reset()
    running.admin.settings(**{name: getattr(SETTINGS, name) for name in running.admin.settings()})
    return running


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def desk(national: SandboxServer, ledger: Ledger) -> Callable[..., Desk]:
    """desk("v1", "v2", threads=1): these visits wait in the ledger, and a sender for them."""

    def build(*references: str, **changes: object) -> Desk:
        made = Desk(national, ledger, **changes)  # type: ignore[arg-type]
        made.want(*references)
        return made

    return build
