"""Faults to order: which call fails, how, and how often. Decided by reference, so a run can be repeated."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["latency", "status", "drop_before", "drop_after", "torn", "refuse", "warn", "expire_tokens"]


class FaultRule(BaseModel):
    """One order.

    ==============  ===========================================================================
    kind            effect (``value``)
    ==============  ===========================================================================
    latency         waits before anything else (milliseconds)
    status          answers with this HTTP status, nothing is written (default 503; 429 and 503
                    carry Retry-After)
    drop_before     resets the connection, nothing is written
    drop_after      writes, commits, then resets the connection
    torn            writes, commits, sends half of the answer, closes
    refuse          HTTP 200 with ``message_code``, nothing is written (message text)
    warn            writes, adds a processing_warning (its text)
    expire_tokens   every token issued so far becomes invalid, this call's included
    ==============  ===========================================================================
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    #: last part of the path (UpdatePHRv1, token, RemoveEncounter, ...) or "*"
    path: str = "UpdatePHRv1"
    #: share of the references that are hit, chosen by hash of seed and reference
    rate: float = Field(default=1.0, ge=0, le=1)
    seed: int | str = 0
    #: only these references (`hcode:vn`); None = all
    refs: list[str] | None = None
    #: how often it fires for each reference; None = every time
    times: int | None = Field(default=None, ge=1)
    value: float | str | None = None
    message_code: int = 400
    retry_after: float = Field(default=1, gt=0)


def chosen(seed: int | str, ref: str, rate: float) -> bool:
    """True for the same share `rate` of references every time (hash of seed and reference)."""
    digest = hashlib.sha256(f"{seed}:{ref}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < rate * 2**64


class Faults:
    """The rules in force and how often each has fired. Held in memory only: a restart clears them."""

    def __init__(self) -> None:
        self.rules: list[FaultRule] = []
        self._fired: Counter[tuple[int, str]] = Counter()

    def replace(self, rules: Iterable[FaultRule]) -> None:
        """Put these rules in force instead of the ones before; counters start at zero."""
        self.rules = list(rules)
        self._fired.clear()

    def firing(self, kinds: frozenset[str], path: str, ref: str) -> Iterator[FaultRule]:
        """Rules of these kinds that hit this call, in the order they were given; each counts as fired."""
        for number, rule in enumerate(self.rules):
            if rule.kind not in kinds or rule.path not in ("*", path):
                continue
            if rule.refs is not None and ref not in rule.refs:
                continue
            if rule.times is not None and self._fired[number, ref] >= rule.times:
                continue
            if not chosen(rule.seed, ref, rule.rate):
                continue
            self._fired[number, ref] += 1
            yield rule

    def report(self) -> list[dict[str, object]]:
        """The rules, each with how often it has fired."""
        return [
            {
                **rule.model_dump(),
                "fired": sum(n for (i, _), n in self._fired.items() if i == number),
            }
            for number, rule in enumerate(self.rules)
        ]
