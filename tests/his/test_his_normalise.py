"""Dirty values: whatever a HIS stores, a canonical value is clean, or None with a note."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phr.his import normalise as n
from phr.his.charset import thai_text

ANYTHING = st.one_of(
    st.none(),
    st.text(),
    st.text(alphabet="0123456789-: .,+eE๐๑\x00", max_size=24),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(ANYTHING)
def test_text_is_clean_and_stable(value: object) -> None:
    found = n.text(value)
    if found is not None:
        assert found == found.strip() == unicodedata.normalize("NFC", found) != ""
        assert "\x00" not in found
    assert n.text(found) == found


@given(st.text(min_size=1, max_size=9000))
def test_text_is_never_cut(value: str) -> None:
    assert n.text(value) == (unicodedata.normalize("NFC", value.replace("\x00", "")).strip() or None)


@given(ANYTHING)
def test_date_is_iso_or_noted(value: object) -> None:
    notes: list[str] = []
    found = n.date(value, "x", notes)
    if found is None:
        assert n.text(value) is None or len(notes) == 1
    else:
        assert date.fromisoformat(found).isoformat() == found
        assert n.MIN_YEAR <= int(found[:4]) <= n.MAX_YEAR
        assert n.date(found, "x", []) == found
    assert all(re.fullmatch(r"(bad_date|zero_date|be_year):x", note) for note in notes)


@given(st.dates(min_value=date(1861, 1, 1), max_value=date(2156, 12, 31)))
def test_buddhist_years_come_back(day: date) -> None:
    notes: list[str] = []
    if day.isoformat() not in n.SENTINEL_DATES:
        assert n.date(f"{day.year + 543}-{day:%m-%d}", "x", notes) == day.isoformat()
        assert notes == ["be_year:x"]


@pytest.mark.parametrize(
    ("raw", "expected", "note"),
    [
        ("0000-00-00", None, "zero_date"),
        ("0000-00-00 00:00:00", None, "zero_date"),
        ("1899-12-30", None, "zero_date"),
        ("1900-01-01", None, "zero_date"),
        ("2443-01-01", None, "zero_date"),
        ("2020-00-00", None, "bad_date"),
        ("2026-02-30", None, "bad_date"),
        ("0202-01-12", None, "bad_date"),
        ("9999-12-31", None, "bad_date"),
        ("12/01/2569", None, "bad_date"),
        ("2567-02-29", "2024-02-29", "be_year"),
        ("2026-1-2", "2026-01-02", None),
        ("2026-01-12 08:30:00", "2026-01-12", None),
        (datetime(2026, 1, 12, 8), "2026-01-12", None),
        (" ", None, None),
        (None, None, None),
    ],
)
def test_dates(raw: object, expected: str | None, note: str | None) -> None:
    notes: list[str] = []
    assert n.date(raw, "x", notes) == expected
    assert notes == ([f"{note}:x"] if note else [])


def test_open_end_is_no_date_and_no_mistake() -> None:
    notes: list[str] = []
    assert n.date("9999-12-31", "x", notes, open_ended=True) is None
    assert notes == []


@given(ANYTHING)
def test_time_is_a_clock_time_or_noted(value: object) -> None:
    notes: list[str] = []
    found = n.time(value, "x", notes)
    if found is None:
        assert n.text(value) is None or notes == ["bad_time:x"]
    else:
        assert time.fromisoformat(found).isoformat() == found


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("08:30:15", "08:30:15"),
        ("8:05", "08:05:00"),
        ("08:30:15.500000", "08:30:15"),
        (timedelta(hours=8, seconds=1), "08:00:01"),
        (time(8, 30, 15, 7), "08:30:15"),
        ("24:00:00", None),
        ("-01:00:00", None),
        ("838:59:59", None),
    ],
)
def test_times(raw: object, expected: str | None) -> None:
    assert n.time(raw, "x", []) == expected


@given(ANYTHING)
def test_number_is_finite_or_noted(value: object) -> None:
    notes: list[str] = []
    found = n.number(value, "x", notes)
    if found is None:
        assert n.text(value) is None or notes == ["bad_number:x"]
    else:
        assert math.isfinite(found)
        assert notes == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("117.000", 117.0),
        (Decimal("36.80"), 36.8),
        (".5", 0.5),
        (0, 0.0),
        ("1,234", None),
        ("nan", None),
        ("1_000", None),
        ("๑๒", None),
        (Decimal("NaN"), None),
        (10**400, None),
        ("9" * 400, None),
    ],
)
def test_numbers(raw: object, expected: float | None) -> None:
    assert n.number(raw, "x", []) == expected


@given(ANYTHING)
def test_codes_and_ids_are_clean(value: object) -> None:
    code, cid = n.icd_code(value), n.cid(value)
    if code is not None:
        assert "." not in code
        assert not re.search(r"\s", code)
        assert n.icd_code(code) == code
    if cid is not None:
        assert not re.search(r"[\s-]", cid)
        assert n.cid(cid) == cid


def test_codes_and_ids() -> None:
    assert n.icd_code(" e11.9 ") == "E119"
    assert n.icd_code(" . ") is None
    assert n.cid("1-1017-00230-70-8") == n.cid("1 1017 00230 70 8") == "1101700230708"
    assert n.cid("-") is None
    assert "1-1017-00230-70-8" in n.cid_spellings("1101700230708")
    assert (n.concept_id("0"), n.concept_id("-"), n.concept_id("๑"), n.concept_id(" 123456 ")) == (
        None,
        None,
        None,
        "123456",
    )


def test_bytes_are_thai_in_either_encoding() -> None:
    assert n.text("สมชาย".encode("cp874")) == n.text("สมชาย".encode()) == "สมชาย"
    with pytest.raises(UnicodeDecodeError):
        n.text(b"\xfc\xff\xfe")


NAMES = ["สมชาย", "เธียร", "ประเสริฐ", "เนตรนภา", "สุดใจ", "John"]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        pytest.param(NAMES, "ok", id="Thai"),
        pytest.param(["?" * len(s) for s in NAMES], "garbled", id="question marks"),
        pytest.param(
            [s.encode().decode("latin-1") for s in NAMES[:5]], "garbled", id="utf-8 read as latin-1"
        ),
        pytest.param(
            [s.encode("cp874").decode("latin-1") for s in NAMES[:5]], "garbled", id="tis-620 read as latin-1"
        ),
        pytest.param(
            [s.encode().decode("cp874", "replace") for s in NAMES[:5]], "garbled", id="utf-8 read as tis-620"
        ),
        pytest.param(["\ufffd\ufffd"] * 5, "garbled", id="replacement characters"),
        pytest.param(["John", "Mary", "Anne", "Peter", "Paul"], "unknown", id="Latin names"),
        pytest.param(["??"], "unknown", id="too few"),
        pytest.param([], "unknown", id="none"),
        pytest.param([*NAMES, "????"], "ok", id="one bad row is not the charset"),
    ],
)
def test_readable_thai(samples: list[str], expected: str) -> None:
    assert thai_text(samples) == expected
