"""``phr new-adapter``: the files of an adapter still to be written, each saying what belongs into it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from phr.his.statements import Statement, statements
from phr.his.system import FILE, System

SCAFFOLD = Path(__file__).parent / "scaffold"
#: as ``Hospital.his``
NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
#: parameters of SELECTs that are asked without a scope of visits
_ASKED = {
    "patient": ":keys, hospital numbers",
    "evidence_patient": ":keys, citizen ids",
    "record_patient": "scope cids (:keys, citizen ids), hns (:keys, hospital numbers), all (everybody)",
    "odd_cids": "no parameter",
    "days_labs": ":days",
    "days_drugs": ":days",
    "hospital_code": "no parameter",
    "name_sample": "no parameter; 100 rows are enough",
    "last_visit_day": ":today",
    "undated_visits": "no parameter",
    "dose_days": "the scopes of the dose_*.sql and patient_cids (:keys), nobody and unknown (no parameter)",
    "dose_here": "scope days (:days) and hns (:keys, hospital numbers); no other scope gives a row (1 = 0)",
}
_VISITS = "scope; begin with {% import 'scopes.jinja' as s %}, end with WHERE {{ s.visits(scope) }}"


def scaffold(root: Path, name: str, dialect: str) -> list[Path]:
    """Write the files of a new adapter below ``root``, a checkout of this repository; returns them.

    :raises ValueError: the name is none of a kind of HIS.
    :raises FileNotFoundError: ``root`` is no checkout.
    :raises FileExistsError: there is something of that name already; nothing was written.
    """
    if not NAME.fullmatch(name):
        raise ValueError("a-z, 0-9 and _ only, a letter first")
    adapters, loaders = root / "include/phr/his", root / "include/phr_sandbox/conformance/loaders"
    tests = root / "tests/his"
    for folder in (adapters, loaders, tests):
        if not folder.is_dir():
            raise FileNotFoundError(folder)
    folder = adapters / name
    first = {
        folder / "__init__.py": f'"""{name} as data: its SELECTs and what they read."""\n',
        folder / FILE: _text("adapter.yaml", name, dialect),
        folder / "scopes.jinja": _text("scopes.jinja", name, dialect),
        loaders / f"{name}.py": _text("loader.py", name, dialect),
        tests / f"test_{name}_adapter.py": _text("test.py", name, dialect),
    }
    for path in (folder, adapters / f"{name}.py", *first):
        if path.exists():
            raise FileExistsError(path)
    folder.mkdir()
    for path, text in first.items():
        path.write_text(text, encoding="utf-8")
    made = list(first)
    for statement in statements(System.load(folder)):
        path = folder / f"{statement.name}.sql"
        path.write_text("\n".join(_to_write(statement)) + "\n", encoding="utf-8")
        made.append(path)
    return made


def _text(template: str, name: str, dialect: str) -> str:
    text = (SCAFFOLD / f"{template}.txt").read_text(encoding="utf-8")
    return text.replace("DIALECT", dialect).replace("NAME", name)


def _to_write(statement: Statement) -> Iterator[str]:
    """A comment and no SELECT: that is how one that is not written yet is known."""
    yield f"{{# To write: {statement.purpose}."
    yield "   One SELECT with these columns in this order; what the HIS lacks is NULL AS its name:"
    yield from textwrap.wrap(", ".join(statement.columns), 110, initial_indent="   ", subsequent_indent="   ")
    asked = _ASKED.get(statement.name, _VISITS)
    yield f"   Asked with {asked}."
    yield f"   Example: hosxp/{_example(statement)}.sql #}}"


def _example(statement: Statement) -> str:
    return "dose_list" if statement.name == "dose_here" else statement.name
