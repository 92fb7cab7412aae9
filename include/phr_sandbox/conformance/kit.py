"""Reads a loaded model back through the adapter of its HIS and says what differs.

What a HIS makes up itself is not compared: row keys, order numbers, the keys of persons, its own clinic
codes, the visit a dose hangs on, leading zeros of a hospital number, and in which of its registers a citizen
id stands. Everything else has to be the same to the byte, in canonical rows and in the documents made of
them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from phr.canonical import CanonicalRow, IdentityEvidence, Patient
from phr.his.base import Adapter, DayCount, KeySource, Snapshot
from phr_sandbox.conformance.documents import encounters, registers
from phr_sandbox.conformance.loaders import Loader
from phr_sandbox.conformance.model import Model
from phr_sandbox.conformance.rows import (
    CHILDREN,
    Register,
    as_held,
    bare,
    children,
    eligible_rows,
    held,
    measured,
    register_rows,
    registers_of,
    usable_cid,
)

#: documents read at once
_CHUNK = 500


@dataclass
class Outcome:
    """What was compared and what differs."""

    compared: Counter[str] = field(default_factory=Counter)
    #: sentences without any value of a row
    differences: list[str] = field(default_factory=list)
    #: document of the kit -> its bytes as the product would send them, without references of the HIS
    documents: dict[str, bytes] = field(default_factory=dict)

    def same(self, what: str, expected: Iterable[Any], found: Iterable[Any]) -> None:
        """Compare two collections whatever their order."""
        wanted, got = Counter(expected), Counter(found)
        self.compared[what] += wanted.total()
        missing, extra = (wanted - got).total(), (got - wanted).total()
        if missing or extra:
            self.differences.append(
                f"{what}: {missing} of {wanted.total()} expected not found, {extra} others"
            )
            self.differences += _columns(what, list((wanted - got).keys()), list((got - wanted).keys()))


def check(adapter: Adapter, model: Model, loader: Loader) -> Outcome:
    """Read everything and compare."""
    outcome = Outcome()
    model = as_held(model, loader)
    with adapter.open() as snapshot:
        _visits(snapshot, model, loader, outcome)
        kept = [r for r in registers_of(loader) if held(loader, r.table, getattr(model, r.rows))]
        for register in kept:
            _registers(snapshot, model, register, loader, outcome)
    expected = encounters(eligible_rows(model, loader), model.hcode)
    for register in kept:
        expected |= registers(register_rows(model, loader, register), model.hcode, register)
    outcome.same("documents", expected.items(), outcome.documents.items())
    return outcome


def days_of(model: Model) -> list[date]:
    """Every service day of the model."""
    return [model.first_day + timedelta(days=n) for n in range((model.last_day - model.first_day).days + 1)]


def _visits(snapshot: Snapshot, model: Model, loader: Loader, outcome: Outcome) -> None:
    source, days = snapshot.source("encounter"), days_of(model)
    expected = [visit for visit in model.visits if visit.state == "eligible"]
    outcome.same("days", _counts(model), source.count(days).items())
    refs = list(source.touched(days))
    outcome.same("references", [v.visit.visit_ref for v in expected], refs)
    outcome.same("references by key", sorted(refs), sorted(source.touched_keys(refs)))
    by_ref = {visit.visit.visit_ref: visit for visit in expected}
    of_hn = {patient.hn: patient for patient in model.patients}
    totals: Counter[str] = Counter()
    for part in _parts(refs):
        rows = source.documents(part)
        wanted = [by_ref[ref] for ref in part if ref in by_ref]
        outcome.same("visit", held(loader, "visit", (v.visit for v in wanted)), map(bare, rows["visit"]))
        for attribute, table in CHILDREN.items():
            known = itertools.chain.from_iterable(children(v, attribute) for v in wanted)
            outcome.same(table, held(loader, table, known), map(bare, filter(measured, rows[table])))
            totals[table] += len(rows[table])
        people = {v.visit.hn for v in wanted}
        _people(rows, [p for hn, p in of_hn.items() if hn in people], model, loader, outcome)
        outcome.documents |= encounters(rows, model.hcode)
    counted = Counter(source.count_rows(days))
    outcome.same("rows counted", totals.items(), ((t, counted[t]) for t in totals))
    outcome.same("feed of visits", days, source.feed_days("visits", days))
    for feed, attribute in (("labs", "lab_results"), ("drugs", "drug_dispenses")):
        needed = {v.day for v in expected if held(loader, CHILDREN[attribute], children(v, attribute))}
        missing = needed - set(source.feed_days(feed, days))
        outcome.same(f"days the feed {feed} leads to", [], missing)


def _registers(
    snapshot: Snapshot, model: Model, register: Register, loader: Loader, outcome: Outcome
) -> None:
    source, table = snapshot.source(register.kind), register.table
    stored: list[Any] = [row for row in getattr(model, register.rows) if loader.held(table, row)]
    cids = {patient.hn: usable_cid(patient) for patient in model.patients}
    of_person: dict[str, list[str]] = {}
    for row in stored:
        of_person.setdefault(cids[row.hn or ""] or f"h{row.hn}", []).append(getattr(row, register.day) or "")
    days = sorted({date.fromisoformat(day) for found in of_person.values() for day in found})
    refs = list(source.touched(days))
    what = "registers" if register.kind == "immunization" else f"registers of {register.kind}"
    outcome.same(f"{what} by day", map(max, of_person.values()), _days_of_registers(source, days))
    outcome.same(what, map(len, of_person.values()), _sizes(source, refs, table))
    newest = {date.fromisoformat(max(found)) for found in of_person.values()}
    outcome.same(f"days the feed {register.feed} leads to", newest, source.feed_days(register.feed, days))
    of_hn = {patient.hn: patient for patient in model.patients}
    for part in _parts(refs):
        rows = source.documents(part)
        hns = {row.hn for row in rows["patient"] if isinstance(row, Patient)}
        known = [row for row in stored if row.hn in hns]
        outcome.same(table, held(loader, table, known), map(bare, rows[table]))
        _people(rows, [of_hn[hn] for hn in hns if hn in of_hn], model, loader, outcome)
        outcome.documents |= registers(rows, model.hcode, register)


def _days_of_registers(source: KeySource, days: list[date]) -> Iterator[str]:
    for day, count in source.count(days).items():
        yield from [day.isoformat()] * count.eligible


def _sizes(source: KeySource, refs: list[str], table: str) -> Iterator[int]:
    for part in _parts(refs):
        yield from Counter(row[0] for row in source.documents(part)[table]).values()


def _people(
    rows: dict[str, list[CanonicalRow]],
    patients: list[Patient],
    model: Model,
    loader: Loader,
    outcome: Outcome,
) -> None:
    """The patients of a chunk, and everybody of the model who claims one of their citizen ids."""
    outcome.same("patient", held(loader, "patient", patients), map(bare, rows["patient"]))
    cids = {patient.cid for patient in patients if patient.cid}
    claims = {(p.cid, p.sex, p.birth_date) for p in model.patients if p.cid in cids}
    found = {
        (r.cid, r.sex, r.birth_date) for r in rows["identity_evidence"] if isinstance(r, IdentityEvidence)
    }
    outcome.same("identity_evidence", claims, found)


def _counts(model: Model) -> Iterator[tuple[date, DayCount]]:
    kinds = Counter((visit.day, visit.state) for visit in model.visits)
    for day in days_of(model):
        yield (
            day,
            DayCount(
                eligible=kinds[day, "eligible"],
                admitted=kinds[day, "admitted"],
                unfinished=kinds[day, "unfinished"],
                anonymous=kinds[day, "anonymous"],
            ),
        )


def _parts(refs: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(refs), _CHUNK):
        yield refs[start : start + _CHUNK]


def _columns(table: str, missing: list[Any], extra: list[Any]) -> list[str]:
    """Which columns differ, of rows that resemble each other; never their values."""
    if not missing or not extra or not hasattr(missing[0], "_fields"):
        return []
    fields = missing[0]._fields
    differing: Counter[str] = Counter()
    index: dict[Any, list[Any]] = {}
    for row in extra:
        index.setdefault(row[0], []).append(row)
    for row in missing:
        near = index.get(row[0])
        if near:
            other = min(near, key=lambda o: sum(a != b for a, b in zip(row, o, strict=True)))
            differing.update(f for f, a, b in zip(fields, row, other, strict=True) if a != b)
    return [f"  {table}.{name} differs in {n} rows" for name, n in differing.most_common()]
