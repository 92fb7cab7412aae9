"""Differences between two views of the national record, without a word of who the people are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from phr_sandbox.scenario.view import SeenEncounter, View, VisitKey

#: ``missing``: expected and not there; ``extra``: there and not expected
How = Literal["missing", "extra", "differs"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``ref`` is ``hcode:vn``, or the printable name of a person; never a value of a row."""

    ref: str
    what: str
    how: How

    def __str__(self) -> str:
        return f"{self.ref}  {self.what} {self.how}"


def compare(expected: View, found: View, names: Mapping[str, str]) -> list[Difference]:
    """Differences, sorted by reference.

    :param names: citizen id -> printable name; one that is not listed prints as ``somebody``.
    """
    every = [
        *_encounters(expected.encounters, found.encounters),
        *_registers(expected, found, names),
        *_phones(expected, found),
    ]
    return sorted(every, key=lambda d: (d.ref, d.what, d.how))


def _encounters(
    expected: Mapping[VisitKey, SeenEncounter], found: Mapping[VisitKey, SeenEncounter]
) -> Iterator[Difference]:
    for key in expected.keys() | found.keys():
        ref = f"{key[0]}:{key[1]}"
        want, have = expected.get(key), found.get(key)
        if want is None or have is None:
            yield Difference(ref, "encounter", "missing" if have is None else "extra")
            continue
        if want.cid != have.cid:
            yield Difference(ref, "person", "differs")
        for name in want.head.keys() | have.head.keys():
            if (how := _how(want.head.get(name), have.head.get(name))) is not None:
                yield Difference(ref, name, how)
        for kind in want.children.keys() | have.children.keys():
            rows = dict(want.children.get(kind, ())), dict(have.children.get(kind, ()))
            for row in rows[0].keys() | rows[1].keys():
                if (how := _how(rows[0].get(row), rows[1].get(row))) is not None:
                    yield Difference(ref, kind, how)


def _how(want: Any, have: Any) -> How | None:
    if want == have:
        return None
    return "missing" if have is None else "extra" if want is None else "differs"


def _registers(expected: View, found: View, names: Mapping[str, str]) -> Iterator[Difference]:
    for key in expected.registers.keys() | found.registers.keys():
        hcode, cid = key
        ref = names.get(cid, f"{hcode}:somebody")
        want = {(s.day, s.code): s.lot for s in expected.registers.get(key, ())}
        have = {(s.day, s.code): s.lot for s in found.registers.get(key, ())}
        for dose in want.keys() | have.keys():
            if (how := _how(want.get(dose), have.get(dose))) is not None:
                yield Difference(ref, "dose", how)


def _phones(expected: View, found: View) -> Iterator[Difference]:
    """Only of people both sides know: whoever is missing shows as a missing encounter."""
    for key in expected.phones.keys() & found.phones.keys():
        if expected.phones[key] != found.phones[key]:
            yield Difference(f"{key[0]}:record", "phone", "differs")
