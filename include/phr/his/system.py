"""A kind of HIS as data: the folder with its SELECTs and ``adapter.yaml``, which says what they read.

``adapter.yaml`` holds:

* ``dialects``: databases the SELECTs were written and tested for (names of :mod:`phr.his.dialects`);
* ``required``, ``optional``, ``joined``: table -> columns. A missing required one stops the hospital, an
  absent optional one is read as NULL; a table of ``joined`` is used only when it has these columns;
* ``parts``: statements that are only asked where their tables have these columns;
* ``visit_keys``: scope of the SELECTs -> what a reference found through it begins with;
* ``doses``, ``allergies``, ``chronic``: the places of vaccinations, allergies and entries of the chronic
  disease register (:class:`phr.his.doses.Place`); without any, this HIS has no such registers;
* ``shared``: true when one database may hold many hospitals; the SELECTs then ask for ``:hcode``;
* ``partial``: true when the source may hold some days only: ``covered_days.sql`` says which, and a register
  is read only where the hospital says that its tables are whole (``<table>_export_full`` of its settings);
* ``by_column``: tables of which only the named columns may be granted, since others hold secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml

from phr.his.dialects import Columns
from phr.his.doses import Place

HERE = Path(__file__).parent
#: SELECTs that follow from the ``scopes.jinja`` of the HIS
COMMON = HERE / "common"
FILE = "adapter.yaml"
#: kind of document -> key of ``adapter.yaml`` that lists the places of its rows
_REGISTERS = {"immunization": "doses", "allergy": "allergies", "chronic": "chronic"}


@dataclass(frozen=True)
class System:
    """One kind of HIS."""

    name: str
    folder: Path
    dialects: tuple[str, ...]
    required: Columns
    optional: Columns
    joined: Columns
    parts: Mapping[str, Columns]
    visit_keys: Mapping[str, str]
    #: kind of register -> where its rows are kept; kinds this HIS does not keep are absent or empty
    registers: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    shared: bool = False
    partial: bool = False
    by_column: frozenset[str] = frozenset()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read ``adapter.yaml``; raises ``OSError``, ``KeyError`` or ``TypeError`` when it is not one."""
        raw: dict[str, Any] = yaml.safe_load((folder / FILE).read_text(encoding="utf-8"))
        return cls(
            name=folder.name,
            folder=folder,
            dialects=tuple(raw["dialects"]),
            required=_columns(raw["required"]),
            optional=_columns(raw.get("optional")),
            joined=_columns(raw.get("joined")),
            parts={name: _columns(tables) for name, tables in raw["parts"].items()},
            visit_keys=raw["visit_keys"],
            registers={kind: _places(raw.get(name)) for kind, name in _REGISTERS.items()},
            shared=bool(raw.get("shared", False)),
            partial=bool(raw.get("partial", False)),
            by_column=frozenset(raw.get("by_column") or ()),
        )

    @property
    def tables(self) -> list[str]:
        """Every table asked about."""
        return sorted({*self.required, *self.optional, *self.joined})

    def sql_folders(self, dialect: str) -> tuple[Path, ...]:
        """Where a SELECT is looked for, in this order; what one database alone needs has its own folder."""
        own = self.folder / dialect
        return (own, self.folder, COMMON) if own.is_dir() else (self.folder, COMMON)

    def split(self, refs: Iterable[str]) -> dict[str, list[str]]:
        """Scope -> keys, as its SELECTs want them, of these visit references."""
        found: dict[str, list[str]] = {scope: [] for scope in self.visit_keys}
        longest_first = sorted(self.visit_keys.items(), key=lambda item: -len(item[1]))
        for ref in set(refs):
            for scope, prefix in longest_first:
                if ref.startswith(prefix):
                    if key := ref[len(prefix) :]:
                        found[scope].append(key)
                    break
        return found

    def missing_required(self, found: Columns) -> list[str]:
        """``table`` or ``table.column``."""
        return _missing(self.required, found)

    def missing_optional(self, found: Columns) -> list[str]:
        """``table`` or ``table.column``; columns of a missing required table are not repeated."""
        wanted = {
            table: self.optional.get(table, frozenset()) | self.joined.get(table, frozenset())
            for table in {*self.optional, *self.joined}
            if table in found or table not in self.required
        }
        return _missing(wanted, found)


@cache
def system(name: str) -> System:
    """A kind of HIS by its name; raises ``KeyError`` when there is no such adapter."""
    if name not in names():
        raise KeyError(name)
    return System.load(HERE / name)


@cache
def names() -> tuple[str, ...]:
    """Every kind of HIS there is an adapter for."""
    return tuple(sorted(path.parent.name for path in HERE.glob(f"*/{FILE}")))


def _places(raw: Iterable[dict[str, Any]] | None) -> tuple[Place, ...]:
    return tuple(
        Place(**place | {"needs": tuple(place["needs"]), "day_scopes": tuple(place["day_scopes"])})
        for place in raw or ()
    )


def _columns(raw: Mapping[str, Iterable[str]] | None) -> Columns:
    return {table: frozenset(columns) for table, columns in (raw or {}).items()}


def _missing(wanted: Columns, found: Columns) -> list[str]:
    missing = []
    for table in sorted(wanted):
        if table not in found:
            missing.append(table)
        else:
            missing += [f"{table}.{column}" for column in sorted(wanted[table] - found[table])]
    return missing
