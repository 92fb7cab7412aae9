"""Pure functions from what a HIS stores to what a canonical column holds.

A function that mends or drops a value appends a note ``<what>:<column>`` to the list it is given, so that
the checks can quarantine the row and the work list can say why. Nothing is shortened and nothing guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from contextlib import suppress
from datetime import date as Date
from datetime import time as Time
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

#: values a HIS writes for "no date" (MySQL zero date is handled apart; Delphi epoch; common default)
SENTINEL_DATES = frozenset({"1899-12-30", "1900-01-01"})
#: years outside are typing errors, for births as for appointments
MIN_YEAR, MAX_YEAR = 1850, 2200
BUDDHIST_OFFSET = 543
FIRST_BUDDHIST_YEAR = 2401

_DATE = re.compile(r"(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_CID_NOISE = re.compile(r"[\s\-\u2010-\u2015\u2212]")


def text(value: object) -> str | None:
    """Unicode NFC, stripped, without NUL; empty is ``None``.

    :raises UnicodeDecodeError: bytes that are neither UTF-8 nor cp874 (the caller's charset fault).
    """
    if value is None:
        return None
    if not isinstance(value, str):
        value = _as_text(value)
    if "\x00" in value:
        value = value.replace("\x00", "")
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    return value.strip() or None


def _as_text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return bytes(value).decode("cp874")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def joined(*values: object) -> str | None:
    """The non-empty texts, separated by one blank."""
    return " ".join(part for part in map(text, values) if part) or None


def first(*values: object) -> str | None:
    """The first non-empty text."""
    for value in values:
        found = text(value)
        if found:
            return found
    return None


def date(value: object, column: str, notes: list[str], *, open_ended: bool = False) -> str | None:
    """ISO date of the Christian era.

    ``zero_date``: a zero date or a known stand-in. ``be_year``: a Buddhist year (> 2400), corrected.
    ``bad_date``: not a day of the calendar, or a year nobody means. With ``open_ended`` a year 9999 means
    "no end" and is ``None`` without a note.
    """
    if isinstance(value, Date):  # also datetime
        value = value.isoformat()
    raw = text(value)
    if raw is None:
        return None
    iso, mark = _day(raw, open_ended)
    if mark:
        notes.append(f"{mark}:{column}")
    return iso


@lru_cache(maxsize=16384)  # the same few days stand on hundreds of thousands of rows
def _day(raw: str, open_ended: bool) -> tuple[str | None, str | None]:
    """ISO date and what had to be mended or refused."""
    match = _DATE.fullmatch(raw)
    if match is None:
        return None, "bad_date"
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if year == month == day == 0:
        return None, "zero_date"
    if open_ended and year == 9999:
        return None, None
    buddhist = year >= FIRST_BUDDHIST_YEAR
    if buddhist:
        year -= BUDDHIST_OFFSET
    try:
        iso = Date(year, month, day).isoformat()
    except ValueError:
        return None, "bad_date"
    if iso in SENTINEL_DATES:
        return None, "zero_date"
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None, "bad_date"
    return iso, "be_year" if buddhist else None


def time(value: object, column: str, notes: list[str]) -> str | None:
    """``HH:MM:SS`` of a 24-hour clock; ``bad_time`` when it is not one."""
    if isinstance(value, timedelta):  # what MySQL drivers make of a TIME column
        seconds = int(value.total_seconds())
        if 0 <= seconds < 86400:
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        notes.append(f"bad_time:{column}")
        return None
    if isinstance(value, Time):
        return value.isoformat("seconds")[:8]
    raw = text(value)
    if raw is None:
        return None
    clock = _clock(raw)
    if clock is None:
        notes.append(f"bad_time:{column}")
    return clock


@lru_cache(maxsize=16384)
def _clock(raw: str) -> str | None:
    """``HH:MM:SS``, nothing when it is no time of the day."""
    match = _TIME.fullmatch(raw)
    if match is not None:
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if hour < 24 and minute < 60 and second < 60:
            return f"{hour:02d}:{minute:02d}:{second:02d}"
    return None


def number(value: object, column: str, notes: list[str]) -> float | None:
    """A finite float; ``bad_number`` for text that is no plain decimal, NaN and infinities."""
    if value is None:
        return None
    result = math.nan
    if isinstance(value, int | float | Decimal):
        with suppress(OverflowError, ValueError):  # an integer beyond a double, a signalling NaN
            result = float(value)
    else:
        raw = text(value)
        if raw is None:
            return None
        if _NUMBER.fullmatch(raw):
            result = float(raw)
    if math.isfinite(result):
        return result
    notes.append(f"bad_number:{column}")
    return None


def integer(value: object, column: str, notes: list[str]) -> int | None:
    """A whole number; anything else is ``bad_number``."""
    found = number(value, column, notes)
    if found is None:
        return None
    if found.is_integer():
        return int(found)
    notes.append(f"bad_number:{column}")
    return None


def icd_code(value: object) -> str | None:
    """Upper case, without dots and blanks; ``None`` when nothing is left."""
    raw = text(value)
    if raw is None:
        return None
    return "".join(raw.upper().replace(".", "").split()) or None


def cid(value: object) -> str | None:
    """Citizen id without blanks and dashes, otherwise as found; it may be wrong."""
    raw = text(value)
    if raw is None:
        return None
    return _CID_NOISE.sub("", raw) or None


def cid_spellings(value: str) -> list[str]:
    """How a normalised id may stand in an indexed column: bare, and grouped 1-4-5-2-1 as on the card."""
    if len(value) != 13:
        return [value]
    groups = (value[0], value[1:5], value[5:10], value[10:12], value[12])
    return [value, "-".join(groups), " ".join(groups)]


def concept_id(value: object) -> str | None:
    """A numeric terminology id (TMT); placeholders such as ``-`` or ``0`` are ``None``."""
    raw = text(value)
    if raw is None or not raw.isascii() or not raw.isdigit() or not raw.strip("0"):
        return None
    return raw


def packed(notes: list[str]) -> str | None:
    """The notes as the canonical column holds them; no note is ``None``."""
    return " ".join(notes) or None
