"""Only the owner reads what the product writes, whatever the umask says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from phr.home import Home
from phr.ledger import Ledger


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("first", ["replicas", "keys", "ledger_url"])
def test_the_home_is_private_whatever_is_made_first(tmp_path: Path, first: str) -> None:
    home = Home(tmp_path / "phr")
    getattr(home, first)
    assert _mode(home.root) == 0o700


@pytest.mark.usefixtures("open_umask")
def test_ledger_and_its_journal_are_private(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    ledger = Ledger.open(f"sqlite:///{file}")
    with ledger.write("99001"):
        modes = {path.name: _mode(path) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
