"""Canonical rows for release tests: what a test does not name is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from phr.canonical import Appointment, Coverage, Diagnosis, DrugDispense, LabResult, Visit
from phr.release import Decision, Policy, decide

CONFIG = Path(__file__).parents[2] / "include" / "config"
RowT = TypeVar("RowT", bound=tuple[Any, ...])


def row(table: type[RowT], **values: Any) -> RowT:
    fields = table._fields  # type: ignore[attr-defined]
    return table(**{name: values.pop(name, None) for name in fields}, **values)


def decided(
    policy: Policy,
    *codes: str | None,
    birth_date: str | None = "1980-06-15",
    visit: dict[str, Any] | None = None,
    diagnoses: list[dict[str, Any]] | None = None,
    labs: list[dict[str, Any]] | None = None,
    drugs: list[dict[str, Any]] | None = None,
    appointments: list[dict[str, Any]] | None = None,
    coverages: list[dict[str, Any]] | None = None,
) -> Decision:
    rows = [{"code": code} for code in codes] + (diagnoses or [])
    return decide(
        policy,
        diagnoses=[row(Diagnosis, visit_ref="1", row_key=str(n), **values) for n, values in enumerate(rows)],
        lab_results=[row(LabResult, visit_ref="1", **values) for values in labs or []],
        drug_dispenses=[row(DrugDispense, visit_ref="1", **values) for values in drugs or []],
        visit=row(Visit, **{"visit_ref": "1", "hn": "1", "service_day": "2026-01-05", **(visit or {})}),
        birth_date=birth_date,
        appointments=[row(Appointment, visit_ref="1", **values) for values in appointments or []],
        coverages=[row(Coverage, visit_ref="1", **values) for values in coverages or []],
    )
