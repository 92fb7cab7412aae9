"""R15: run type, interval, Params and look-back become Bangkok service days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phr.pipeline.days import BANGKOK, MAX_DAYS, service_days

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=BANGKOK)


def bkk(day: int, hour: int = 1, minute: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BANGKOK)


def days(run_type: str = "manual", **changes: object) -> list[date]:
    values: dict[str, object] = {
        "interval_start": None,
        "interval_end": None,
        "day_from": None,
        "day_to": None,
        "look_back_days": 0,
        "now": NOW,
    }
    return service_days(run_type=run_type, **{**values, **changes})  # type: ignore[arg-type]


def november(*numbers: int) -> list[date]:
    return [date(2026, 11, n) for n in numbers]


@pytest.mark.parametrize(
    ("run_type", "changes", "expected"),
    [
        ("scheduled", {"interval_start": bkk(20), "interval_end": bkk(21)}, november(20)),
        (
            "scheduled",
            {"interval_start": bkk(20), "interval_end": bkk(21), "look_back_days": 2},
            november(18, 19, 20),
        ),
        (
            "backfill",
            {"interval_start": bkk(20), "interval_end": bkk(21), "look_back_days": 9},
            november(20),
        ),
        ("backfill", {"interval_start": bkk(20), "interval_end": bkk(23)}, november(20, 21, 22)),
        # the interval comes from Airflow in UTC: 18:30 UTC is 01:30 of the next Bangkok day
        (
            "scheduled",
            {"interval_start": bkk(20).astimezone(UTC), "interval_end": bkk(21).astimezone(UTC)},
            november(20),
        ),
        ("scheduled", {"interval_start": bkk(20, 0, 0), "interval_end": bkk(21, 0, 0)}, november(20)),
        ("scheduled", {"interval_start": bkk(20, 23, 59), "interval_end": bkk(21, 23, 59)}, november(20)),
        ("scheduled", {"interval_start": bkk(20), "interval_end": bkk(20)}, november(20)),
        ("manual", {}, november(22)),
        ("manual", {"look_back_days": 1}, november(21, 22)),
        ("manual", {"interval_start": bkk(1), "interval_end": bkk(2)}, november(22)),
        ("manual", {"now": datetime(2026, 11, 22, 16, 59, tzinfo=UTC)}, november(21)),
        ("manual", {"now": datetime(2026, 11, 22, 17, 0, tzinfo=UTC)}, november(22)),
        ("scheduled", {}, november(22)),
        ("manual", {"day_from": date(2026, 11, 3)}, november(3)),
        ("manual", {"day_to": date(2026, 11, 3), "look_back_days": 5}, november(3)),
        (
            "scheduled",
            {"interval_start": bkk(20), "interval_end": bkk(21), "day_from": date(2026, 11, 3)},
            november(3),
        ),
        ("manual", {"day_from": date(2026, 11, 3), "day_to": date(2026, 11, 5)}, november(3, 4, 5)),
    ],
)
def test_table(run_type: str, changes: dict[str, object], expected: list[date]) -> None:
    assert days(run_type, **changes) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"day_from": date(2026, 11, 5), "day_to": date(2026, 11, 4)},
        {"day_from": date(2026, 1, 1), "day_to": date(2569, 1, 1)},
        {"now": datetime(2026, 11, 22, 10, 0)},
        {
            "run_type": "scheduled",
            "interval_start": datetime(2026, 11, 20, 1, 30),
            "interval_end": datetime(2026, 11, 21, 1, 30),
        },
    ],
)
def test_nonsense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        days(**changes)  # type: ignore[arg-type]


moments = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))


@given(moments, st.integers(0, 60), st.sampled_from(["scheduled", "backfill", "manual", "other"]))
def test_days_are_whole_ascending_and_never_in_the_future(start: datetime, back: int, run_type: str) -> None:
    end = start + timedelta(days=1)
    found = days(run_type, interval_start=start, interval_end=end, look_back_days=back, now=end)
    assert found == sorted(set(found))
    assert all(b - a == timedelta(days=1) for a, b in pairwise(found))
    assert len(found) == (1 if run_type == "backfill" else back + 1)
    assert len(found) <= MAX_DAYS
    assert found[-1] < end.astimezone(BANGKOK).date()


@given(moments, st.integers(1, 40))
def test_backfill_runs_tile_the_calendar(start: datetime, n: int) -> None:
    each = [
        days(
            "backfill",
            interval_start=start + timedelta(days=i),
            interval_end=start + timedelta(days=i + 1),
        )
        for i in range(n)
    ]
    assert [d for part in each for d in part] == days(
        "backfill", interval_start=start, interval_end=start + timedelta(days=n)
    )
