"""The staged rows of a chunk beside their verdicts: every child row is accepted or put aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from phr.canonical import TABLES, CanonicalRow, Patient
from phr.pipeline.kinds import Kind
from phr.privacy import StagingArea

#: canonical table -> rows
Rows = dict[str, list[CanonicalRow]]


@dataclass
class Chunk:
    """Rows of one chunk; head rows and children grouped by the document they belong to."""

    kind: Kind
    references: list[str]
    #: reference -> its head rows: one visit, or every local record of a person
    heads: dict[str, list[Any]]
    patients: dict[str, Patient]
    children: dict[str, Rows]
    bad_children: dict[str, Rows]
    #: reference -> findings on its children: (table, row key, rule)
    findings: dict[str, list[tuple[str, str, str]]]
    bad_documents: dict[str, list[str]]
    bad_patients: dict[str, list[str]]
    accepted: Counter[str] = field(default_factory=Counter)
    put_aside: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, area: StagingArea, name: str, kind: Kind) -> Chunk:
        """Read a chunk and its verdict."""
        content, verdict = area.read(name), area.read(f"verdict-{name}")
        raw: dict[str, list[list[Any]]] = content["rows"]

        def empty() -> Rows:
            return {table: [] for table in kind.child_tables}

        chunk = cls(
            kind=kind,
            references=content["references"],
            heads=defaultdict(list),
            patients={p.hn: p for p in (Patient(*values) for values in raw.get("patient", []))},
            children=defaultdict(empty),
            bad_children=defaultdict(empty),
            findings=defaultdict(list),
            bad_documents=verdict["documents"],
            bad_patients=verdict["patients"],
        )
        for values in raw.get(kind.head_table, []):
            chunk.heads[values[0]].append(TABLES[kind.head_table](*values))
        for table in kind.child_tables:
            build, bad = TABLES[table], verdict["rows"].get(table, {})
            for index, values in enumerate(raw.get(table, [])):
                row = cast(Any, build(*values))
                reference, rules = row[0], bad.get(str(index))
                if rules:
                    chunk.put_aside[table] += 1
                    chunk.bad_children[reference][table].append(row)
                    chunk.findings[reference] += [(table, row.row_key or "", rule) for rule in rules]
                else:
                    chunk.accepted[table] += 1
                    chunk.children[reference][table].append(row)
        return chunk

    def all_children(self, reference: str) -> Rows:
        """Accepted and put-aside children of a document."""
        good, bad = self.children[reference], self.bad_children.get(reference)
        return {table: good[table] + bad[table] for table in self.kind.child_tables} if bad else good

    def found(self, reference: str, hns: Iterable[str | None]) -> list[tuple[str, str, str]]:
        """Every finding that concerns a document: (table, row key, rule)."""
        head = self.kind.head_table
        found = [(head, reference, rule) for rule in self.bad_documents.get(reference, [])]
        for hn in hns:
            found += [("patient", hn or "", rule) for rule in self.bad_patients.get(hn or "", [])]
        return found + self.findings.get(reference, [])
