"""The checks of the product, each row checked once in all nights and plays of a process.

The suites cost seconds a night, whatever the number of rows, and a night reads mostly what the nights before
have read. Their rules judge a row by itself (what depends on other rows or on the day stands in the row by
then), but for those of uniqueness: rows that share what must be unique are always checked together, anew.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from phr.quality.engine import Engine, Outcome
from phr.quality.frames import ROW_NUMBER
from phr.quality.rules import EXPECTATIONS

if TYPE_CHECKING:
    import pandas as pd

_UNIQUE = "ExpectCompoundColumnsToBeUnique"
#: (table, digest of a row) -> rules it failed
_known: dict[tuple[str, bytes], frozenset[str]] = {}


@cache
def _engine() -> Engine:
    return Engine()


class RememberingEngine:
    """In the place of :class:`phr.quality.engine.Engine`. A row without a value counts as judged, which only
    Data Docs would tell."""

    def run(self, table: str, frame: pd.DataFrame) -> dict[str, Outcome]:
        """As the real one."""
        if _has_twins(table, frame):
            return _engine().run(table, frame)
        columns = [name for name in frame.columns if name != ROW_NUMBER]
        rows = [_digest(row) for row in frame[columns].itertuples(index=False, name=None)]
        new = [number for number, row in enumerate(rows) if (table, row) not in _known]
        if new:
            part = frame.iloc[new].reset_index(drop=True)
            part[ROW_NUMBER] = range(len(new))
            failed = {rule: set(outcome.failed) for rule, outcome in _engine().run(table, part).items()}
            for place, number in enumerate(new):
                rules = frozenset(rule for rule, places in failed.items() if place in places)
                _known[table, rows[number]] = rules
        return {
            spec.rule_id: Outcome(
                len(rows), 0, [n for n, row in enumerate(rows) if spec.rule_id in _known[table, row]]
            )
            for spec in EXPECTATIONS[table]
        }


def _has_twins(table: str, frame: pd.DataFrame) -> bool:
    unique = (spec.kwargs["column_list"] for spec in EXPECTATIONS[table] if spec.type == _UNIQUE)
    return any(bool(frame.duplicated(list(columns)).any()) for columns in unique)


def _digest(row: tuple[object, ...]) -> bytes:
    """Equal for equal rows; nothing of a row is kept."""
    return hashlib.sha256(repr(row).encode()).digest()
