"""What a registration asks the ledger before it decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from phr.ledger import tables as t

_IN_LIST = 500  # references looked up in one statement


@dataclass(frozen=True, slots=True)
class Lookups:
    """Look-ups of one (run, hospital, kind)."""

    run_id: str
    hospital: str
    kind: str

    def documents(self, connection: Connection, references: list[str]) -> dict[str, Mapping[str, Any]]:
        """``document`` rows by reference."""
        table = t.document
        found: dict[str, Mapping[str, Any]] = {}
        for part in _parts(references):
            query = select(table).where(
                table.c.hospital == self.hospital, table.c.kind == self.kind, table.c.reference.in_(part)
            )
            found.update({row["reference"]: row for row in connection.execute(query).mappings()})
        return found

    def of_this_run(self, connection: Connection, references: list[str]) -> dict[str, Mapping[str, Any]]:
        """``run_document`` rows of an earlier try of this run, by reference."""
        table = t.run_document
        found: dict[str, Mapping[str, Any]] = {}
        for part in _parts(references):
            query = select(
                table.c.reference,
                table.c.disposition,
                table.c.version,
                table.c.was_new,
                table.c.service_day,
            ).where(
                table.c.run_id == self.run_id,
                table.c.hospital == self.hospital,
                table.c.kind == self.kind,
                table.c.reference.in_(part),
            )
            found.update({row["reference"]: row for row in connection.execute(query).mappings()})
        return found

    def newer_days(self, connection: Connection, days: set[date], snapshot_at: datetime) -> set[date]:
        """Days of which a newer snapshot has been entered completely."""
        table = t.service_day
        query = select(table.c.day).where(
            table.c.hospital == self.hospital,
            table.c.kind == self.kind,
            table.c.day.in_(days),
            table.c.snapshot_at > snapshot_at,
        )
        return set(connection.execute(query).scalars())

    def patients(self, connection: Connection, persons: Iterable[str]) -> dict[str, str]:
        """Hash of the Patient block last delivered, by person."""
        found: dict[str, str] = {}
        for part in _parts(list(persons)):
            query = select(t.person.c.person_key, t.person.c.delivered_patient_hash).where(
                t.person.c.hospital == self.hospital, t.person.c.person_key.in_(part)
            )
            found.update((key, digest) for key, digest in connection.execute(query))
        return found


def _parts(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _IN_LIST):
        yield items[start : start + _IN_LIST]
