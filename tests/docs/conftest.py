"""The small province of ``tests/pipeline/province_fixtures.py``, registered once for all areas."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))


def pytest_configure(config: pytest.Config) -> None:
    # imported into several conftest files, session fixtures would be built once for each of them
    if not config.pluginmanager.has_plugin("province_fixtures"):
        config.pluginmanager.import_plugin("province_fixtures")
