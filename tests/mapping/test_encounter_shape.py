"""The shape the vendor's tool was accepted with (contract 3.5, 4.1, 4.2), and what may never be there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundle_rows import bundle_of, endpoint_of, hospital_of

from phr.errors import Bug, QuarantineRecord
from phr.mapping import build_encounter, encode
from phr.mapping.codemaps import CODES_DIR, load_map
from phr.mapping.common import distinct_texts
from phr.mapping.laboratory import result_value

GOLDEN = Path(__file__).parents[1] / "golden" / "encounter"
CASES = sorted(path.name.removesuffix(".in.json") for path in GOLDEN.glob("*.in.json"))

#: rule R8: sections that are not sent
OMITTED = {"AllergyIntolerance", "CarePlan", "Immunization"}


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every key path, with ``[]`` for a list; also of empty objects and lists."""
    if at:
        yield at
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{at}[]")


def sample(name: str) -> set[str]:
    """Key paths of a published body (invented people), without the sections of rule R8."""
    body = json.loads((GOLDEN.parent / "contract" / f"update_phr_{name}.json").read_text(encoding="utf-8"))
    return {path for path in paths(body) if not OMITTED & set(path.replace("[]", "").split("."))}


#: the smallest body believed to be accepted without a warning
REQUIRED = sample("minimal")
#: every input key known from public sources: the allow-list (DM1)
ALLOWED = REQUIRED | sample("full") | sample("flat_shapes")
#: keys of FHIR the endpoint settings may switch off: stored nationally, but under names that are not public
ALLOWED |= {
    f"Encounter[].Observation[].{path}"
    for path in (
        "referenceRange",
        "referenceRange[]",
        "referenceRange[].text",
        *(f"referenceRange[].{end}{tail}" for end in ("low", "high") for tail in ("", ".value", ".unit")),
        "interpretation",
        "interpretation[]",
        "interpretation[].text",
        "interpretation[].coding",
        "interpretation[].coding[]",
        *(f"interpretation[].coding[].{tail}" for tail in ("system", "code", "display")),
    )
} | {"Encounter[].Condition[].category[].text"}


@pytest.mark.parametrize("case", CASES)
def test_shape(case: str) -> None:
    body = json.loads((GOLDEN / f"{case}.out.json").read_text(encoding="utf-8"))["body"]
    # what is empty in a document has no paths below it
    empty = tuple(path for path in paths(body) if _at(body, path) in ([], {}))
    found = set(paths(body))
    missing = {path for path in REQUIRED - found if not path.startswith(empty)}
    assert missing == set(), "a key of the smallest accepted body is missing"
    if case != "empty_sections_on_request":
        assert found <= ALLOWED, f"keys outside the allow-list (DM1): {found - ALLOWED}"
    encounter = body["Encounter"]
    assert len(encounter) == 1
    assert body["managingOrganization"]["scope"] == ""
    assert isinstance(encounter[0]["type"], dict)
    assert isinstance(encounter[0]["priority"], dict)
    assert {"agent", "scope"}.isdisjoint(encounter[0]["managingOrganization"])


def _at(body: dict[str, Any], path: str) -> Any:
    """The first value at a path, None when a list on the way is empty."""
    place: Any = body
    for step in path.replace("[]", ".[]").split("."):
        if step == "[]":
            place = place[0] if place else None
        else:
            place = place.get(step) if isinstance(place, dict) else None
        if place is None:
            return None
    return place


def test_the_full_case_has_every_required_key() -> None:
    body = json.loads((GOLDEN / "full.out.json").read_text(encoding="utf-8"))["body"]
    assert set(paths(body)) >= REQUIRED


def test_sections_of_the_registers_are_absent_or_asked_for() -> None:
    """Rule R8: absent by default, never empty; a setting per section."""
    for case in CASES:
        body = json.loads((GOLDEN / f"{case}.out.json").read_text(encoding="utf-8"))["body"]
        there = {key for key in OMITTED if key in body or key in body["Encounter"][0]}
        assert there == (OMITTED if case == "empty_sections_on_request" else set())


@pytest.mark.parametrize("case", CASES)
def test_race_and_religion_never_appear(case: str) -> None:
    body = json.loads((GOLDEN / f"{case}.out.json").read_text(encoding="utf-8"))["body"]
    words = ("race", "religion", "ethnic")
    assert not [path for path in paths(body) if any(word in path.lower() for word in words)]


