"""Reading what the national side says it holds; the shapes are not published, so several are understood.

``OrganizationSummary`` (contract 5): references of one day as ``hcode:vn``, counts per day of one month.
An answer in an unknown shape is *unreadable* (None), never an empty day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from phr.delivery.client import Answer

_REFERENCE = ("encounter_ref_code", "ref_code", "ref")
_CHRONIC = ("chronic_ref_code", "ref_code", "ref")
_DAY = ("date", "day", "period_start", "encounter_date")
_COUNT = ("encounter_count", "count", "total", "opd_encounter_count")
_COMPUTER = ("agent_computer_name", "computer_name", "name")
_LISTS = ("days", "data", "items", "rows", "result")


def references(answer: Answer, hcode: str) -> set[str] | None:
    """Bare visit references of a day answer; None when the answer is no readable list."""
    items = _list(answer.result) if answer.kind == "accepted" else None
    if items is None:
        return None
    found = set()
    for item in items:
        text = _pick(item, _REFERENCE) if isinstance(item, dict) else item
        if not isinstance(text, str) or not text.strip():
            return None
        found.add(text.strip().removeprefix(f"{hcode}:"))
    return found


def chronic_references(answer: Answer) -> set[str] | None:
    """``chronic_ref_code`` of every entry of a disease; None when the answer is no readable list."""
    items = _list(answer.result) if answer.kind == "accepted" else None
    if items is None:
        return None
    found = {_pick(item, _CHRONIC) if isinstance(item, dict) else item for item in items}
    if not all(isinstance(ref, str) and ref.strip() for ref in found):
        return None
    return {ref.strip() for ref in found}


def month_counts(answer: Answer) -> dict[date, int] | None:
    """Encounters per day of a month answer (days without are absent); None when it is unreadable."""
    if answer.kind != "accepted":
        return None
    result = answer.result
    pairs: Iterator[tuple[Any, Any]]
    if isinstance(result, dict) and result and all(_is_day(key) for key in result):
        pairs = iter(result.items())
    else:
        items = _list(result)
        if items is None or not all(isinstance(item, dict) for item in items):
            return None
        pairs = ((_pick(item, _DAY), _pick(item, _COUNT)) for item in items)
    counts: dict[date, int] = {}
    for day, count in pairs:
        if not _is_day(day) or isinstance(count, bool) or not str(count).isdigit():
            return None
        counts[date.fromisoformat(day[:10])] = int(count)
    return counts


def computer_name(answer: Answer) -> str | None:
    """Name of the computer that sends by its own word, "" when none does; None when it is unreadable."""
    result = answer.result
    if isinstance(result, dict):
        result = _pick(result, _COMPUTER)
    if answer.kind != "accepted" or not isinstance(result, str | None):
        return None
    return (result or "").strip()


def _list(result: Any) -> list[Any] | None:
    if isinstance(result, list):
        return result
    if isinstance(result, dict):
        for name in _LISTS:
            if isinstance(result.get(name), list):
                found: list[Any] = result[name]
                return found
    return None


def _pick(item: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((item[name] for name in names if name in item), None)


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return False
    return True
