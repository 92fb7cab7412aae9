"""Sensitivity of ICD-10 codes by prefix (controls DM3 to DM6)."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: a sensitivity label with its HL7 v3-Confidentiality letter
Hit = tuple[str, str]

_CODE = re.compile(r"[A-Z][0-9]{2}[0-9A-Z]{0,3}")


class SensitivityTable:
    """Prefix table: a look-up costs at most five dictionary reads.

    Per label the longest listed prefix of a code wins; several labels may apply. A code broader than listed
    ones (``T74`` over ``T740``, ``F02`` over ``F024``) gets the labels of all codes under it too, each at its
    strictest, whether it is listed itself or not: nobody knows which of them was meant (fail closed).

    :param rows: prefix, label, confidentiality letter; prefixes upper case without dot.
    :param strictness: the confidentiality letters from mild to strict.
    :raises ValueError: naming the line (2 is the first), for a malformed prefix or one listed twice by label.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str]], strictness: list[str]) -> None:
        listed: dict[str, dict[str, str]] = {}
        for number, (prefix, label, confidentiality) in enumerate(rows, start=2):
            if not _CODE.fullmatch(prefix):
                raise ValueError(f"line {number}: not an ICD-10 prefix without dot")
            if label in listed.setdefault(prefix, {}):
                raise ValueError(f"line {number}: prefix and label are listed twice")
            listed[prefix][label] = confidentiality
        if not listed:
            raise ValueError("no rows")
        broad: dict[str, dict[str, str]] = {}
        for prefix, labels in listed.items():
            for length in range(3, len(prefix)):
                parent = broad.setdefault(prefix[:length], {})
                for label, letter in labels.items():
                    parent[label] = max(letter, parent.get(label, letter), key=strictness.index)
        self._listed: dict[str, tuple[Hit, ...]] = {}
        for prefix in sorted(
            listed, key=len
        ):  # shorter first: a longer one inherits the labels it does not name
            inherited = dict(self._longest(prefix))
            self._listed[prefix] = tuple((inherited | listed[prefix]).items())
        self._broad = {
            code: tuple(_strictest(dict(self._longest(code)), labels, strictness).items())
            for code, labels in broad.items()
        }

    def _longest(self, code: str) -> tuple[Hit, ...]:
        for length in range(len(code), 2, -1):
            if hits := self._listed.get(code[:length]):
                return hits
        return ()

    def lookup(self, code: str | None) -> tuple[Hit, ...] | None:
        """Labels of a code; empty when it is not sensitive, None when it is not an ICD-10 code."""
        normal = (code or "").replace(".", "").strip().upper()
        if not _CODE.fullmatch(normal):
            return None
        return self._broad.get(normal) or self._longest(normal)


def _strictest(own: dict[str, str], under: dict[str, str], strictness: list[str]) -> dict[str, str]:
    merged = dict(own)
    for label, letter in under.items():
        merged[label] = max(letter, own.get(label, letter), key=strictness.index)
    return merged
