"""Which old service days are read again, and how late an undated edit is found at worst."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phr.pipeline.sweep import DENSITY, due_days, interval

TODAY = date(2026, 11, 26)


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def all_read(read: date, *, since: int) -> dict[date, date]:
    return {back(n): read for n in range(1, since + 1)}


def test_a_day_read_lately_is_not_due() -> None:
    assert due_days(all_read(back(1), since=400), today=TODAY, limit=1000) == []


@pytest.mark.parametrize(("age", "every"), [(1, 3), (14, 3), (15, 7), (61, 30), (366, 90), (1830, 180)])
def test_a_day_is_due_when_its_age_asks_for_it(age: int, every: int) -> None:
    assert interval(age) == every
    assert back(age) in due_days({back(age): back(every)}, today=TODAY, limit=10_000)
    just_read = all_read(back(1), since=age) | {back(age): back(every - 1)}
    assert due_days(just_read, today=TODAY, limit=1000) == []


def test_a_gap_comes_first_and_days_before_the_earliest_reading_never() -> None:
    read = all_read(back(60), since=30)
    del read[back(5)], read[back(6)]
    assert due_days(read, today=TODAY, limit=2) == [back(6), back(5)]
    assert min(due_days(read, today=TODAY, limit=1000)) == back(30)


def test_nothing_before_the_first_day_of_the_category_and_nothing_too_old() -> None:
    assert due_days(all_read(back(900), since=20), today=TODAY, first=back(3), limit=99) == [
        back(3),
        back(2),
        back(1),
    ]
    assert interval(DENSITY[-1][0] + 1) is None
    assert due_days({back(3000): back(2999)}, today=TODAY, limit=10_000)[0] == back(DENSITY[-1][0])
    assert due_days({}, today=TODAY, limit=5) == []


@given(st.integers(1, 700), st.integers(1, 60))
def test_with_enough_days_a_run_every_day_is_read_in_time(since: int, start: int) -> None:
    """Simulated: nothing is ever later than its interval when the limit suffices."""
    today = TODAY
    read = {back(n): back(n - 1) for n in range(1, since + 1)}
    for _ in range(start):
        for day in due_days(read, today=today, limit=10_000):
            read[day] = today
        for day, last in read.items():
            every = interval((today - day).days)
            assert every is None or (today - last).days < every
        read[today] = today
        today += timedelta(days=1)
