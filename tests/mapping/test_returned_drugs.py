"""A drug given back as a whole was not given: none of its lines may say so."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_rows import bundle_of, endpoint_of, hospital_of, row
from hypothesis import given
from hypothesis import strategies as st

from phr.canonical import DrugDispense
from phr.errors import Bug
from phr.mapping import EncounterDocument, build_encounter

MINIMAL = bundle_of(
    json.loads((Path(__file__).parents[1] / "golden/encounter/minimal.in.json").read_text(encoding="utf-8"))
)
Line = tuple[str | None, float | None]


def lines(found: list[Line], start: int = 0) -> list[DrugDispense]:
    return [
        row(
            DrugDispense,
            {
                "visit_ref": MINIMAL.visit.visit_ref,
                "row_key": str(n),
                "local_code": code,
                "name": f"DRUG {code}",
                "quantity": quantity,
            },
        )
        for n, (code, quantity) in enumerate(found, start)
    ]


def document(accepted: list[Line], aside: list[Line] = []) -> EncounterDocument:  # noqa: B006 - never changed
    bundle = replace(
        MINIMAL, drug_dispenses=lines(accepted), set_aside_drugs=lines(aside, start=len(accepted))
    )
    return build_encounter(bundle, hospital_of({}), endpoint_of({}))


def sent(found: EncounterDocument) -> list[str]:
    return [key.partition(":")[2] for key in found.child_keys]


@pytest.mark.parametrize(
    ("accepted", "aside", "expected"),
    [
        ([("A", 20)], [("A", -20)], []),  # as the checks leave it: the return is no accepted row
        ([("A", 20), ("A", -20)], [], []),
        ([("A", 20), ("A", 10)], [("A", -30)], []),
        ([("A", 20)], [("A", -25)], []),
        ([("A", 0.1), ("A", 0.2)], [("A", -0.3)], []),
        ([("A", 20)], [("A", -5)], ["0"]),  # a part given back: the line stays as it is
        ([("A", 20)], [("B", -20)], ["0"]),
        ([("A", 20), ("B", 5)], [("A", -20)], ["1"]),
        ([("A", 20)], [("A", 0)], ["0"]),
        ([("A", None)], [], ["0"]),
        ([("A", None)], [("A", -5)], []),
        ([(None, 20)], [(None, -20)], ["0"]),  # nothing says that these are one drug
    ],
)
def test_returns(accepted: list[Line], aside: list[Line], expected: list[str]) -> None:
    found = document(accepted, aside)
    assert sent(found) == expected
    assert len(found.body["Encounter"][0]["Medication"]) == len(expected)
    # listed, and only rows that were given for sending
    assert len(found.child_keys) + len(found.left_out) == len(accepted)


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.none() | st.integers(-20, 20).map(float), st.booleans()),
        max_size=10,
    )
)
def test_no_drug_is_sent_whose_lines_come_to_nothing(found: list[tuple[str, float | None, bool]]) -> None:
    accepted: list[Line] = [(code, quantity) for code, quantity, ok in found if ok]
    aside: list[Line] = [(code, quantity) for code, quantity, ok in found if not ok]
    sums: dict[str, list[float]] = defaultdict(list)
    for code, quantity in [*accepted, *aside]:
        if quantity is not None:
            sums[str(code)].append(quantity)
    given_back = {code for code, quantities in sums.items() if sum(quantities) <= 0}
    expected = [
        str(n)
        for n, (code, quantity) in enumerate(accepted)
        if (quantity is None or quantity > 0) and code not in given_back
    ]
    assert sent(document(accepted, aside)) == sorted(expected)


def test_a_line_of_another_visit_is_refused() -> None:
    stranger = lines([("A", -20)])[0]._replace(visit_ref="690105999999")
    with pytest.raises(Bug, match="drug_dispense"):
        build_encounter(replace(MINIMAL, set_aside_drugs=[stranger]), hospital_of({}), endpoint_of({}))
