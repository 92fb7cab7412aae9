"""Allergies in, register out, compared exactly. ``PHR_UPDATE_GOLDEN=1`` writes the outputs anew."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from bundle_rows import allergies_of, endpoint_of, hospital_of

from phr.errors import QuarantineRecord
from phr.mapping import AllergyDocument, build_allergies, content_hash, encode
from phr_sandbox.national.rules import REGISTERS, usable_rows

GOLDEN = Path(__file__).parents[1] / "golden" / "allergy"
CASES = sorted(path.name.removesuffix(".in.json") for path in GOLDEN.glob("*.in.json"))
KEY = b"k" * 32


def given(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{case}.in.json").read_text(encoding="utf-8"))
    return loaded


def build(case: dict[str, Any]) -> AllergyDocument:
    return build_allergies(
        allergies_of(case), hospital_of(case.get("hospital", {})), endpoint_of(case.get("endpoint", {}))
    )


def as_text(document: AllergyDocument) -> str:
    out = {
        "kind": document.kind,
        "entries": document.entries,
        "left_out": document.left_out,
        "body": document.body,
    }
    return orjson.dumps(out, option=orjson.OPT_INDENT_2).decode() + "\n"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 7


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
        random.Random(seed).shuffle(loaded["allergies"])
        assert as_text(build(loaded)) == expected


@pytest.mark.parametrize("case", CASES)
def test_the_national_side_has_nothing_to_complain_about(case: str) -> None:
    warnings: list[str] = []
    body = json.loads(encode(build(given(case)).body))
    usable_rows(body, "AllergyIntolerance", REGISTERS["AllergyIntolerance"], warnings)
    assert warnings == []


#: canonical columns that have no key in the contract, or that the settings keep back
NOT_SENT = {"person_ref", "row_key", "hn", "local_code", "informant", "notes"}


def test_every_mapped_column_reaches_the_body_and_no_other() -> None:
    """Mutation test on the full case (DM1): a forgotten column, or one that leaks, fails here."""
    bundle = allergies_of(given("full"))
    hospital, endpoint = hospital_of({}), endpoint_of({})
    expected = build_allergies(bundle, hospital, endpoint).body
    sent = set()
    others = {"severity": "3", "certainty": "2", "informant": "1", "recorded_date": "2024-06-02"}
    others |= {"did24": "101450000003082121781507", "row_key": "opd_allergy:31"}
    for column in bundle.allergies[0]._fields:
        first = bundle.allergies[0]._replace(**{column: others.get(column, "canary-9")})
        rows = [first, *bundle.allergies[1:]]
        if column == "person_ref":
            rows = [row._replace(person_ref="canary-9") for row in bundle.allergies]
        body = build_allergies(replace(bundle, allergies=rows), hospital, endpoint).body
        if encode(body) != encode(expected):
            sent.add(column)
            assert content_hash(body, KEY) != content_hash(expected, KEY), column
    assert set(bundle.allergies[0]._fields) - sent == NOT_SENT


def test_nothing_to_send_is_never_an_empty_list() -> None:
    for rows in ([], [{"row_key": "opd_allergy:1", "reaction": "ผื่น"}]):
        with pytest.raises(QuarantineRecord, match="PHR-332"):
            build(given("minimal") | {"allergies": rows})
