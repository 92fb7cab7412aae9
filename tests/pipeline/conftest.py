"""A small demo province with real parts: SQLite replicas, the national double over HTTP, a SQLite ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from province_kit import ACCOUNT_SETTINGS, DAYS, ProvinceKit, Template, make_template

from phr.delivery import Sender
from phr.pipeline import deliver
from phr_sandbox.national.server import SandboxServer


@pytest.fixture(scope="session")
def province_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Replicas, accounts and secrets, made once; tests work on copies."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def double(province_template: Template) -> Iterator[SandboxServer]:
    """One running double, emptied before every test that uses ``province``."""
    with SandboxServer(province_template.home / "national") as server:
        yield server


@pytest.fixture
def new_province(
    province_template: Template, double: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., ProvinceKit]:
    """Factory of a private copy of the template; keyword arguments change ``hospitals.yaml``."""
    double.admin.reset()
    double.admin.settings(**ACCOUNT_SETTINGS)

    def make(**changes: object) -> ProvinceKit:
        kit = ProvinceKit.copy(province_template, double, tmp_path / "phr", **changes)
        for name, value in kit.environment.items():
            monkeypatch.setenv(name, value)
        for name in ("PHR_LEDGER_URL", "PHR_STAGING_URL", "PHR_CONNECTIONS_FILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(deliver, "Sender", _impatient_sender)
        return kit

    return make


@pytest.fixture
def province(new_province: Callable[..., ProvinceKit]) -> ProvinceKit:
    """Two small hospitals in one work unit, and a third alone."""
    return new_province()


def _impatient_sender(**arguments: object) -> Sender:
    return Sender(**{"retry_wait": (0.02, 0.1), **arguments})  # type: ignore[arg-type]


__all__ = ["DAYS"]
