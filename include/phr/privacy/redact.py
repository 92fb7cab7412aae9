"""Last net under the rule "never log it": cuts identities and secrets out of any text (control LG1)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from typing import Any

_CID = re.compile(r"(?<!\d)\d[- ]?\d{4}[- ]?\d{5}[- ]?\d{2}[- ]?\d(?!\d)")
_VN = re.compile(r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?!\d)")
_JWT = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")
_FIXED = re.compile(r"(?<!\d)\d{5}:\{[^}\s]+\}")
_BEARER = re.compile(r"(?i)(bearer|basic)\s+[^\s\"',}]+")
_NAMED = r"(?i)((?:password(?:_hash)?|hmac_secret|hcode_token)[\"']?\s*[=:]\s*"
_QUOTED_SECRET = re.compile(_NAMED + r"([\"']))(?:\\.|(?!\2)[^\\])*")
_PLAIN_SECRET = re.compile(_NAMED + r")[^\s\"',&]+")
_URL_SECRET = re.compile(r"(://[^\s:/@]*:)[^\s/]+@")
#: PostgreSQL refuses NUL; the others only disturb a page or a terminal
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def redact(text: str) -> str:
    """``text`` with citizen ids, visit numbers, tokens and passwords replaced by marks."""
    text = _JWT.sub("‹token›", text)
    text = _FIXED.sub("‹token›", text)
    text = _BEARER.sub(r"\1 ‹token›", text)
    text = _QUOTED_SECRET.sub(r"\1‹secret›", text)
    text = _PLAIN_SECRET.sub(r"\1‹secret›", text)
    text = _URL_SECRET.sub(r"\1‹secret›@", text)
    text = _CID.sub("‹13 digits›", text)
    return _VN.sub("‹visit›", text)


def scrub_values(text: str, values: Iterable[str], *, longest: int = 500) -> str:
    """Free text of the national side with every value of the sent document cut out of it.

    A server may quote what it dislikes; the ledger keeps the complaint, not the quotation (LG2).
    """
    wanted = {v for v in values if len(v) >= 2}
    wanted |= {json.dumps(v)[1:-1] for v in wanted}  # quoted as it stood in the JSON, Thai letters as \\uXXXX
    for value in sorted(wanted, key=len, reverse=True):
        if value in text:
            text = text.replace(value, "‹value›")
    return _CONTROL.sub(" ", redact(text))[:longest]


def leaf_texts(body: Any) -> Iterable[str]:
    """Every text and number at the leaves of a JSON-like body, as text."""
    if isinstance(body, dict):
        for value in body.values():
            yield from leaf_texts(value)
    elif isinstance(body, (list, tuple)):
        for value in body:
            yield from leaf_texts(value)
    elif isinstance(body, bool) or body is None:
        return
    elif isinstance(body, (str, int, float)):
        yield str(body)


class RedactFilter(logging.Filter):
    """Redacts the finished message of every record, its arguments and its exception text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through, mended."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - whatever an argument does, logging goes on, without its value
            message = str(record.msg)
        record.msg, record.args = redact(message), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True
