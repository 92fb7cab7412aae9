"""Rule R4 as properties: what may change without a new hash, and what may not."""

from __future__ import annotations

import copy
import json
import random
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bundle_rows import bundle_of, endpoint_of, hospital_of
from hypothesis import given, settings
from hypothesis import strategies as st

from phr.mapping import build_encounter, content_hash, patient_hash

GOLDEN = Path(__file__).parents[1] / "golden" / "encounter"
KEY = bytes(range(32))


def body(case: str = "full", **hospital: Any) -> dict[str, Any]:
    loaded = json.loads((GOLDEN / f"{case}.in.json").read_text(encoding="utf-8"))
    return build_encounter(bundle_of(loaded), hospital_of(hospital), endpoint_of({})).body


FULL = body()


def rewritten(value: Any, chance: random.Random) -> Any:
    """The same meaning in other bytes: order, null and empty keys, number types, Unicode form."""
    if isinstance(value, dict):
        items = [(key, rewritten(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        out = dict(items)
        for item in ("", None, [], {}, [None, {}], {"deep": [""]}):
            if chance.random() < 0.3:
                out[f"empty{chance.randrange(9)}"] = item
        return {key: item for key, item in out.items() if item or item == 0 or chance.random() < 0.5}
    if isinstance(value, list):
        items = [rewritten(item, chance) for item in value]
        chance.shuffle(items)
        return items
    if isinstance(value, str):
        return unicodedata.normalize(chance.choice(["NFC", "NFD"]), value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return chance.choice(
            [float(value), Decimal(str(value)), int(value) if value == int(value) else value]
        )
    return value


def leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [path for key, item in value.items() for path in leaves(item, (*at, key))]
    if isinstance(value, list):
        return [path for index, item in enumerate(value) for path in leaves(item, (*at, index))]
    return [at] if value not in ("", None) else []


def altered(document: dict[str, Any], path: tuple[Any, ...], how: str) -> dict[str, Any]:
    out = copy.deepcopy(document)
    place: Any = out
    for step in path[:-1]:
        place = place[step]
    old = place[path[-1]]
    if how == "drop":
        place[path[-1]] = None
    elif isinstance(old, bool):
        place[path[-1]] = not old
    elif isinstance(old, (int, float)):
        place[path[-1]] = old + 0.1
    else:
        place[path[-1]] = old + "ก"
    return out


@given(st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_meaning_not_bytes(seed: int) -> None:
    other = rewritten(FULL, random.Random(seed))
    assert content_hash(other, KEY) == content_hash(FULL, KEY)
    assert patient_hash(other, KEY) == patient_hash(FULL, KEY)


def outside_content(path: tuple[Any, ...], document: dict[str, Any]) -> bool:
    """Agent, hospital display, and the name of the patient wherever a reference carries it."""
    if path[0] == "Patient" or ("managingOrganization" in path and path[-1] in ("agent", "display")):
        return True
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    return path[-1] == "display" and str(place.get("reference", "")).startswith("Patient/")


@pytest.mark.parametrize("how", ["drop", "change"])
def test_every_other_value_counts(how: str) -> None:
    expected = content_hash(FULL, KEY)
    unseen = {
        path
        for path in leaves(FULL)
        if content_hash(altered(FULL, path, how), KEY) == expected and not outside_content(path, FULL)
    }
    assert unseen == set()
    seen = {
        path
        for path in leaves(FULL)
        if content_hash(altered(FULL, path, how), KEY) != expected and outside_content(path, FULL)
    }
    assert seen == set()


def test_a_removed_child_counts() -> None:
    for section in ("Observation", "Condition", "Medication", "Coverage", "Appointment"):
        fewer = copy.deepcopy(FULL)
        fewer["Encounter"][0][section].pop()
        assert content_hash(fewer, KEY) != content_hash(FULL, KEY), section


def test_the_patient_block_has_its_own_hash() -> None:
    phone = copy.deepcopy(FULL)
    phone["Patient"]["telecom"][0]["value"] = "0811111111"
    assert content_hash(phone, KEY) == content_hash(FULL, KEY)
    assert patient_hash(phone, KEY) != patient_hash(FULL, KEY)
    renamed = copy.deepcopy(FULL)
    renamed["Encounter"][0]["subject"]["display"] = "นางสมมติ ชื่อใหม่"
    assert content_hash(renamed, KEY) == content_hash(FULL, KEY)
    assert patient_hash(renamed, KEY) != patient_hash(FULL, KEY)


def test_clinical_values_do_not_touch_the_patient_hash() -> None:
    other = copy.deepcopy(FULL)
    other["Encounter"][0]["Condition"][0]["code"]["text"] = "x"
    assert patient_hash(other, KEY) == patient_hash(FULL, KEY)


def test_a_new_his_version_or_hospital_name_re_sends_nothing() -> None:
    other = body(his_version="HOSxP v5", name_th="รพ.ชื่อใหม่")
    assert other != FULL
    assert content_hash(other, KEY) == content_hash(FULL, KEY)
    assert patient_hash(other, KEY) == patient_hash(FULL, KEY)


def test_another_hospital_code_or_person_is_another_content() -> None:
    assert content_hash(body(hcode="99002"), KEY) != content_hash(FULL, KEY)
    other = copy.deepcopy(FULL)
    other["Encounter"][0]["subject"]["reference"] = "Patient/1999900001010"
    assert content_hash(other, KEY) != content_hash(FULL, KEY)


def test_hashes_are_keyed_and_separate() -> None:
    assert content_hash(FULL, KEY) != content_hash(FULL, b"another key" * 3)
    assert content_hash({}, KEY) != patient_hash({}, KEY)
    assert len(content_hash(FULL, KEY)) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [(True, 1), ("1", 1), ([1, 2], [1, 3]), ([1, 1], [1]), (0, None), (False, None), (1.5, 1)],
)
def test_what_is_not_the_same(one: Any, other: Any) -> None:
    assert content_hash({"a": one}, KEY) != content_hash({"a": other}, KEY)
