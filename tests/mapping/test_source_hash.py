"""Did the HIS change? The hash of the rows, for this mapping version and for earlier ones (R4)."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bundle_rows import bundle_of, row

from phr.canonical import TABLES, DrugDispense
from phr.canonical.tables import column_doc
from phr.mapping import MAPPING_VERSION, VisitBundle, source_hash
from phr.mapping.source import EARLIER, GENERATIONS

GOLDEN = Path(__file__).parents[1] / "golden" / "encounter"
KEY = b"k" * 32
#: what the release with encounter/1 wrote for these rows; "full" has since got new columns, filled
WRITTEN_BY_ENCOUNTER_1 = {
    "full": "9d13e4369693750747a39bc9a40dc1d9868f45fbe01d58e88fd7da3f2f2b1227",
    "minimal": "250f49eba9d1aeee1d3a7138a934e8ac4cc2fe1434cc7307a408e004ce6ec4cd",
    "lab_texts": "af84d5ef605972ba51a2ec554ca9cec9b043678e86b9300aa510337c9fc2fd8a",
    "drugs_special_use": "ce40cff14f24223e72cb6fa2415ac7dee339918d2aa128fd1ae6c9683499e2f3",
    "no_vitals": "5e2671d95acd85c65d378c202dbbe75b24d598525494e2419526bb528e28b9e2",
}
#: attribute of the bundle -> its canonical table
PARTS = {
    "visit": "visit",
    "vital_sign": "vital_sign",
    "screening": "screening",
    "diagnoses": "diagnosis",
    "coverages": "coverage",
    "appointments": "appointment",
    "lab_results": "lab_result",
    "drug_dispenses": "drug_dispense",
    "set_aside_drugs": "drug_dispense",
}


def bundle(case: str = "full") -> VisitBundle:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{case}.in.json").read_text(encoding="utf-8"))
    if case == "full":
        loaded["set_aside_drugs"] = [{"row_key": "d9", "local_code": "1000001", "quantity": -1.0}]
    return bundle_of(loaded)


def changed(given: VisitBundle, part: str, column: str) -> VisitBundle:
    """The bundle with one cell changed."""
    there = getattr(given, part)
    if isinstance(there, list):
        return replace(given, **{part: [there[0]._replace(**{column: "changed"}), *there[1:]]})
    return replace(given, **{part: there._replace(**{column: "changed"})})


@pytest.mark.parametrize("case", WRITTEN_BY_ENCOUNTER_1)
def test_documents_delivered_by_the_first_mapping_are_recognised(case: str) -> None:
    assert source_hash(bundle(case), KEY, "encounter/1") == WRITTEN_BY_ENCOUNTER_1[case]


def test_every_mapping_version_that_ever_delivered_is_known() -> None:
    assert GENERATIONS[MAPPING_VERSION] == max(GENERATIONS.values())
    assert set(EARLIER) == {"encounter/1", "encounter/2"}
    newest = max(column_doc(t, c).since for t, kind in TABLES.items() for c in kind._fields)
    assert newest == GENERATIONS[MAPPING_VERSION]
    with pytest.raises(KeyError):
        source_hash(bundle(), KEY, "encounter/0")


@pytest.mark.parametrize("mapping", GENERATIONS)
def test_a_cell_counts_for_the_versions_that_knew_its_column(mapping: str) -> None:
    given = bundle()
    before = source_hash(given, KEY, mapping)
    for part, table in PARTS.items():
        for column in TABLES[table]._fields:
            known = column_doc(table, column).since <= GENERATIONS[mapping]
            if part == "set_aside_drugs":
                known = known and mapping != "encounter/1"
            after = source_hash(changed(given, part, column), KEY, mapping)
            assert (after != before) is known, (part, column)


def test_the_order_of_rows_and_the_patient_do_not_count() -> None:
    given = bundle()
    shuffled = replace(
        given,
        patient=given.patient._replace(mobile_phone="0899999999"),
        **{
            part: random.Random(1).sample(rows, len(rows))
            for part in PARTS
            if isinstance(rows := getattr(given, part), list)
        },
    )
    for mapping in GENERATIONS:
        assert source_hash(given, KEY, mapping) == source_hash(shuffled, KEY, mapping)


def test_a_line_put_aside_is_another_source_than_the_same_line_accepted() -> None:
    line = row(DrugDispense, {"visit_ref": "690105000001", "row_key": "d1", "quantity": 1.0})
    plain = bundle("minimal")
    hashes = {
        source_hash(plain, KEY),
        source_hash(replace(plain, drug_dispenses=[line]), KEY),
        source_hash(replace(plain, set_aside_drugs=[line]), KEY),
    }
    assert len(hashes) == 3
