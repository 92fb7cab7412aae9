"""Reading single values of canonical rows: text, numbers, days. Nothing here raises, whatever comes."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache
from typing import Literal

TimeState = Literal["ok", "missing", "unreadable"]
DateState = Literal["ok", "missing", "unreadable", "future", "too_early"]


def text(value: object) -> str | None:
    """Stripped text, or None when there is nothing to read."""
    if value is None:
        return None
    found = str(value).strip()
    if not found.isascii():
        # half a surrogate pair cannot be hashed or written by anything behind us
        found = found.encode("utf-8", "replace").decode("utf-8")
    return found or None


def number(value: object) -> float:
    """A number for range checks: NaN when missing, minus infinity (in no range) when it is not a number."""
    if value is None:
        return math.nan
    if isinstance(value, (int, float)):
        try:
            result = float(value)
        except OverflowError:
            return -math.inf
        return result if math.isfinite(result) else -math.inf
    return -math.inf


@lru_cache(maxsize=65_536)
def parse_day(value: str) -> date | None:
    """The day of an ISO ``YYYY-MM-DD`` text, or None when there is no such day."""
    # date.fromisoformat also takes '20260101' and '2026-W01-1', which the canonical tables do not
    if len(value) != 10 or value[4] != "-" or value[7] != "-" or not value.isascii():
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day_of(value: str | None) -> date | None:
    """The day of a canonical date, None when it is missing or unreadable."""
    found = text(value)
    return parse_day(found) if found else None


def date_state(
    value: str | None,
    column: str,
    notes: str | None,
    *,
    latest: date | None = None,
    earliest: date | None = None,
) -> DateState:
    """What is wrong with a date, if anything.

    ``unreadable`` is an impossible date: the adapter noted ``bad_date:<column>``, or the text is no ISO day.
    A zero date is a missing one. ``latest`` and ``earliest`` are inclusive bounds.
    """
    if notes and f"bad_date:{column}" in str(notes).split():
        return "unreadable"
    found = text(value)
    if found is None:
        return "missing"
    day = parse_day(found)
    if day is None:
        return "unreadable"
    if latest is not None and day > latest:
        return "future"
    if earliest is not None and day < earliest:
        return "too_early"
    return "ok"


def time_state(value: str | None, column: str, notes: str | None) -> TimeState:
    """Whether a clock time can be used; ``unreadable``: the adapter noted ``bad_time:<column>``.

    A time the HIS does not hold is ``missing``, which is no mistake.
    """
    if notes and f"bad_time:{column}" in str(notes).split():
        return "unreadable"
    return "ok" if text(value) else "missing"
