"""Rows the double makes of a body, and the keys under which they are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from phr_sandbox.national.fields import coding, text_of

#: child kind of a measured vital sign; one row for each stored column
VITAL_SIGN = "VitalSign"
#: kinds whose stored key is known from read results (3.4); each vital sign has its column for a key
KEYED_KINDS = frozenset({"Observation", "Condition", "Medication", VITAL_SIGN})
#: vital_signs: nested key -> stored column (the flat shape uses the column's tail itself, contract 4.2)
_NESTED_VITALS = {
    "body_weight": "body_weight_kg",
    "body_height": "body_height_cm",
    "body_temp": "body_temp_cel",
    "bp_systolic": "bp_systolic_mmhg",
    "bp_diastolic": "bp_diastolic_mmhg",
}
FLAT_VITALS = (*_NESTED_VITALS.values(), "body_mass_index", "respiratory_rate", "pulse")


def md5(text: str) -> str:
    """Hex MD5 of a text (the service's key columns, contract 3.4)."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def child_key(kind: str, row: dict[str, Any]) -> str:
    """Key of a child within its encounter: MD5 of its text, so rows of one text collapse (3.4, D).

    No key is known of the other kinds: there the whole row is the key, so under ``merge`` an altered row
    stands beside what it was before.
    """
    if kind in KEYED_KINDS:
        return md5(text_of(row.get("code")))
    return hashlib.md5(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), usedforsecurity=False).hexdigest()


def vital_rows(given: Any) -> Iterator[tuple[str, str, bytes]]:
    """Child rows of ``vital_signs``, both public shapes (also an array of them); null is not measured."""
    merged: dict[str, Any] = {}
    for part in given if isinstance(given, list) else [given]:
        merged |= part if isinstance(part, dict) else {}
    columns: dict[str, Any] = {}
    for key, column in _NESTED_VITALS.items():
        quantity = merged[key].get("valueQuantity") if isinstance(merged.get(key), dict) else None
        if isinstance(quantity, dict):
            columns[column] = quantity.get("value")
    columns |= {column: merged[column] for column in FLAT_VITALS if column in merged}
    for column, value in columns.items():
        if value is not None:
            yield VITAL_SIGN, md5(column), orjson.dumps({column: value})


def bare_visit(reference: Any) -> str:
    """Visit number without its hospital; bare and prefixed references are equal (contract 3.4)."""
    return str(reference).rpartition(":")[2]


def register_key(kind: str, row: dict[str, Any]) -> str:
    """Key of a register row at one hospital: visit and vaccine, or the allergy's own identifier.

    Doses of one visit with different vaccine codes stand apart (the dose number is part of the code, 6.2);
    the same code twice in one visit is one dose.
    """
    if kind == "Immunization":
        return (
            f"{bare_visit(row.get('encounterRefCode', ''))}|{coding(row.get('vaccineCode')).get('code', '')}"
        )
    identifiers = row.get("identifier")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else {}
    value = first.get("value") if isinstance(first, dict) else None
    return str(value or text_of(row.get("code")))
