"""A ``hospitals.yaml`` with one hospital, and what loading it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from phr.errors import StopHospital
from phr.settings import load_province


def province(**hospital: Any) -> dict[str, Any]:
    entry = {"hcode": "99001", "name_th": "รพ.สมมติ", "his": "hosxp", "categories": {"visits": "2025-10-01"}}
    return {"name_th": "จังหวัดสมมติ", "province_code": "99", "hospitals": [{**entry, **hospital}]}


def load(tmp_path: Path, content: object) -> Any:
    path = tmp_path / "hospitals.yaml"
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_province(path)


def broken(tmp_path: Path, content: dict[str, Any]) -> Any:
    (found,) = load(tmp_path, content).broken
    return found


def refusal(tmp_path: Path, content: object) -> str:
    with pytest.raises(StopHospital, match="PHR-101") as caught:
        load(tmp_path, content)
    return caught.value.detail
