"""A lost key ring stops everything: with a new key every document would look changed and be sent again."""

from __future__ import annotations

from pathlib import Path

import pytest

from phr.errors import StopEndpoint
from phr.privacy import Keyring


def test_a_missing_ring_is_made_once_and_only_when_allowed(tmp_path: Path) -> None:
    with pytest.raises(StopEndpoint, match="PHR-506"):
        Keyring.open(tmp_path, may_create=False)
    assert list(tmp_path.iterdir()) == []
    first = Keyring.open(tmp_path)
    assert Keyring.open(tmp_path, may_create=False).subkey("staging") == first.subkey("staging")
