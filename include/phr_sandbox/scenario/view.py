"""A national record as its read side shows it: the common ground of the oracle's idea and the double."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phr_sandbox.scenario.documents import Kind, Shot

#: (hospital code, visit number)
VisitKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SeenEncounter:
    """One encounter. ``children``: kind -> rows as (what tells them apart, what they show)."""

    cid: str
    head: Mapping[str, Any]
    children: Mapping[Kind, frozenset[tuple[tuple[Any, ...], tuple[Any, ...]]]]


@dataclass
class View:
    """Everything the read side shows of the hospitals of a script."""

    encounters: dict[VisitKey, SeenEncounter] = field(default_factory=dict)
    #: (hospital code, citizen id) -> doses; a person without doses is absent
    registers: dict[tuple[str, str], frozenset[Shot]] = field(default_factory=dict)
    #: (hospital code, HN) -> phone number on the newest encounter of that HN
    phones: dict[tuple[str, str], str] = field(default_factory=dict)


def shown_children(
    kind: Kind, key: tuple[Any, ...], shown: tuple[Any, ...]
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """A child in the form both sides use: coverages and appointments have no name but what they show."""
    return (shown if kind in ("Coverage", "Appointment") else key), shown
