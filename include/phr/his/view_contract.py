"""The view contract (``his: views``) as data: every column of every view, for pages, loaders and tests.

Which columns are required stands in ``views/adapter.yaml``, types and 43-file names in
``views/contract.csv``; a column means what its canonical column means, unless the file says it otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from phr.canonical import TABLES, column_doc
from phr.his.system import HERE, system

ColumnType = Literal["text", "date", "time", "number", "integer", "flag"]
PREFIX = "phr_"
HCODE = "hcode"
_HCODE_MEANING = "5-digit code of the hospital whose row it is"


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One column of one view."""

    view: str
    name: str
    type: ColumnType
    required: bool
    #: where the 43 files have it: ``FILE.FIELD``, empty when they have not
    file43: str
    meaning: str


def view_contract() -> Mapping[str, tuple[ViewColumn, ...]]:
    """View -> its columns, ``hcode`` first; the order is the order of extraction."""
    kind = system("views")
    found: dict[str, list[ViewColumn]] = {}
    with (HERE / "views" / "contract.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] not in get_args(ColumnType):
                raise ValueError(f"contract.csv: {row['view']}.{row['column']}: unknown type")
            columns = found.setdefault(row["view"], [])
            if not columns and row["column"] != HCODE:
                columns.append(ViewColumn(row["view"], HCODE, "text", True, "HOSPCODE", _HCODE_MEANING))
            needed = kind.required.get(row["view"], frozenset()) | kind.joined.get(row["view"], frozenset())
            columns.append(
                ViewColumn(
                    row["view"],
                    row["column"],
                    cast(ColumnType, row["type"]),
                    row["column"] in needed,
                    row["file43"],
                    row["meaning"] or _canonical(row["view"], row["column"]),
                )
            )
    return {view: tuple(columns) for view, columns in found.items()}


def is_required(view: str) -> bool:
    """Whether a hospital stops without this view."""
    return view in system("views").required


def _canonical(view: str, column: str) -> str:
    table = view.removeprefix(PREFIX)
    if column not in TABLES[table]._fields:
        raise ValueError(f"contract.csv: {view}.{column} is not canonical and has no meaning of its own")
    doc = column_doc(table, column)
    more = "; ".join(part for part in (doc.unit, doc.codes) if part)
    return f"{doc.text} ({more})" if more else doc.text
