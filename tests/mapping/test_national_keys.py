"""The keys by which a re-send can tell what would be left behind nationally (rule R5)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_rows import bundle_of, endpoint_of, hospital_of

from phr.mapping import EncounterDocument, VisitBundle, build_encounter

GOLDEN = Path(__file__).parents[1] / "golden" / "encounter"
FULL = bundle_of(json.loads((GOLDEN / "full.in.json").read_text(encoding="utf-8")))


def document(bundle: VisitBundle, **endpoint: object) -> EncounterDocument:
    return build_encounter(bundle, hospital_of({}), endpoint_of(endpoint))


BEFORE = set(document(FULL).national_keys)


@pytest.mark.parametrize(
    ("part", "section", "missing"),
    [
        ("diagnoses", "Condition:", 2),
        ("lab_results", "Observation:", 2),
        ("drug_dispenses", "Medication:", 2),
        ("coverages", "Coverage:", 2),
        ("appointments", "Appointment:", 1),
    ],
)
def test_a_child_that_goes_takes_its_key_along_and_no_other(part: str, section: str, missing: int) -> None:
    after = set(document(replace(FULL, **{part: []})).national_keys)
    assert after < BEFORE
    assert len(BEFORE - after) == missing
    assert all(key.startswith(section) for key in BEFORE - after)


def test_texts_and_vital_signs_have_keys_too() -> None:
    visit = FULL.visit._replace(present_illness=None, diagnosis_text=None)
    gone = BEFORE - set(document(replace(FULL, visit=visit)).national_keys)
    assert gone == {f"Condition:{FULL.visit.present_illness}", f"Condition:{FULL.visit.diagnosis_text}"}
    assert FULL.vital_sign is not None
    thin = FULL.vital_sign._replace(weight_kg=None)
    gone = BEFORE - set(document(replace(FULL, vital_sign=thin)).national_keys)
    assert gone == {"vital_signs:body_weight"}


def test_keys_are_of_what_is_sent() -> None:
    same = [row._replace(name="Glucose") for row in FULL.lab_results]
    apart = document(replace(FULL, lab_results=same)).national_keys
    assert sum(key.startswith("Observation:Glucose") for key in apart) == 2
    together = document(replace(FULL, lab_results=same), distinct_displays=False).national_keys
    assert [key for key in together if key.startswith("Observation:")] == ["Observation:Glucose"]


def test_an_item_without_a_key_of_its_own_is_known_by_all_it_says() -> None:
    other = [FULL.coverages[0]._replace(subgroup="74"), *FULL.coverages[1:]]
    after = set(document(replace(FULL, coverages=other)).national_keys)
    assert len(BEFORE - after) == len(after - BEFORE) == 1


def test_clinical_texts_do_not_show_in_a_printed_document() -> None:
    assert str(FULL.visit.present_illness) not in repr(document(FULL))
