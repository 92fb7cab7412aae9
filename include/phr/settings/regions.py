"""Provinces and health regions (``health_regions.csv``: HIS notes 6.5; region 13 is Bangkok alone)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "health_regions.csv"
#: no province of Thailand has this code: it stands for an invented one (demo, tests)
INVENTED_PROVINCE = "99"


@cache
def health_regions() -> dict[str, int]:
    """Two-digit province code -> number of its health region, 1 to 13."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["province_code"]: int(row["region_no"]) for row in csv.DictReader(file)}


def known_province(code: str) -> str:
    """The code itself.

    :raises ValueError: it is neither the code of a province nor the invented one.
    """
    if code != INVENTED_PROVINCE and code not in health_regions():
        raise ValueError(f"no province has this code ({INVENTED_PROVINCE} stands for an invented one)")
    return code
