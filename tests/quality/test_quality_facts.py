"""Facts: dates, identity (controls ID2, ID3), order of events; pure functions."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quality_rows import CID, TODAY, blank, clean_unit, make_cid

from phr.quality.facts import HospitalFacts, identity_conflicts
from phr.quality.values import date_state, number, parse_day, time_state


@pytest.mark.parametrize(
    ("value", "notes", "expected"),
    [
        ("2026-10-31", None, "ok"),
        ("2026-11-01", None, "ok"),
        ("2026-11-02", None, "future"),
        ("1890-01-01", None, "ok"),
        ("1889-12-31", None, "too_early"),
        (None, None, "missing"),
        ("", None, "missing"),
        (" ", None, "missing"),
        (None, "zero_date:d", "missing"),
        (None, "bad_date:d", "unreadable"),
        ("2026-10-31", "be_year:x bad_date:d", "unreadable"),
        ("2026-10-31", "be_year:d", "ok"),
        ("2026-10-31", "bad_date:dd", "ok"),
        (None, "bad_date:dd", "missing"),
        ("2026-02-30", None, "unreadable"),
        ("20261031", None, "unreadable"),
        ("2026-W01-1", None, "unreadable"),
        ("๒๐๒๖-10-31", None, "unreadable"),
        ("yesterday", None, "unreadable"),
    ],
)
def test_date_state(value: str | None, notes: str | None, expected: str) -> None:
    assert date_state(value, "d", notes, latest=TODAY, earliest=date(1890, 1, 1)) == expected


@pytest.mark.parametrize(
    ("value", "notes", "expected"),
    [
        ("08:30:00", None, "ok"),
        (None, None, "missing"),
        (" ", "bad_date:t", "missing"),
        (None, "bad_time:t", "unreadable"),
        (None, "be_year:x bad_time:t", "unreadable"),
        (None, "bad_time:tt", "missing"),
        ("08:30:00", "bad_time:end_time", "ok"),
    ],
)
def test_time_state(value: str | None, notes: str | None, expected: str) -> None:
    assert time_state(value, "t", notes) == expected


@given(st.dates())
def test_every_day_of_the_calendar_is_read(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@given(st.text(max_size=12))
def test_no_text_breaks_the_date_reader(text: str) -> None:
    day = parse_day(text)
    assert day is None or day.isoformat() == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (36.5, 36.5),
        (0, 0.0),
        ("36.5", -math.inf),
        (math.nan, -math.inf),
        (math.inf, -math.inf),
        (10**400, -math.inf),
    ],
)
def test_what_is_no_number_is_in_no_range(value: object, expected: float) -> None:
    assert number(value) == expected


def test_a_missing_number_stays_missing() -> None:
    assert math.isnan(number(None))


def _evidence(sex: str | None, birth: str | None, notes: str | None = None, source: str = "person") -> object:
    return blank(
        "identity_evidence", cid=CID, source=source, local_id="77", sex=sex, birth_date=birth, notes=notes
    )


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], {}),
        ([_evidence("1", "1990-05-17")], {}),
        ([_evidence(None, None)], {}),
        ([_evidence("1", None, "zero_date:birth_date")], {}),
        ([_evidence("1", "1990-05-18")], {CID: "birth_date"}),
        ([_evidence("2", "1990-05-17")], {CID: "sex"}),
        ([_evidence("2", "1991-05-17")], {CID: "birth_date"}),
        ([_evidence("1", None, "bad_date:birth_date")], {CID: "birth_date"}),
        ([_evidence("1", "1990-05-18", source="patient")], {CID: "birth_date"}),
    ],
    ids=[
        "no evidence",
        "agrees",
        "says nothing",
        "zero date says nothing",
        "birth date",
        "sex",
        "both",
        "unreadable date",
        "second HN",
    ],
)
def test_identity_conflicts(evidence: list, expected: dict) -> None:
    patients = clean_unit()["patient"]
    assert identity_conflicts(patients, evidence, frozenset({CID})) == expected


def test_two_patient_rows_conflict_without_any_evidence() -> None:
    one = clean_unit()["patient"][0]
    two = one._replace(hn="000000002", birth_date="1950-01-01")
    assert identity_conflicts([one, two], [], frozenset({CID})) == {CID: "birth_date"}


def test_ids_that_are_not_valid_are_not_compared() -> None:
    one = clean_unit()["patient"][0]._replace(cid="1111111111119")
    two = one._replace(hn="000000002", birth_date="1950-01-01")
    assert identity_conflicts([one, two], [], frozenset({CID, make_cid(5)})) == {}


@pytest.mark.parametrize(
    ("birth", "death", "expected"),
    [
        ("1990-05-17", None, "ok"),
        ("2026-10-31", None, "ok"),
        ("2026-11-01", None, "before_birth"),
        ("1990-05-17", "2026-10-31", "ok"),
        ("1990-05-17", "2026-10-30", "after_death"),
        (None, None, "ok"),
        (None, "2026-10-30", "after_death"),
    ],
)
def test_life_order_of_a_visit(birth: str | None, death: str | None, expected: str) -> None:
    unit = clean_unit()
    unit["patient"][0] = unit["patient"][0]._replace(birth_date=birth, death_date=death)
    facts = HospitalFacts.of(unit, today=TODAY, placeholders=frozenset(), facility_codes=frozenset())
    assert facts.life_order(unit["visit"][0]) == expected