def test_body_is_utf8_without_byte_order_mark() -> None:
    case = json.loads((GOLDEN / "thai_texts.in.json").read_text(encoding="utf-8"))
    encoded = encode(build_encounter(bundle_of(case), hospital_of({}), endpoint_of({})).body)
    assert not encoded.startswith(b"\xef\xbb\xbf")
    assert "น้ำผึ้ง".encode() in encoded


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("138", "mg/dL", {"valueQuantity": {"value": 138, "unit": "mg/dL"}}),
        ("6.90", "%", {"valueQuantity": {"value": 6.9, "unit": "%"}}),
        ("0", None, {"valueQuantity": {"value": 0}}),
        ("-4.5", "C", {"valueQuantity": {"value": -4.5, "unit": "C"}}),
        ("<0.01", "ng/mL", {"valueString": "<0.01 ng/mL"}),
        (">= 100", None, {"valueString": ">= 100"}),
        ("250,000", "/uL", {"valueString": "250,000"}),
        ("40 H", "%", {"valueString": "40 H"}),
        ("007", None, {"valueString": "007"}),
        ("๑๒", None, {"valueString": "๑๒"}),
        ("1e5", None, {"valueString": "1e5"}),
        ("nan", None, {"valueString": "nan"}),
        ("12345678901234567890", None, {"valueString": "12345678901234567890"}),
        ("Negative", "mg/dL", {"valueString": "Negative"}),
        ("12\n", None, {"valueString": "12\n"}),
    ],
)
def test_result_value(value: str, unit: str | None, expected: dict[str, Any]) -> None:
    assert result_value(value, unit) == expected


def test_a_row_that_appears_later_leaves_the_texts_of_the_others() -> None:
    before = distinct_texts(["Glucose", "Glucose"], ["9-1", "10-1"])
    after = distinct_texts(["Glucose", "Glucose", "Glucose"], ["9-1", "10-1", "11-1"])
    assert before == ["Glucose", "Glucose [10-1]"]
    assert after[:2] == before
    assert len(set(after)) == 3


@pytest.mark.parametrize("field", ["cid", "birth_date", "sex"])
def test_missing_identity_is_refused_without_naming_a_value(field: str) -> None:
    case = json.loads((GOLDEN / "full.in.json").read_text(encoding="utf-8"))
    person = dict(case["patient"])
    del case["patient"][field]
    with pytest.raises(QuarantineRecord) as caught:
        build_encounter(bundle_of(case), hospital_of({}), endpoint_of({}))
    message = str(caught.value)
    assert f"patient.{field}" in message
    assert "99001" in message
    for value in (person["cid"], person["given"], person["hn"], person["birth_date"]):
        assert value not in message


@pytest.mark.parametrize(
    ("code", "name", "sent", "display", "text"),
    [
        ("099", "ไทย", "099", "ไทย", "ไทย"),
        ("048", "เมียนมา", "048", "เมียนมา", "เมียนมา"),
        (None, "เผ่าสมมติ", "999", "ไม่ทราบ", "เผ่าสมมติ"),
        (None, None, "999", "ไม่ทราบ", "ไม่ทราบ"),
    ],
)
def test_a_nationality_without_code_keeps_the_hospitals_own_words(
    code: str | None, name: str | None, sent: str, display: str, text: str
) -> None:
    given = json.loads((GOLDEN / "minimal.in.json").read_text(encoding="utf-8"))
    given["patient"] |= {"nationality": code, "nationality_name": name}
    block = build_encounter(bundle_of(given), hospital_of({}), endpoint_of({})).body["Patient"]
    (coding,) = block["nationality"]["coding"]
    assert (coding["code"], coding["display"], block["nationality"]["text"]) == (sent, display, text)


def test_rows_of_two_people_are_never_one_document() -> None:
    case = json.loads((GOLDEN / "full.in.json").read_text(encoding="utf-8"))
    case["visit"]["hn"] = "0000999"
    with pytest.raises(Bug):
        build_encounter(bundle_of(case), hospital_of({}), endpoint_of({}))


def test_a_child_of_another_visit_is_refused() -> None:
    case = json.loads((GOLDEN / "full.in.json").read_text(encoding="utf-8"))
    case["lab_results"][0]["visit_ref"] = "690105999999"
    with pytest.raises(Bug, match="lab_result"):
        build_encounter(bundle_of(case), hospital_of({}), endpoint_of({}))


def test_every_child_is_sent_or_named_as_left_out() -> None:
    for path in GOLDEN.glob("*.in.json"):
        case = json.loads(path.read_text(encoding="utf-8"))
        bundle = bundle_of(case)
        document = build_encounter(bundle, hospital_of({}), endpoint_of({}))
        names = ("screening", "diagnoses", "coverages", "appointments")
        rows = sum(len(case.get(name, [])) for name in names)
        rows += (
            len(case.get("lab_results", [])) + len(case.get("drug_dispenses", [])) + ("vital_sign" in case)
        )
        assert len(document.child_keys) + len(document.left_out) == rows
        assert not set(document.child_keys) & set(document.left_out)


@pytest.mark.parametrize("path", sorted(CODES_DIR.glob("*.csv")), ids=lambda path: path.stem)
def test_code_maps_say_where_they_come_from(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# map:")
    assert "\n# version:" in text
    assert "\n# source:" in text
    assert load_map(path.stem)
