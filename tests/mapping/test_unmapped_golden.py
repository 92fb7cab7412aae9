"""Rows without national code under both policies: checks, split and mapping together, compared exactly.

``PHR_UPDATE_GOLDEN=1`` writes the outputs anew.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from bundle_rows import bundle_of, endpoint_of, hospital_of

from phr.canonical import CanonicalRow, Coverage, DrugDispense, LabResult
from phr.mapping import EncounterDocument, VisitBundle, build_encounter
from phr.mapping.code_coverage import CodeCoverage
from phr.quality import BadRow, Checker, split
from phr.settings import UnmappedCodes

GOLDEN = Path(__file__).parents[1] / "golden" / "unmapped"
HCODE = "99001"
KEPT = UnmappedCodes(drugs="quarantine", labs="quarantine", coverages="quarantine")
POLICIES = {"send_local_text": UnmappedCodes(), "quarantine": KEPT}
#: code map -> canonical table
TABLES = {"drugs": "drug_dispense", "labs": "lab_result", "coverages": "coverage"}
#: canonical table -> section of the encounter
SECTIONS = {"drug_dispense": "Medication", "lab_result": "Observation", "coverage": "Coverage"}


@pytest.fixture(scope="module")
def visit() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / "visit.in.json").read_text(encoding="utf-8"))
    return loaded


def tables_of(bundle: VisitBundle) -> dict[str, list[CanonicalRow]]:
    return {
        "patient": [bundle.patient],
        "visit": [bundle.visit],
        "coverage": cast(list[CanonicalRow], bundle.coverages),
        "lab_result": cast(list[CanonicalRow], bundle.lab_results),
        "drug_dispense": cast(list[CanonicalRow], bundle.drug_dispenses),
    }


def check(cases: dict[str, tuple[VisitBundle, UnmappedCodes]]) -> list[BadRow]:
    """One run of the suites for all cases: each is a hospital of its own, with its policy."""
    policies = {hcode: policy for hcode, (_bundle, policy) in cases.items()}
    checker = Checker(today=date(2026, 1, 6), unmapped_codes=policies)
    return checker.check({hcode: tables_of(bundle) for hcode, (bundle, _policy) in cases.items()})


def built(bundle: VisitBundle, bad: list[BadRow]) -> tuple[EncounterDocument, dict[str, list[Any]]]:
    """The document, and the rows that were put aside by table."""
    parts = {table: split(rows, bad) for table, rows in tables_of(bundle).items()}
    for table, rows in tables_of(bundle).items():
        assert sorted([*parts[table][0], *parts[table][1]], key=repr) == sorted(rows, key=repr)
    aside = {table: bad_rows for table, (_good, bad_rows) in parts.items()}
    sent = replace(
        bundle,
        coverages=cast(list[Coverage], parts["coverage"][0]),
        lab_results=cast(list[LabResult], parts["lab_result"][0]),
        drug_dispenses=cast(list[DrugDispense], parts["drug_dispense"][0]),
        set_aside_drugs=cast(list[DrugDispense], aside["drug_dispense"]),
    )
    return build_encounter(sent, hospital_of({}), endpoint_of({})), aside


@pytest.mark.parametrize("name", POLICIES)
def test_golden(visit: dict[str, Any], name: str) -> None:
    bundle = bundle_of(visit)
    bad = check({HCODE: (bundle, POLICIES[name])})
    document, aside = built(bundle, bad)
    out = {
        "child_keys": document.child_keys,
        "left_out": document.left_out,
        "set_aside": sorted(f"{table}:{row.row_key}" for table, rows in aside.items() for row in rows),
        "rules": dict(sorted(Counter(b.rule for b in bad).items())),
        "encounter": document.body["Encounter"][0],
    }
    text = orjson.dumps(out, option=orjson.OPT_INDENT_2).decode() + "\n"
    path = GOLDEN / f"visit.{name}.out.json"
    if os.environ.get("PHR_UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_row_disappears_and_the_coverage_report_counts_what_is_kept_back(visit: dict[str, Any]) -> None:
    """Any rows with and without code, any policy: what is told and what is put aside are all rows."""
    dice = random.Random(17)
    subsets = [set(c) for n in range(4) for c in combinations(sorted(TABLES), n)]
    cases, coded = {}, {}
    for number, kept in enumerate(subsets * 12):
        hcode = f"{10000 + number}"
        coded[hcode] = {name: [dice.random() < 0.5 for _ in range(dice.randrange(5))] for name in TABLES}
        policy = UnmappedCodes(**dict.fromkeys(kept, "quarantine"))
        cases[hcode] = (bundle_of(_case(visit, coded[hcode])), policy)
    bad = check(cases)
    assert {b.rule for b in bad} == {f"{table}.code_unmapped" for table in TABLES.values()}
    for hcode, (bundle, policy) in cases.items():
        document, aside = built(bundle, [b for b in bad if b.hospital == hcode])
        assert document.left_out == ()
        coverage = CodeCoverage()
        coverage.add(tables_of(bundle))
        for name, table in TABLES.items():
            told = len(document.body["Encounter"][0][SECTIONS[table]])
            assert told + len(aside[table]) == len(coded[hcode][name])
            without = coded[hcode][name].count(False)
            assert len(aside[table]) == (without if getattr(policy, name) == "quarantine" else 0)
            assert coverage.maps[name].missing.total() == without


def _case(visit: dict[str, Any], coded: dict[str, list[bool]]) -> dict[str, Any]:
    """The visit of the golden file with rows of these kinds: True has a national code."""
    day = visit["visit"]["service_day"]
    drug = {"quantity": 1, "dispensed_date": day}
    codes = {
        "drugs": {"tmt_code": "220295", "tmt_level": "GPU"},
        "labs": {"loinc": "1558-6"},
        "coverages": {"group_code": "UCS"},
    }
    rows = {
        "drugs": lambda n: {"local_code": f"D{n}", "name": f"drug {n}", **drug},
        "labs": lambda n: {"local_code": f"L{n}", "name": f"test {n}", "value": "1", "order_date": day},
        "coverages": lambda n: {"plan_name": f"plan {n}"},
    }
    sections = {"drugs": "drug_dispenses", "labs": "lab_results", "coverages": "coverages"}
    return {
        "patient": visit["patient"],
        "visit": visit["visit"],
        **{
            sections[name]: [
                {"row_key": f"{n}", **rows[name](n), **(codes[name] if has_code else {})}
                for n, has_code in enumerate(flags)
            ]
            for name, flags in coded.items()
        },
    }
