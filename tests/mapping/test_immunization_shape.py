"""The register the national side takes (contract 4.5), and what holds whatever rows a HIS stores."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundle_rows import endpoint_of, hospital_of, register_of, row
from hypothesis import given
from hypothesis import strategies as st

from phr.canonical import Immunization, Patient
from phr.errors import Bug, QuarantineRecord
from phr.mapping import (
    RegisterBundle,
    best_record,
    build_immunization_register,
    content_hash,
    encode,
    patient_hash,
)
from phr.mapping.codemaps import VACCINE

GOLDEN = Path(__file__).parents[1] / "golden" / "immunization"
CASES = sorted(path.name.removesuffix(".in.json") for path in GOLDEN.glob("*.in.json"))
KEY = b"k" * 32


def case(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{name}.in.json").read_text(encoding="utf-8"))
    return loaded


def build(bundle: RegisterBundle, **endpoint: Any) -> Any:
    return build_immunization_register(bundle, hospital_of({}), endpoint_of(endpoint))


def paths(value: Any, at: str = "") -> Iterator[str]:
    if at:
        yield at
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{at}.{key}" if at else key)
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{at}[]")


def sample(name: str) -> set[str]:
    """Key paths of a published body (invented people)."""
    file = GOLDEN.parent / "contract" / f"immunization_register_{name}.json"
    return set(paths(json.loads(file.read_text(encoding="utf-8"))))


ALLOWED = (
    sample("minimal")
    | sample("full")
    | {
        # the patient block of visits; its HN entry is seen in the accepted bodies of 4.2
        f"Patient.identifier[].assigner{part}"
        for part in ("", ".use", ".system", ".value", ".display")
    }
)
#: may be absent (site, route) or empty (note, reason), or have no value the HIS knows
OPEN = (".site", ".route", ".note[]", ".reasonCode[]", ".doseQuantity.value", "Patient.telecom[]")
REQUIRED = {path for path in sample("minimal") if not any(part in path for part in OPEN)}


@pytest.mark.parametrize("name", CASES)
def test_shape(name: str) -> None:
    body = json.loads((GOLDEN / f"{name}.out.json").read_text(encoding="utf-8"))["body"]
    found = set(paths(body))
    missing = {p for p in REQUIRED - found if not p.startswith(("Patient.address[].line", "Patient.name[]"))}
    assert missing == set(), "a key of the smallest accepted body is missing"
    assert found <= ALLOWED, f"keys outside the allow-list (DM1): {found - ALLOWED}"
    assert "scope" not in body["managingOrganization"]
    for item in body["Immunization"]:
        assert "agent" not in item["managingOrganization"]
        assert isinstance(item["primarySource"], bool)
        assert item["location"]
        # a colon separates hospital and visit number on the national side (3.4)
        assert ":" not in item["encounterRefCode"]


def test_a_person_without_hn_has_no_hn_entry() -> None:
    document = build(register_of(case("community_person")))
    assert [entry["type"] for entry in document.body["Patient"]["identifier"]] == ["CID"]
    assert b"4711" not in encode(document.body)


@pytest.mark.parametrize("field", ["cid", "birth_date", "sex"])
def test_missing_identity_is_refused_without_naming_a_value(field: str) -> None:
    loaded = case("full")
    bundle = register_of(loaded)
    with pytest.raises(QuarantineRecord, match="PHR-331") as caught:
        build(RegisterBundle(bundle.patient._replace(**{field: None}), bundle.doses))
    assert f"patient.{field}" in str(caught.value)
    for name in ("cid", "given", "hn", "birth_date"):
        assert loaded["patient"][name] not in str(caught.value)


@pytest.mark.parametrize(
    "doses",
    [
        [],
        [{"row_key": "ovst_vaccine:1", "vaccine_code": "815"}],
        [{"row_key": "ovst_vaccine:1", "given_date": "2025-01-01"}],
        [
            {
                "row_key": "person_vaccine_elsewhere:1",
                "vaccine_code": "815",
                "given_date": "2025-01-01",
                "elsewhere": True,
            }
        ],
    ],
    ids=["no row", "no day", "no code", "elsewhere only"],
)
def test_an_empty_register_is_never_built(doses: list[dict[str, Any]]) -> None:
    """Trap 3: the list replaces; an empty one would wipe the register."""
    with pytest.raises(QuarantineRecord, match="PHR-332"):
        build(register_of(case("full") | {"doses": doses}))


def test_doses_of_two_people_are_never_one_register() -> None:
    bundle = register_of(case("full"))
    mixed = [bundle.doses[0], bundle.doses[1]._replace(person_ref="c1")]
    with pytest.raises(Bug, match="two people"):
        build(RegisterBundle(bundle.patient, mixed))
    with pytest.raises(Bug, match="one row twice"):
        build(RegisterBundle(bundle.patient, [bundle.doses[0], bundle.doses[0]]))


def test_a_changed_patient_changes_the_patient_hash_alone() -> None:
    bundle = register_of(case("full"))
    before = build(bundle).body
    after = build(RegisterBundle(bundle.patient._replace(mobile_phone="0800000999"), bundle.doses)).body
    assert content_hash(before, KEY) == content_hash(after, KEY)
    assert patient_hash(before, KEY) != patient_hash(after, KEY)


def test_a_row_that_appears_later_leaves_the_references_of_the_others() -> None:
    loaded = case("doses_typed_in_one_visit")
    before = {dose.identity: dose.reference for dose in build(register_of(loaded)).doses}
    loaded["doses"].append(
        {
            "row_key": "ovst_vaccine:12",
            "vaccine_code": "815",
            "given_date": "2022-12-15",
            "visit_ref": "680115093000",
        }
    )
    after = {dose.identity: dose.reference for dose in build(register_of(loaded)).doses}
    changed = {identity for identity, ref in before.items() if after[identity] != ref}
    assert changed == set()
    assert after["2022-12-15|815"] == "ovst_vaccine-12"


def test_the_best_record_has_a_number_and_tells_most() -> None:
    full = register_of(case("full")).patient
    poor = row(Patient, {"hn": "000000999", "cid": full.cid})
    community = full._replace(hn="~5", home_phone="1", road="2")
    records = [community, poor, full, full._replace(hn="000000045")]
    for seed in range(4):
        random.Random(seed).shuffle(records)
        assert best_record(records) == full
    assert best_record([community]) == community
    assert best_record([poor, community]) == poor


def test_the_code_map_is_the_national_list() -> None:
    assert len(VACCINE) == 160
    assert "816" not in VACCINE
    assert all(len(code) in (3, 6) and code == code.upper() for code in VACCINE)
    assert all(entry["display"] and entry["name_th"] for entry in VACCINE.values())


# -- whatever rows a HIS stores ----------------------------------------------------------------------
TABLES = ("ovst_vaccine", "person_wbc_vaccine_detail", "person_vaccine_list", "person_vaccine_elsewhere")
CODES = ("010", "815", "D21", "CP3")
DAYS = ("2024-06-01", "2024-08-05", "2025-01-15")
VISITS = (None, "670601093000", "670805100000")


@st.composite
def registers(draw: st.DrawFn) -> list[Immunization]:
    rows = []
    for number in range(draw(st.integers(1, 12))):
        table = draw(st.sampled_from(TABLES))
        values = {
            "person_ref": "c1",
            "row_key": f"{table}:{number}",
            "vaccine_code": draw(st.sampled_from(CODES)),
            "given_date": draw(st.sampled_from(DAYS)),
            "given_time": draw(st.sampled_from((None, "08:30:00"))),
            "lot_number": draw(st.sampled_from((None, "A", "B"))),
            "quantity": draw(st.sampled_from((None, 0.5, 0.0, -1.0))),
            "visit_ref": draw(st.sampled_from(VISITS)),
            "elsewhere": table == "person_vaccine_elsewhere",
        }
        rows.append(row(Immunization, values))
    return rows


@given(registers(), st.randoms(use_true_random=False), st.sampled_from(["exclude", "include"]))
def test_every_dose_stands_once_and_no_two_share_a_key(
    rows: list[Immunization], shuffle: random.Random, elsewhere: str
) -> None:
    patient = register_of(case("full")).patient
    mine = [r for r in rows if elsewhere == "include" or not r.elsewhere]
    if not mine:
        with pytest.raises(QuarantineRecord, match="PHR-332"):
            build(RegisterBundle(patient, rows), doses_elsewhere=elsewhere)
        return
    document = build(RegisterBundle(patient, rows), doses_elsewhere=elsewhere)
    # each (day, code) once, and every row either tells of a dose or is named as left out
    assert sorted(d.identity for d in document.doses) == sorted(
        {f"{r.given_date}|{r.vaccine_code}" for r in mine}
    )
    told = [key for dose in document.doses for key in dose.row_keys]
    assert sorted([*told, *document.left_out]) == sorted(r.row_key for r in rows)
    # what the national side may key by stays apart (4.5), and the body says what ``doses`` says
    items = document.body["Immunization"]
    keys = {(i["encounterRefCode"], i["vaccineCode"]["coding"][0]["code"]) for i in items}
    assert len(keys) == len(items) == len(document.doses)
    for item, dose in zip(items, document.doses, strict=True):
        code = item["vaccineCode"]["coding"][0]["code"]
        told_day = item["occurrenceDateTime"][:10]
        assert (item["encounterRefCode"], f"{told_day}|{code}") == (dose.reference, dose.identity)
        assert item["doseQuantity"].get("value", 1) > 0
    # order does not matter, and a copy of a row in another table changes no more than who tells of it (and so
    # perhaps the time of day, by which doses of one day stand in the body)
    shuffled = list(rows)
    shuffle.shuffle(shuffled)
    assert build(RegisterBundle(patient, shuffled), doses_elsewhere=elsewhere) == document
    copy = shuffle.choice(mine)
    again = [*rows, copy._replace(row_key="village_student_vaccine_list:99", elsewhere=False)]
    twice = build(RegisterBundle(patient, again), doses_elsewhere=elsewhere)
    assert sorted(d.identity for d in twice.doses) == sorted(d.identity for d in document.doses)
