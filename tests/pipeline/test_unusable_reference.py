"""A visit number that no reference can hold is counted and listed, never sent, and stops nobody."""

from __future__ import annotations

import pytest
from province_kit import ProvinceKit, assert_balanced

HCODE = "99002"


@pytest.mark.parametrize("vn", ["9" * 70, "6911\n20", "69 1120"], ids=["too-long", "newline", "blank-inside"])
def test_an_unusable_visit_number_is_quarantined(province: ProvinceKit, vn: str) -> None:
    ref = province.clean_visit(HCODE)
    for table in ("ovst", "opdscreen", "ovstdiag", "opitemrece", "lab_head", "visit_pttype", "oapp"):
        province.his(HCODE, f"UPDATE {table} SET vn = ? WHERE vn = ?", vn, ref)
    result = province.run(hospitals=[HCODE])
    assert result.error is None
    assert_balanced(province, result.options.run_id)
    states = {ref: state for ref, state in province.states().items() if ref.startswith(f"{HCODE}:~")}
    assert list(states.values()) == ["quarantined"]
    assert not [ref for ref in province.national() if vn in ref]
