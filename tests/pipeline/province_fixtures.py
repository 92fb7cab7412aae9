"""Fixtures of tests that need a whole province; conftest files of the areas import them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("province_kit")

from province_kit import DOUBLE_SETTINGS, ProvinceKit, Template, make_template  # noqa: E402

from phr.delivery import Sender  # noqa: E402
from phr.pipeline import deliver  # noqa: E402
from phr.quality import Checker  # noqa: E402
from phr_sandbox.national.server import SandboxServer  # noqa: E402


@pytest.fixture(scope="session")
def province_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Replicas, accounts and secrets, made once; tests work on copies."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def double(province_template: Template) -> Iterator[SandboxServer]:
    """One running double, emptied before every test that uses a province."""
    with SandboxServer(province_template.home / "national") as server:
        yield server


@pytest.fixture(scope="session")
def mapped_template(
    province_template: Template, double: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """The template after extract, check and map of all hospitals; the checks cost seconds, once is enough."""
    kit = ProvinceKit.copy(province_template, double, tmp_path_factory.mktemp("mapped") / "phr")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in kit.environment.items():
            patch.setenv(name, value)
        options, _units = kit.map_only(run_id="first")
    return Template(kit.home, kit.oracles, options)


@pytest.fixture
def new_province(
    province_template: Template, double: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., ProvinceKit]:
    """Factory of a private copy of the template; keyword arguments change the endpoint settings."""
    double.admin.reset()
    double.admin.settings(**DOUBLE_SETTINGS)
    for name in ("PHR_LEDGER_URL", "PHR_STAGING_URL", "PHR_CONNECTIONS_FILE"):
        monkeypatch.delenv(name, raising=False)

    def impatient(**arguments: object) -> Sender:
        return Sender(**{"retry_wait": (0.02, 0.1), **arguments})  # type: ignore[arg-type]

    def make(template: Template = province_template, **endpoint: object) -> ProvinceKit:
        kit = ProvinceKit.copy(template, double, tmp_path / "phr", **endpoint)
        for name, value in kit.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(deliver, "Sender", impatient)
        # a third of the cost of the checks; tests/quality and the leak scan look at the pages
        monkeypatch.setattr(Checker, "write_data_docs", lambda _self, _folder: None)
        return kit

    return make


@pytest.fixture
def province(new_province: Callable[..., ProvinceKit]) -> ProvinceKit:
    """Three small hospitals: one alone, two in one work unit."""
    return new_province()


@pytest.fixture
def new_mapped(
    new_province: Callable[..., ProvinceKit], mapped_template: Template, double: SandboxServer
) -> Callable[..., ProvinceKit]:
    """Factory of provinces whose run ``first`` is mapped and waits for delivery."""
    double.admin.reset()

    def make(**endpoint: object) -> ProvinceKit:
        return new_province(mapped_template, **endpoint)

    return make


@pytest.fixture
def mapped(new_mapped: Callable[..., ProvinceKit]) -> ProvinceKit:
    """A province whose run ``first`` is mapped and waits for delivery."""
    return new_mapped()
