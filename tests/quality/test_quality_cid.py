"""Citizen ids (control ID1): check digit, placeholders and the reason that fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quality_rows import CID, FACILITY, TEMPORARY_ID, make_cid

from phr.quality.cid import check_digit, checksum_ok, classify, default_placeholders, is_placeholder

TWELVE = st.text(alphabet="0123456789", min_size=12, max_size=12)


def _class(cid: str | None, nationality: str | None = "099") -> str:
    return classify(
        cid,
        nationality,
        placeholders=default_placeholders(),
        facility_codes=frozenset({FACILITY}),
    )


@given(TWELVE)
def test_id_with_its_check_digit_passes_whatever_the_first_digit(twelve: str) -> None:
    assert checksum_ok(twelve + str(check_digit(twelve)))


@given(TWELVE, st.integers(1, 9))
def test_no_id_survives_a_change_of_its_check_digit(twelve: str, shift: int) -> None:
    cid = twelve + str(check_digit(twelve))
    wrong = cid[:12] + str((int(cid[12]) + shift) % 10)
    assert not checksum_ok(wrong)


@given(TWELVE, st.integers(0, 11), st.integers(1, 9))
def test_a_changed_digit_is_noticed_as_far_as_the_formula_can(twelve: str, place: int, shift: int) -> None:
    """The formula's own holes: the third digit weighs 11, and sums 0 and 10 share a check digit."""
    digit = (int(twelve[place]) + shift) % 10
    other = twelve[:place] + str(digit) + twelve[place + 1 :]
    sums = {sum(int(d) * w for d, w in zip(t, range(13, 1, -1), strict=True)) % 11 for t in (twelve, other)}
    assert (len(sums) == 1) == (place == 2)
    assert checksum_ok(other + str(check_digit(twelve))) == (len(sums) == 1 or sums == {0, 10})


@given(st.text(max_size=20))
def test_only_thirteen_ascii_digits_can_be_valid(text: str) -> None:
    if not (len(text) == 13 and text.isascii() and text.isdigit()):
        assert not checksum_ok(text)
        assert _class(text) != "valid"


@pytest.mark.parametrize(
    ("cid", "digit"),
    # worked by hand: weighted sums 352, 90, 13 and 0, so remainders 0, 2, 2 and 0
    [("123456789012", 1), ("111111111111", 9), ("000000000001", 9), ("000000000000", 1)],
)
def test_check_digit_of_known_numbers(cid: str, digit: int) -> None:
    assert check_digit(cid) == digit


@pytest.mark.parametrize("first", "0123456789")
def test_every_first_digit_is_accepted(first: str) -> None:
    assert _class(make_cid(12_345, first=first)) == "valid"


@pytest.mark.parametrize(
    ("cid", "nationality", "expected"),
    [
        (CID, "099", "valid"),
        (CID, "048", "valid"),
        (CID, None, "valid"),
        (None, "099", "blank"),
        ("", "099", "blank"),
        ("   ", None, "blank"),
        ("1111111111119", "099", "placeholder"),
        ("9999999999994", "099", "placeholder"),
        ("0000000000001", "099", "placeholder"),
        ("0000000000000", "099", "placeholder"),
        ("5555555555555", "099", "placeholder"),
        (TEMPORARY_ID, "099", "temporary"),
        ("099001123", "099", "temporary"),
        ("0123450000005", "099", "checksum"),
        (CID[:12] + str((int(CID[12]) + 1) % 10), "099", "checksum"),
        (CID[:12], "099", "format"),
        (CID + "0", "099", "format"),
        ("๑๒๓๔๕๖๗๘๙๐๑๒๓", "099", "format"),
        ("12345678901AB", "099", "format"),
        (None, "048", "foreigner"),
        ("1111111111119", "048", "foreigner"),
        (TEMPORARY_ID, "048", "foreigner"),
        ("AB1234567", "48", "foreigner"),
        (None, "99", "blank"),
    ],
)
def test_the_class_fits(cid: str | None, nationality: str | None, expected: str) -> None:
    assert _class(cid, nationality) == expected


@pytest.mark.parametrize(
    ("cid", "nationality", "expected"),
    [
        *[(make_cid(12_345, first=d), "099", "not_thai_registered") for d in "067"],
        *[(make_cid(12_345, first=d), "048", "valid") for d in "1234589"],
        ("0000000000001", "099", "placeholder"),
        (TEMPORARY_ID, "099", "temporary"),
        ("0123450000005", "099", "checksum"),
        (None, "048", "foreigner"),
        (None, None, "blank"),
    ],
)
def test_thai_registration_is_asked_of_valid_ids_only(
    cid: str | None, nationality: str | None, expected: str
) -> None:
    found = classify(
        cid,
        nationality,
        placeholders=default_placeholders(),
        facility_codes=frozenset({FACILITY}),
        policy="thai_registered",
    )
    assert found == expected


def test_temporary_needs_a_known_facility_code() -> None:
    assert classify(TEMPORARY_ID, "099", placeholders=frozenset()) == "checksum"


def test_a_number_like_a_temporary_one_is_accepted_when_its_check_digit_fits() -> None:
    cid = make_cid(int(FACILITY) * 1_000_000 + 7, first="0")
    assert cid.startswith(f"0{FACILITY}")
    assert _class(cid) == "valid"


def test_an_own_placeholder_list_replaces_the_shipped_one() -> None:
    assert classify(CID, "099", placeholders=frozenset({CID})) == "placeholder"
    assert classify("1111111111119", "099", placeholders=frozenset()) == "valid"
    # thirteen equal digits need no list
    assert classify("2222222222222", "099", placeholders=frozenset()) == "placeholder"


def test_the_shipped_list_is_read_from_its_file() -> None:
    assert {"1111111111119", "9999999999994", "0000000000001", "0000000000000"} <= default_placeholders()
    assert all(len(cid) == 13 and cid.isdigit() for cid in default_placeholders())
    assert all(is_placeholder(cid, default_placeholders()) for cid in default_placeholders())
