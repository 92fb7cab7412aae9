"""Reference ranges and flags as laboratories type them: read where beyond doubt, text where not."""

from __future__ import annotations

from typing import Any

import pytest
from bundle_rows import endpoint_of, hospital_of, row
from hypothesis import given
from hypothesis import strategies as st

from phr.canonical import LabResult
from phr.mapping.laboratory import interpretation, observations, reference_range, without_flag

BOUNDS = [
    ("70 - 180", "mg/dL", 70, 180),
    ("70-180", None, 70, 180),
    ("0.6\u20131.5", "mg/dL", 0.6, 1.5),
    ("(3.4 - 5.1)", "mmol/L", 3.4, 5.1),
    ("70 to 99 MG/DL", "mg/dL", 70, 99),
    ("35-48%", "%", 35, 48),
    ("-2 - 2", "mmol/L", -2, 2),
    ("-5--1", None, -5, -1),
    ("0 - 0", None, 0, 0),
    ("< 0.5", "mg/dL", None, 0.5),
    ("<=5", None, None, 5),
    ("\u2264 5 ng/mL", "ng/mL", None, 5),
    (">= 60", None, 60, None),
    (">1.005", None, 1.005, None),
]


@pytest.mark.parametrize(("text", "unit", "low", "high"), BOUNDS)
def test_bounds_beyond_doubt(text: str, unit: str | None, low: float | None, high: float | None) -> None:
    item = reference_range(text, unit)
    assert item.pop("text") == text
    expected: dict[str, Any] = {}
    for end, bound in (("low", low), ("high", high)):
        if bound is not None:
            expected[end] = {"value": bound, **({"unit": unit} if unit else {})}
    assert item == expected


@pytest.mark.parametrize(
    "text",
    [
        "M 13-17 / F 12-15",
        "ชาย 13-17 หญิง 12-15",
        "13-17 (ชาย)",
        "150,000 - 400,000",
        "70 - 180 mmol/L",  # another unit than the result's
        "180 - 70",
        "0-5/HPF",
        "<1:80",
        "๗๐ - ๑๘๐",
        "70-180-200",
        "(70 - 180",
        "01-05",
        "Negative",
        "-",
        "70",
        "<",
    ],
)
def test_anything_else_is_text_alone(text: str) -> None:
    assert reference_range(text, "mg/dL") == {"text": text}


@given(st.text(max_size=30), st.none() | st.text(min_size=1, max_size=6))
def test_a_range_never_loses_its_text_and_never_turns_round(text: str, unit: str | None) -> None:
    item = reference_range(text, unit)
    assert item["text"] == text
    assert set(item) <= {"low", "high", "text"}
    if {"low", "high"} <= set(item):
        assert item["low"]["value"] <= item["high"]["value"]


@given(
    low=st.decimals(-999, 999, places=2), span=st.decimals(0, 999, places=2), dash=st.sampled_from("-\u2013")
)
def test_any_written_range_is_read(low: Any, span: Any, dash: str) -> None:
    item = reference_range(f"{low} {dash} {low + span}", "U/L")
    assert item["low"]["value"] == pytest.approx(float(low))
    assert item["high"]["value"] == pytest.approx(float(low + span))


@pytest.mark.parametrize(
    ("value", "flag", "expected"),
    [
        ("5.6 H", "H", ("5.6", "H")),
        ("5.6  H", None, ("5.6", "H")),
        ("118 LL", None, ("118", "LL")),
        ("5.6 *", "*", ("5.6", "*")),
        ("5.6 สูง", "สูง", ("5.6", "สูง")),
        ("5.6", "H", ("5.6", "H")),
        ("5.6", None, ("5.6", None)),
        # not beyond doubt: as reported
        ("5.6 *", None, ("5.6 *", None)),
        ("5.6 L", "H", ("5.6 L", "H")),
        ("5.6H", "H", ("5.6H", "H")),
        ("5 N", None, ("5 N", None)),
        ("5 A", None, ("5 A", None)),
        ("5.6 h", None, ("5.6 h", None)),
        ("1,250 H", "H", ("1,250 H", "H")),
        ("<0.5 L", "L", ("<0.5 L", "L")),
        ("Positive H", "H", ("Positive H", "H")),
        ("5.6 H repeat", None, ("5.6 H repeat", None)),
    ],
)
def test_a_flag_behind_a_number(value: str, flag: str | None, expected: tuple[str, str | None]) -> None:
    assert without_flag(value, flag) == expected


@given(st.text(max_size=20), st.none() | st.text(min_size=1, max_size=3))
def test_no_part_of_a_result_is_lost(value: str, flag: str | None) -> None:
    kept, told = without_flag(value, flag)
    if kept == value:
        assert told == flag
    else:
        assert "".join(value.split()) == kept + (told or "")
        assert flag in (None, told)


@pytest.mark.parametrize(
    ("flag", "code"),
    [("H", "H"), ("l", "L"), ("HH", "HH"), ("N", "N"), ("*", None), ("Y", None), ("สูง", None)],
)
def test_a_flag_keeps_its_own_word(flag: str, code: str | None) -> None:
    item = interpretation(flag)
    assert item["text"] == flag
    assert [c["code"] for c in item.get("coding", [])] == ([code] if code else [])


@pytest.mark.parametrize(
    ("codes", "setting", "kinds"),
    [
        (
            {"loinc": "1-8", "tmlt": "320291", "labtest": "0531004"},
            "all",
            ["loinc", "tmlt", "labtest", "urn"],
        ),
        ({"tmlt": "320291", "labtest": "0531004"}, "all", ["tmlt", "labtest", "urn"]),
        ({"loinc": "1-8", "labtest": "0531004"}, "first", ["loinc"]),
        ({}, "all", []),  # a local code alone would be filed as LOINC
    ],
)
def test_codes_in_their_order(codes: dict[str, str], setting: str, kinds: list[str]) -> None:
    result = row(
        LabResult, {"visit_ref": "v", "row_key": "1", "name": "x", "value": "1", "local_code": "76", **codes}
    )
    endpoint = endpoint_of({"lab_codings": setting})
    (item,) = observations([result], "2026-01-05", hospital_of({}), endpoint)
    systems = [coding["system"] for coding in item["code"].get("coding", [])]
    assert len(systems) == len(kinds)
    assert all(kind in system for kind, system in zip(kinds, systems, strict=True))
    if "urn" in kinds:
        assert item["code"]["coding"][-1] == {"system": "urn:his:99001:lab", "code": "76", "display": "x"}
