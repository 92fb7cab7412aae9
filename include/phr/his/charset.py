"""Tells whether Thai text arrives readable: a wrong connection charset destroys it without an error."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phr.his.base import ThaiText
from phr.his.normalise import text

#: fewer names than this prove nothing
MIN_SAMPLE = 5

_THAI = re.compile(r"[\u0e01-\u0e5b]")
#: Thai UTF-8 bytes (E0 B8 xx, E0 B9 xx) read as cp874 become triples of these
_UTF8_AS_CP874 = re.compile(r"เ[ธน].", re.DOTALL)
#: what else Thai turns into: replaced by the server, by a decoder, or bytes read as latin-1
_LOST = re.compile(r"\?|\ufffd|[\u0080-\u00ff]")


def thai_text(samples: Iterable[object]) -> ThaiText:
    """``garbled`` when no sampled name is readable Thai and most look destroyed.

    ``unknown`` when there are too few names to say, or they are plain Latin (a hospital of foreigners).
    """
    names = [name for name in map(text, samples) if name]
    readable = lost = 0
    for name in names:
        doubly = 3 * len(_UTF8_AS_CP874.findall(name))
        if doubly >= 6 and doubly >= 0.6 * len(name):
            lost += 1
        elif _THAI.search(name) and "\ufffd" not in name:
            readable += 1
        elif _LOST.search(name):
            lost += 1
    if readable:
        return "ok" if readable >= lost else "garbled"
    if len(names) < MIN_SAMPLE:
        return "unknown"
    return "garbled" if lost * 2 >= len(names) else "unknown"
