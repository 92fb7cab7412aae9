"""What would happen if a hospital were switched on now: its last days read, checked and built, nothing sent.

The same reader, checks, mapping and release policy as a run; the ledger is not written. Rows stand in
encrypted staging while it works and are cleared afterwards.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from phr.errors import StopHospital
from phr.his.base import ProbeReport, Snapshot
from phr.mapping.code_coverage import CodeCoverage
from phr.mapping.local_codes import LocalCodes
from phr.pipeline.check import check_hospitals
from phr.pipeline.chunks import Chunk
from phr.pipeline.context import Context, RunOptions
from phr.pipeline.days import BANGKOK
from phr.pipeline.extract import MANIFEST, adapter_of
from phr.pipeline.map import BUILDERS
from phr.settings import CATEGORIES, KIND_CATEGORIES, Category, Hospital

#: service days that are looked at
DAYS = 30
#: fixes named first
TOP_FIXES = 10


@dataclass
class KindCounts:
    """Documents of one kind. ``outcomes``: pending (would be sent), held, quarantined."""

    category: Category
    in_source: int = 0
    out_of_scope: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    #: reason of what is kept back -> documents
    reasons: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)


@dataclass
class Readiness:
    """Everything a readiness report says; no value of a row is in it."""

    hospital: Hospital
    probe: ProbeReport
    first_day: date
    last_day: date
    made_at: datetime
    kinds: list[KindCounts] = field(default_factory=list)
    #: rule -> documents or rows that fail it
    rules: Counter[str] = field(default_factory=Counter)
    coverage: CodeCoverage = field(default_factory=CodeCoverage)
    failures: list[str] = field(default_factory=list)

    @property
    def can_start(self) -> bool:
        """Nothing stops a run; doubtful data does not."""
        return not self.probe.problems and not self.failures

    def held_back(self, code_map: str) -> int:
        """Rows that the hospital's policy of unmapped codes keeps back for want of a national code."""
        kept = getattr(self.hospital.unmapped_codes, code_map) == "quarantine"
        return self.coverage.maps[code_map].missing.total() if kept else 0

    @property
    def fixes(self) -> list[tuple[str, int]]:
        """Rules with the most findings: what is worth mending first."""
        return self.rules.most_common(TOP_FIXES)


def assess(
    hcode: str,
    *,
    days: int = DAYS,
    now: datetime | None = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> Readiness:
    """Look at the last ``days`` service days before today.

    :raises StopHospital: the hospital is unknown, its source or its policy cannot be read.
    """
    moment = now or datetime.now(UTC)
    context = _context("visits", moment)
    hospital = context.hospital(hcode)
    adapter = adapter_of(hospital)
    last = moment.astimezone(BANGKOK).date() - timedelta(days=1)
    report = Readiness(hospital, adapter.probe(), last - timedelta(days=days - 1), last, moment)
    if report.probe.problems:
        return report
    codes = LocalCodes.load(context.home.config_dir, hcode)
    window = [report.first_day + timedelta(days=n) for n in range(days)]
    with adapter.open() as snapshot:
        for name in _categories(hospital):
            try:
                _assess_kind(report, _context(name, moment), snapshot, codes, window, progress)
            except StopHospital as error:
                report.failures.append(error.message())
    return report


def _context(category: str, moment: datetime) -> Context:
    run_id = f"probe-{moment:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return Context.open(RunOptions(category=category, run_id=run_id, planned_at=moment, dry_run=True))


def _categories(hospital: Hospital) -> Iterator[str]:
    """One category for each kind of document the source has and the hospital sends, or would by default."""
    wanted = {CATEGORIES[name].kind for name in hospital.categories} or {"encounter"}
    for name in CATEGORIES:
        if name in KIND_CATEGORIES and CATEGORIES[name].kind in wanted:
            yield name


def _assess_kind(
    report: Readiness,
    context: Context,
    snapshot: Snapshot,
    codes: LocalCodes,
    window: list[date],
    progress: Callable[[int], None],
) -> None:
    hospital, area = report.hospital, context.area(report.hospital.hcode)
    counts = KindCounts(context.category)
    report.kinds.append(counts)
    source = snapshot.source(context.category.kind)
    told = source.tells(window)
    for count in source.count(told).values():
        counts.in_source += count.eligible
        for name in ("unfinished", "admitted", "anonymous", "unsettled"):
            counts.out_of_scope[name] += getattr(count, name)
    names: list[str] = []
    try:
        references = source.touched(told)
        while part := list(islice(references, hospital.chunk_visits)):
            rows = codes.apply(source.documents(part))
            report.coverage.add(rows)
            counts.rows.update({table: len(found) for table, found in rows.items()})
            names.append(f"rows-{len(names) + 1:05d}")
            area.write(names[-1], {"references": part, "rows": rows})
            progress(len(part))
        area.write(MANIFEST, {"chunks": names, "key_chunks": []})
        check_hospitals(
            context,
            f"probe-{hospital.hcode}",
            [hospital],
            lambda _n: None,
            lambda _hospital, error: report.failures.append(error.message()),
        )
        builder = BUILDERS[context.kind.name].create(context, hospital)
        for name in names:
            for built in builder.build(Chunk.read(area, name, context.kind)):
                counts.outcomes[built.desired.state] += 1
                if built.desired.state != "pending":
                    counts.reasons[built.desired.reason or "?"] += 1
                report.rules.update(entry.rule_id for entry in built.entries)
    finally:
        area.clear()
