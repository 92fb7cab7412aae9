"""Every kind of difference is found and named without saying who it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from phr_sandbox.scenario.compare import Difference, compare
from phr_sandbox.scenario.documents import Shot
from phr_sandbox.scenario.view import SeenEncounter, View

CID, OTHER, HN = "1009912345677", "3009900000011", "000000012"
KEY, REF = ("99001", "681006090000"), "99001:681006090000"
PERSON = ("99001", CID)
NAMES = {CID: "99001:person:001"}
DOSE = Shot(date(2025, 10, 6), "061", "LOT-SECRET")


def _view() -> View:
    children = {
        "Condition": frozenset({(("Gastritis",), ("K297", "Gastritis", "t"))}),
        "Observation": frozenset({(("HIV-SECRET",), (7.1, "mg/dL", "", "t"))}),
    }
    encounter = SeenEncounter(CID, {"day": "2025-10-06", "reason_text": "SECRET"}, children)  # type: ignore[arg-type]
    return View({KEY: encounter}, {PERSON: frozenset({DOSE})}, {("99001", HN): "0800000001"})


def _encounter(view: View, **changes: object) -> None:
    view.encounters[KEY] = replace(view.encounters[KEY], **changes)  # type: ignore[arg-type]


def _children(view: View, kind: str, *rows: object) -> None:
    _encounter(view, children={**view.encounters[KEY].children, kind: frozenset(rows)})


PLANTED: list[tuple[Callable[[View], object], Difference]] = [
    (lambda v: v.encounters.clear(), Difference(REF, "encounter", "missing")),
    (lambda v: _encounter(v, cid=OTHER), Difference(REF, "person", "differs")),
    (lambda v: _encounter(v, head={"day": "2025-10-06"}), Difference(REF, "reason_text", "missing")),
    (
        lambda v: _encounter(v, head={"day": "2025-10-07", "reason_text": "SECRET"}),
        Difference(REF, "day", "differs"),
    ),
    (lambda v: _children(v, "Condition"), Difference(REF, "Condition", "missing")),
    (
        lambda v: _children(v, "Observation", (("HIV-SECRET",), (7.2, "mg/dL", "", "t"))),
        Difference(REF, "Observation", "differs"),
    ),
    (
        lambda v: _children(v, "Medication", (("PARACETAMOL",), (20.0, "SECRET"))),
        Difference(REF, "Medication", "extra"),
    ),
    (lambda v: v.registers.clear(), Difference("99001:person:001", "dose", "missing")),
    (
        lambda v: v.registers.update({PERSON: frozenset({replace(DOSE, lot="L2")})}),
        Difference("99001:person:001", "dose", "differs"),
    ),
    (
        lambda v: v.registers.update({("99001", OTHER): frozenset({DOSE})}),
        Difference("99001:somebody", "dose", "extra"),
    ),
    (
        lambda v: v.phones.update({("99001", HN): "0800000002"}),
        Difference("99001:record", "phone", "differs"),
    ),
]


@pytest.mark.parametrize(
    ("plant", "expected"), PLANTED, ids=lambda value: "" if callable(value) else str(value)[-24:]
)
def test_a_planted_difference_is_the_one_that_is_found(
    plant: Callable[[View], object], expected: Difference
) -> None:
    found = _view()
    plant(found)
    (difference,) = compare(_view(), found, NAMES)
    assert difference == expected
    for secret in (CID, OTHER, HN, "SECRET", "0800", "K297", "061"):
        assert secret not in str(difference)


def test_an_encounter_nobody_expects_is_extra_and_equal_views_do_not_differ() -> None:
    assert compare(_view(), _view(), NAMES) == []
    assert compare(View(), _view(), NAMES)[:1] == [Difference(REF, "encounter", "extra")]
