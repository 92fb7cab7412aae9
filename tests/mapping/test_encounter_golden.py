"""Canonical rows in, body out, compared exactly. ``PHR_UPDATE_GOLDEN=1`` writes the outputs anew."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from bundle_rows import bundle_of, endpoint_of, hospital_of

from phr.mapping import EncounterDocument, VisitBundle, build_encounter, content_hash, encode

GOLDEN = Path(__file__).parents[1] / "golden" / "encounter"
CASES = sorted(path.name.removesuffix(".in.json") for path in GOLDEN.glob("*.in.json"))


def given(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{case}.in.json").read_text(encoding="utf-8"))
    return loaded


def build(case: dict[str, Any]) -> EncounterDocument:
    return build_encounter(
        bundle_of(case), hospital_of(case.get("hospital", {})), endpoint_of(case.get("endpoint", {}))
    )


def as_text(document: EncounterDocument) -> str:
    out = {
        "reference": document.reference,
        "kind": document.kind,
        "service_day": document.service_day,
        "child_keys": document.child_keys,
        "left_out": document.left_out,
        "national_keys": document.national_keys,
        "body": document.body,
    }
    return orjson.dumps(out, option=orjson.OPT_INDENT_2).decode() + "\n"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    text = as_text(build(given(case)))
    path = GOLDEN / f"{case}.out.json"
    if os.environ.get("PHR_UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_row_order_does_not_matter(case: str) -> None:
    loaded = given(case)
    expected = encode(build(loaded).body)
    for seed in range(3):
        for children in loaded.values():
            if isinstance(children, list):
                random.Random(seed).shuffle(children)
        assert encode(build(loaded).body) == expected


#: canonical columns that have no key in the contract, or only decide what is sent
NOT_SENT = {
    "patient": {"birth_exact", "death_date", "notes"},
    "visit": {"outcome_type", "admission_ref", "notes"},
    "vital_sign": {"row_key", "waist_cm", "spo2", "pulse", "respiration", "notes"},
    "screening": {"row_key", "answer", "notes"},
    "diagnoses": {"row_key", "notes"},
    "coverages": {"row_key", "sequence", "instype", "plan_name", "notes"},
    "appointments": {"row_key", "notes"},
    "lab_results": {"row_key", "order_number", "notes"},
    "drug_dispenses": {"row_key", "local_code", "unit", "notes"},
}


#: used only when the better column is missing (golden case missing_parts), or with another (admission)
FALLBACKS = {"nationality_name", "department_name", "discharge_time"}


def changed(column: str, value: Any) -> Any:
    if column == "clinic_code":
        return "01200"  # only the department digits are sent
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if value is None:
        return "กขค"
    flip = {"1": "2", "2": "1"}
    return flip.get(value, value[:-1] + ("1" if value[-1] != "1" else "2"))


def mutants(case: dict[str, Any]) -> list[tuple[str, str, VisitBundle]]:
    """Every column of every row of the bundle changed, one at a time."""
    bundle = bundle_of(case)
    found = []
    for part in NOT_SENT:
        rows = getattr(bundle, part)
        single = not isinstance(rows, list)
        for position, row in enumerate([rows] if single else rows):
            for column in row._fields:
                if column in ("visit_ref", "hn"):
                    continue
                other = row._replace(**{column: changed(column, getattr(row, column))})
                new = other if single else [*rows[:position], other, *rows[position + 1 :]]
                found.append((part, column, replace(bundle, **{part: new})))
    return found


def test_every_mapped_column_reaches_the_body_and_no_other() -> None:
    """Mutation test on the full case (DM1): a forgotten column, or one that leaks, fails here."""
    case = given("full")
    hospital, endpoint = hospital_of({}), endpoint_of({})
    expected = encode(build(case).body)
    sent: dict[str, set[str]] = {part: set() for part in NOT_SENT}
    for part, column, bundle in mutants(case):
        if encode(build_encounter(bundle, hospital, endpoint).body) != expected:
            sent[part].add(column)
    for part, columns in NOT_SENT.items():
        row = getattr(bundle_of(case), part)
        every = set((row[0] if isinstance(row, list) else row)._fields) - {"visit_ref", "hn"} - FALLBACKS
        may_order = {"row_key", "sequence"}
        assert every - sent[part] <= columns, (part, "not mapped", every - sent[part] - columns)
        assert sent[part] & columns <= may_order, (part, sent[part] & columns)


@pytest.mark.parametrize("part", sorted(NOT_SENT))
def test_columns_without_a_key_in_the_contract_never_leave(part: str) -> None:
    """DM1: canary texts in the columns the contract has no key for are nowhere in the body."""
    case = given("full")
    columns = NOT_SENT[part] - {"row_key", "sequence", "birth_exact", "plan_name"}
    rows = case[part] if isinstance(case[part], list) else [case[part]]
    for row in rows:
        row.update({column: f"canary-{column}" for column in columns})
    assert b"canary" not in encode(build(case).body)


def test_changing_a_clinical_column_changes_the_content_hash() -> None:
    case = given("full")
    key = b"k" * 32
    hospital, endpoint = hospital_of({}), endpoint_of({})
    expected = content_hash(build(case).body, key)
    same = {
        (part, column)
        for part, column, bundle in mutants(case)
        if content_hash(build_encounter(bundle, hospital, endpoint).body, key) == expected
    }
    assert {column for part, column in same if part != "patient"} <= FALLBACKS.union(*NOT_SENT.values())
    # the patient block has a hash of its own; only the citizen id is part of what the visit says
    every = {(part, column) for part, column, _ in mutants(case) if part == "patient"}
    assert every - same == {("patient", "cid")}
