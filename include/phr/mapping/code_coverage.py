"""Which of a hospital's own codes have no national one, sorted by how many rows a mapping would free."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from phr.canonical import CanonicalRow
from phr.mapping.local_codes import MAPS, LocalMap


@dataclass(slots=True)
class CodeCounts:
    """Rows of one map: how many there were, how many had a code, and the codes that had none."""

    rows: int = 0
    coded: int = 0
    #: (code or name as found, name in words) -> rows
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Share of the rows with a national code, 0 to 1; 1 when there were no rows."""
        return self.coded / self.rows if self.rows else 1.0


@dataclass
class CodeCoverage:
    """Counts of every map; rows are added chunk by chunk and not kept."""

    maps: dict[str, CodeCounts] = field(default_factory=lambda: {name: CodeCounts() for name in MAPS})

    def add(self, rows: Mapping[str, Iterable[CanonicalRow]]) -> None:
        """Count these canonical rows."""
        for name, local in MAPS.items():
            counts = self.maps[name]
            for row in rows.get(local.table, ()):
                counts.rows += 1
                if local.has_code(row):
                    counts.coded += 1
                else:
                    counts.missing[_named(local, row)] += 1

    def template(self, name: str, hcode: str, today: date) -> str:
        """A file for ``codes/<hcode>/<map>.csv``, what frees most first, for people to fill in."""
        local, out = MAPS[name], io.StringIO()
        out.write(f"# map: {local.title_en} of {hcode} -> {', '.join(local.fills)}\n")
        out.write(f"# version: {today:%Y%m%d}\n# source: \n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["source", "name", "rows", *(c for c in local.fills if c != "source")])
        for (source, words), rows in self.maps[name].missing.most_common():
            if source:
                writer.writerow([source, words, rows, *[""] * len(local.fills)])
        return out.getvalue()


def _named(local: LocalMap, row: Any) -> tuple[str, str]:
    source = next((value for key in local.keys if (value := getattr(row, key))), "")
    words = next(
        (value for key in ("name", *local.keys[1:], *local.keys) if (value := getattr(row, key, None))), ""
    )
    return source, words
