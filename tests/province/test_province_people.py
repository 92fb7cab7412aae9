from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phr_sandbox.province.people import (
    FAMILIES,
    PLACEHOLDER_CIDS,
    break_checksum,
    make_cid,
    make_person,
    with_age,
)

DAY = date(2025, 10, 1)


def _checksum_holds(cid: str) -> bool:
    """The rule as printed in the reference: digit i times (14 - i), 11 minus the rest, last digit."""
    total = sum(int(cid[i - 1]) * (14 - i) for i in range(1, 13))
    return (11 - total % 11) % 10 == int(cid[12])


@pytest.mark.parametrize("cid", ["1111111111119", "9999999999994", "0000000000001"])
def test_the_known_placeholders_pass_the_check_digit(cid: str) -> None:
    assert _checksum_holds(cid)
    assert cid in PLACEHOLDER_CIDS


@given(place=st.integers(0, 99), number=st.integers(0, 9_999_999), late=st.booleans())
def test_a_made_citizen_id_is_valid_and_names_no_province(place: int, number: int, late: bool) -> None:
    cid = make_cid(place, number, born_after_1984=late)
    assert len(cid) == 13
    assert cid.isdigit()
    assert _checksum_holds(cid)
    assert cid[1:3] == "00"
    assert cid not in PLACEHOLDER_CIDS
    assert len(set(cid)) > 1
    assert not _checksum_holds(break_checksum(cid))


def test_people_of_one_hospital_have_different_ids_and_invented_names() -> None:
    people = [make_person(5, "99001", index, DAY) for index in range(3000)]
    assert len({p.cid for p in people}) == len(people)
    assert len({p.hn for p in people}) == len(people)
    assert all(p.family in FAMILIES and p.family.endswith(("สมมติ", "ทดสอบ", "จำลอง")) for p in people)
    assert all(p.phone.startswith("0800000") and len(p.phone) == 10 for p in people)
    assert all(p.birth < DAY for p in people)


def test_a_person_known_to_two_hospitals_is_the_same_person() -> None:
    here, there = (make_person(5, hcode, 17, DAY) for hcode in ("99001", "99002"))
    assert (here.cid, here.given, here.family, here.birth, here.sex) == (
        there.cid,
        there.given,
        there.family,
        there.birth,
        there.sex,
    )
    assert make_person(5, "99001", 18, DAY).cid != make_person(5, "99002", 18, DAY).cid


@given(st.integers(0, 5000))
def test_with_age_keeps_the_bounds(index: int) -> None:
    person = with_age(make_person(1, "99001", index, DAY), DAY, 15.2, 19.6)
    assert 15 <= person.age(DAY) < 20


def test_thai_text_fits_tis620() -> None:
    people = [make_person(3, "99003", index, DAY) for index in range(500)]
    for person in people:
        (person.prefix + person.given + person.family).encode("tis-620")
