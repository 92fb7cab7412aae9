"""The chronic disease register: entries in, document out. ``PHR_UPDATE_GOLDEN=1`` writes outputs anew."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from bundle_rows import chronic_of, endpoint_of, hospital_of

from phr.errors import QuarantineRecord
from phr.mapping import ChronicDocument, build_chronic, content_hash, encode
from phr.mapping.chronic import disease_of, national_codes
from phr_sandbox.national.rules import REGISTERS, usable_rows

GOLDEN = Path(__file__).parents[1] / "golden" / "chronic"
CASES = sorted(path.name.removesuffix(".in.json") for path in GOLDEN.glob("*.in.json"))
KEY = b"k" * 32


def given(case: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{case}.in.json").read_text(encoding="utf-8"))
    return loaded


def build(case: dict[str, Any]) -> ChronicDocument:
    return build_chronic(
        chronic_of(case), hospital_of(case.get("hospital", {})), endpoint_of(case.get("endpoint", {}))
    )


def as_text(document: ChronicDocument) -> str:
    out = {
        "kind": document.kind,
        "entries": document.entries,
        "left_out": document.left_out,
        "body": document.body,
    }
    return orjson.dumps(out, option=orjson.OPT_INDENT_2).decode() + "\n"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 6


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
        random.Random(seed).shuffle(loaded["entries"])
        assert as_text(build(loaded)) == expected


@pytest.mark.parametrize("case", CASES)
def test_the_national_side_has_nothing_to_complain_about(case: str) -> None:
    warnings: list[str] = []
    body = json.loads(encode(build(given(case)).body))
    usable_rows(body, "ChronicDiseaseRegister", REGISTERS["ChronicDiseaseRegister"], warnings)
    assert warnings == []


#: canonical columns that have no key in the contract
NOT_SENT = {"person_ref", "hn", "notes"}


def test_every_mapped_column_reaches_the_body_and_no_other() -> None:
    """Mutation test on the full case (DM1): a forgotten column, or one that leaks, fails here."""
    bundle = chronic_of(given("full"))
    hospital, endpoint = hospital_of({}), endpoint_of({})
    expected = build_chronic(bundle, hospital, endpoint).body
    sent = set()
    others: dict[str, object] = {"code": "I10", "status": "03", "withheld": True}
    others |= {"registered_date": "2019-06-02", "discharge_date": "2024-12-30", "row_key": "clinicmember:31"}
    for column in bundle.entries[0]._fields:
        first = bundle.entries[0]._replace(**{column: others.get(column, "canary-9")})
        rows = [first, *bundle.entries[1:]]
        if column == "person_ref":
            rows = [row._replace(person_ref="canary-9") for row in bundle.entries]
        try:
            body = build_chronic(replace(bundle, entries=rows), hospital, endpoint).body
        except QuarantineRecord:  # a column that decides whether the entry is sent at all
            sent.add(column)
            continue
        if encode(body) != encode(expected):
            sent.add(column)
            assert content_hash(body, KEY) != content_hash(expected, KEY), column
    assert set(bundle.entries[0]._fields) - sent == NOT_SENT


def test_nothing_to_send_is_never_an_empty_list() -> None:
    hypertension = {"row_key": "clinicmember:1", "code": "I10"}
    for rows in ([], [hypertension], [{"row_key": "clinicmember:1", "code": "E119", "withheld": True}]):
        with pytest.raises(QuarantineRecord, match="PHR-332"):
            build(given("minimal") | {"entries": rows})


def test_the_longest_prefix_decides() -> None:
    endpoint = endpoint_of({"chronic_codes": {"E112": "902", "N18": "903"}})
    row = chronic_of(given("full")).entries[0]
    assert disease_of(row._replace(code="E1121"), endpoint) == ("902", None)
    assert disease_of(row._replace(code="E119"), endpoint) == ("001", "โรคเบาหวาน")
    assert disease_of(row._replace(code="I10"), endpoint) is None
    assert disease_of(row._replace(code=None), endpoint) is None
    assert national_codes(endpoint) == ("001", "902", "903")
