"""Doses in, register out, compared exactly. ``PHR_UPDATE_GOLDEN=1`` writes the outputs anew."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from bundle_rows import endpoint_of, hospital_of, register_of

from phr.mapping import ImmunizationDocument, build_immunization_register, content_hash, encode

GOLDEN = Path(__file__).parents[1] / "golden" / "immunization"
CASES = sorted(path.name.removesuffix(".in.json") for path in GOLDEN.glob("*.in.json"))
KEY = b"k" * 32


def given(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{case}.in.json").read_text(encoding="utf-8"))
    return loaded


def build(case: dict[str, Any]) -> ImmunizationDocument:
    return build_immunization_register(
        register_of(case), hospital_of(case.get("hospital", {})), endpoint_of(case.get("endpoint", {}))
    )


def as_text(document: ImmunizationDocument) -> str:
    out = {
        "kind": document.kind,
        "doses": document.doses,
        "left_out": document.left_out,
        "body": document.body,
    }
    return orjson.dumps(out, option=orjson.OPT_INDENT_2).decode() + "\n"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 11


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
    expected = as_text(build(loaded))
    for seed in range(6):
        random.Random(seed).shuffle(loaded["doses"])
        assert as_text(build(loaded)) == expected


#: canonical columns that have no key in the contract, or only decide what is sent
NOT_SENT = {"person_ref", "row_key", "hn", "dose_number", "place", "notes"}


def test_every_mapped_column_reaches_the_body_and_no_other() -> None:
    """Mutation test on the full case (DM1): a forgotten column, or one that leaks, fails here."""
    bundle = register_of(given("full"))
    hospital, endpoint = hospital_of({}), endpoint_of({})
    document = build_immunization_register(bundle, hospital, endpoint)
    expected, expected_hash = encode(document.body), content_hash(document.body, KEY)
    sent = set()
    for column in bundle.doses[0]._fields:
        if column == "elsewhere":
            continue
        value = getattr(bundle.doses[0], column)
        other = value + 1 if isinstance(value, (int, float)) else "canary-9"
        if column in ("vaccine_code", "given_date", "expire_date"):
            other = {"vaccine_code": "011", "given_date": "2024-06-02", "expire_date": "2025-12-30"}[column]
        doses = [row._replace(**{column: other}) for row in bundle.doses[:1]] + bundle.doses[1:]
        if column == "person_ref":
            doses = [row._replace(person_ref="canary-9") for row in bundle.doses]
        body = build_immunization_register(replace(bundle, doses=doses), hospital, endpoint).body
        if encode(body) != expected:
            sent.add(column)
            assert content_hash(body, KEY) != expected_hash, column
    assert set(bundle.doses[0]._fields) - {"elsewhere"} - sent == NOT_SENT


def test_a_canary_in_a_column_without_a_key_is_nowhere_in_the_body() -> None:
    case = given("full")
    for dose in case["doses"]:
        dose |= {column: f"canary-{column}" for column in NOT_SENT - {"row_key", "dose_number", "person_ref"}}
    assert b"canary" not in encode(build(case).body)


def test_the_name_of_the_hospital_is_not_what_a_register_says() -> None:
    """Rule R4: a corrected hospital name or HIS version re-sends nothing."""
    case = given("elsewhere_included")
    renamed = {**case, "hospital": {"name_th": "รพ.ชื่อใหม่สมมติ", "his_version": "HOSxP v5"}}
    assert encode(build(case).body) != encode(build(renamed).body)
    assert content_hash(build(case).body, KEY) == content_hash(build(renamed).body, KEY)
