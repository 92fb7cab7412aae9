"""The ledger on both of its stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from phr.ledger import Ledger


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A migrated, empty ledger."""
    opened = Ledger.open(ledger_url, migrate=True)
    yield opened
    opened.engine.dispose()
