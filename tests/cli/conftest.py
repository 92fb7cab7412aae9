"""The small province of tests/pipeline, for this area too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))

from province_fixtures import double, new_province, province, province_template  # noqa: E402

__all__ = ["double", "new_province", "province", "province_template"]
