"""Check: the Great Expectations suites over a whole work unit, verdicts split per hospital and chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from phr.canonical import TABLES, CanonicalRow
from phr.errors import PhrError, StopHospital
from phr.pipeline.context import Context
from phr.pipeline.days import BANGKOK
from phr.pipeline.extract import read_manifest
from phr.quality import RULES, BadRow, Checker
from phr.settings import Hospital

#: visits checked together: enough to spread the fixed cost of a suite, few enough for flat memory
SLICE_VISITS = 10_000
#: rows that several chunks may hold once each, and what tells them apart
_SHARED = {"patient": ("hn",), "identity_evidence": ("source", "local_id", "cid")}


@dataclass
class _Slice:
    """Rows of several chunks joined for one run of the suites, and where each row came from."""

    rows: dict[str, dict[str, list[CanonicalRow]]] = field(default_factory=dict)
    origin: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    chunks: list[tuple[str, str]] = field(default_factory=list)
    visits: int = 0
    _shared: set[tuple[Any, ...]] = field(default_factory=set)

    def add(self, hcode: str, chunk: str, content: dict[str, Any]) -> None:
        self.chunks.append((hcode, chunk))
        self.visits += len(content["references"])
        tables = self.rows.setdefault(hcode, {name: [] for name in TABLES})
        for table, raw in content["rows"].items():
            kind = TABLES[table]
            for index, values in enumerate(raw):
                row = kind(*values)
                if table in _SHARED:
                    key = (hcode, table, *(getattr(row, name) for name in _SHARED[table]))
                    if key in self._shared:
                        continue
                    self._shared.add(key)
                tables[table].append(row)
                self.origin[hcode, table].append((chunk, index))


def check_hospitals(
    context: Context,
    unit_id: str,
    hospitals: list[Hospital],
    progress: Callable[[int], None],
    failed: Callable[[Hospital, PhrError], None],
) -> dict[str, int]:
    """Write ``verdict-…`` beside each ``rows-…``; returns counts.

    A hospital whose staging cannot be read is told to ``failed``; the others go on.

    A verdict holds, by canonical table: ``rows`` (index -> rules) and, for whole documents: ``documents``
    (visit number or person of a register -> rules) and ``patients`` (HN -> rules).
    """
    today = context.options.planned_at.astimezone(BANGKOK).date()
    province = context.province
    codes = {h.hcode for h in province.hospitals} | {h.hcode for h in province.broken}
    policies = {hospital.hcode: hospital.identity_policy for hospital in hospitals}
    unmapped = {hospital.hcode: hospital.unmapped_codes for hospital in hospitals}
    checker: Checker | None = None
    found = visits = 0
    for part in _slices(context, hospitals, failed):
        # a part of a run may have nothing to check; the suites cost seconds
        checker = checker or Checker(
            today=today,
            facility_codes=frozenset(codes),
            identity_policies=policies,
            unmapped_codes=unmapped,
        )
        bad = checker.check(part.rows)
        _write_verdicts(context, part, bad)
        found += len(bad)
        visits += part.visits
        progress(part.visits)
    if checker is not None:
        checker.write_data_docs(context.home.data_docs / context.options.category / unit_id)
    return {"visits": visits, "findings": found}


def verdict_of(chunk: str) -> str:
    """Name of the verdict beside a chunk of rows."""
    return f"verdict-{chunk}"


def _slices(
    context: Context, hospitals: list[Hospital], failed: Callable[[Hospital, PhrError], None]
) -> Iterator[_Slice]:
    part = _Slice()
    for hospital in hospitals:
        area = context.area(hospital.hcode)
        area.clear("verdict-")
        try:
            manifest = read_manifest(context, hospital.hcode)
            for chunk in (*manifest["chunks"], *manifest["key_chunks"]):
                part.add(hospital.hcode, chunk, area.read(chunk))
                if part.visits >= SLICE_VISITS:
                    yield part
                    part = _Slice()
        except StopHospital as error:
            failed(hospital, error)
    if part.chunks:
        yield part


def _write_verdicts(context: Context, part: _Slice, bad: list[BadRow]) -> None:
    verdicts: dict[tuple[str, str], dict[str, Any]] = {
        place: {"documents": {}, "patients": {}, "rows": {}} for place in part.chunks
    }
    for item in bad:
        chunk, index = part.origin[item.hospital, item.table][item.row]
        if RULES[item.rule].scope == "document" and item.ref is None and item.hn is not None:
            # a person's fault is a fault of all documents of that person, in whichever chunk
            for hcode, name in part.chunks:
                if hcode == item.hospital:
                    verdicts[hcode, name]["patients"].setdefault(item.hn, []).append(item.rule)
        elif RULES[item.rule].scope == "document" and item.ref is not None:
            verdicts[item.hospital, chunk]["documents"].setdefault(item.ref, []).append(item.rule)
        else:
            rows = verdicts[item.hospital, chunk]["rows"].setdefault(item.table, {})
            rows.setdefault(str(index), []).append(item.rule)
    for (hcode, chunk), verdict in verdicts.items():
        verdict["checked_at"] = datetime.now(BANGKOK).isoformat()
        context.area(hcode).write(verdict_of(chunk), verdict)
