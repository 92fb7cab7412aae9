"""Side channels: texts and laboratory codes that give a restricted topic away (control DM5).

Patterns are plain words, not regular expressions, so that a data protection officer can add one safely:

* letters of either case; a space stands for any run of blanks, ``-``, ``_``, ``/`` and ``.``, also for none;
* a pattern that begins or ends with a Latin letter (digit) does not match inside a Latin word (number):
  ``HIV`` is found in ``ตรวจHIV`` and ``HIV-1``, ``rape`` is not found in ``grape``; Thai has no such bounds;
* ``*`` at the end lets the word go on (``psychiatr*``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from phr.release.icd10 import Hit

#: kinds of field a pattern may name: clinic and department; free text; drug name; drug directions; laboratory
#: name, group and worded result; exact LOINC, TMLT or LABTEST code
FIELDS = ("unit", "text", "drug", "directions", "lab", "lab_code")

_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_GAP = r"[\s\-_/.]*"
_NOTHING: tuple[Hit, ...] = ()


class TextPatterns:
    """Compiled patterns by kind of field.

    ``unit``, ``name``, ``drug``, ``lab`` and ``lab_word`` look at what comes out of a hospital's lists and
    repeats: the answers are remembered (bounded); those of ``free_text`` and ``result`` are not.

    :param rows: pattern, fields (kinds separated by blanks), label, confidentiality letter.
    :raises ValueError: naming the line (2 is the first), for a bad pattern or an unknown kind of field.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str, str]]) -> None:
        self._patterns: dict[str, list[tuple[str, re.Pattern[str], Hit]]] = {kind: [] for kind in FIELDS}
        self._codes: dict[str, tuple[Hit, ...]] = {}
        for number, (pattern, fields, label, letter) in enumerate(rows, start=2):
            kinds = fields.split()
            if not kinds or any(kind not in FIELDS for kind in kinds):
                raise ValueError(f"line {number}: fields must be some of {', '.join(FIELDS)}")
            words = _normal(pattern).removesuffix("*").split()
            joined = "".join(words)
            if len(joined) < 2 or "*" in joined:
                raise ValueError(f"line {number}: pattern is too short or has a * inside")
            compiled = _compile(words, open_end=pattern.endswith("*"))
            for kind in kinds:
                if kind == "lab_code":
                    self._codes[pattern] = (*self._codes.get(pattern, ()), (label, letter))
                else:
                    self._patterns[kind].append((max(words, key=len), compiled, (label, letter)))
        # one cheap pass over the longest words tells that nothing can match, which is nearly always so
        self._any = {
            kind: re.compile("|".join(sorted({re.escape(word) for word, _, _ in patterns})) or r"(?!)")
            for kind, patterns in self._patterns.items()
        }
        self.unit = lru_cache(4096)(self._unit)
        self.name = lru_cache(16384)(self.free_text)
        self.drug = lru_cache(16384)(self._drug)
        self.lab = lru_cache(16384)(self._lab)
        self.lab_word = lru_cache(16384)(self.result)

    def free_text(self, text: str | None) -> tuple[Hit, ...]:
        """Labels a complaint, a note or the name of a diagnosis gives away."""
        return self._search("text", text)

    def result(self, value: str | None) -> tuple[Hit, ...]:
        """Labels a worded laboratory result (range, flag, local code) gives away."""
        return _NOTHING if not value or value[0].isdigit() else self._search("lab", value)

    def _unit(self, *names: str | None) -> tuple[Hit, ...]:
        return tuple(hit for name in names for hit in self._search("unit", name))

    def _drug(self, name: str | None, usage: str | None, instruction: str | None) -> tuple[Hit, ...]:
        directions = self._search("directions", usage) + self._search("directions", instruction)
        return self._search("drug", name) + directions

    def _lab(self, name: str | None, group: str | None, *codes: str | None) -> tuple[Hit, ...]:
        by_code = tuple(hit for code in codes for hit in self._codes.get(code or "", ()))
        return self._search("lab", name) + self._search("lab", group) + by_code

    def _search(self, kind: str, text: str | None) -> tuple[Hit, ...]:
        if not text:
            return _NOTHING
        normal = _normal(text)
        if not self._any[kind].search(normal):
            return _NOTHING
        return tuple(
            hit for word, pattern, hit in self._patterns[kind] if word in normal and pattern.search(normal)
        )


def _normal(text: str) -> str:
    if not text.isascii():
        text = _ZERO_WIDTH.sub("", unicodedata.normalize("NFC", text))
    return text.lower()


def _compile(words: list[str], *, open_end: bool) -> re.Pattern[str]:
    body = _GAP.join(map(re.escape, words))
    after = "" if open_end else f"(?!{_same_kind(words[-1][-1])})"
    return re.compile(f"(?<!{_same_kind(words[0][0])}){body}{after}")


def _same_kind(char: str) -> str:
    """Class of characters that would go on with the word; one that never matches for Thai and signs."""
    if char.isascii() and char.isalpha():
        return "[a-z]"
    return "[0-9]" if char.isascii() and char.isdigit() else r"[^\s\S]"
