"""Writes a model into plain tables and makes the documented views over them. They hold everything."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, text

from phr.canonical import CanonicalRow
from phr.his.view_contract import HCODE, PREFIX, ViewColumn, view_contract
from phr_sandbox.conformance.loaders.fill import fill
from phr_sandbox.conformance.model import Model, ModelVisit

_TYPES = {
    "text": "VARCHAR(250)",
    "date": "DATE",
    "time": "TIME",
    "number": "DECIMAL(12,4)",
    "integer": "INTEGER",
    "flag": "CHAR(1)",
}
#: TYPEOUT says both already
_LEFT_OUT = {"finished", "admitted"}
Rows = dict[str, list[dict[str, object]]]


def held(table: str, row: CanonicalRow) -> CanonicalRow | None:  # noqa: ARG001
    """Everything."""
    return row


def create(engine: Engine) -> None:
    """The hospital's own tables: ``t_visit`` with ``c_visit_ref``, …."""
    with engine.begin() as connection:
        for view, columns in _views().items():
            listed = ", ".join(f"c_{column.name} {_TYPES[column.type]}" for column in columns)
            connection.execute(text(f"CREATE TABLE {_table(view)} ({listed})"))
            for column in columns:
                if column.name in ("visit_ref", "hn", "cid") and view != "phr_hospital":
                    index = f"i_{view.removeprefix(PREFIX)}_{column.name}"
                    connection.execute(text(f"CREATE INDEX {index} ON {_table(view)} (c_{column.name})"))


def load(engine: Engine, model: Model) -> None:
    """Write the model, then make the views."""
    rows = _rows(model)
    with engine.begin() as connection:
        for view, columns in _views().items():
            names = [column.name for column in columns]
            lines = [tuple(row.get(name) for name in names) for row in rows[view]]
            fill(connection, _table(view), " ".join(f"c_{name}" for name in names), lines)
            own = "" if view == "phr_hospital" else ", ".join(["", *(f"c_{n} AS {n}" for n in names)])
            made = f"SELECT '{model.hcode}' AS {HCODE}{own} FROM {_table(view)}"  # noqa: S608 - our own names
            connection.execute(text(f"CREATE VIEW {view} AS {made}"))


def _table(view: str) -> str:
    return f"t_{view.removeprefix(PREFIX)}"


def _views() -> dict[str, list[ViewColumn]]:
    """Columns that the hospital's own tables hold."""
    return {
        view: [
            column
            for column in columns
            if column.name not in _LEFT_OUT and (column.name != HCODE or view == "phr_hospital")
        ]
        for view, columns in view_contract().items()
    }


def _rows(model: Model) -> Rows:
    rows: Rows = {view: [] for view in view_contract()}
    rows["phr_hospital"] = [{HCODE: model.hcode}]
    rows["phr_patient"] = [
        p._asdict() | {"birth_exact": _flag(p.birth_exact), "deceased": _flag(p.deceased)}
        for p in model.patients
    ]
    for found in model.visits:
        rows["phr_visit"].append(
            found.visit._asdict() | {"anonymous": _flag(found.state == "anonymous")},
        )
        for view, row in _children(found):
            rows[view].append(row | {"row_key": f"{len(rows[view]) + 1}"})
    for n, dose in enumerate(model.doses, 1):
        rows["phr_immunization"].append(
            dose._asdict() | {"row_key": f"{n}", "elsewhere": _flag(dose.elsewhere)}
        )
    return rows


def _children(found: ModelVisit) -> Iterator[tuple[str, dict[str, object]]]:
    """(view, row) of everything that belongs to a visit."""
    if found.vital_sign:
        yield "phr_vital_sign", found.vital_sign._asdict()
    for view, of_visit in (
        ("phr_diagnosis", found.diagnoses),
        ("phr_coverage", found.coverages),
        ("phr_appointment", found.appointments),
        ("phr_drug_dispense", found.drug_dispenses),
    ):
        yield from ((view, row._asdict()) for row in of_visit)
    for result in found.lab_results:
        yield "phr_lab_result", result._asdict() | {"order_number": found.visit.visit_ref}


def _flag(value: bool) -> str:
    return "Y" if value else "N"
