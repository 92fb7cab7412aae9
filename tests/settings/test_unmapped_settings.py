"""What becomes of codes without a national one: default, province, hospital, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hospital_file import broken, load, province, refusal

from phr.mapping.local_codes import EFFECTS, MAPS
from phr.settings import Hospital, UnmappedCodes

SENT = {"drugs", "labs", "coverages", "clinics", "nationalities"}


def policies(tmp_path: Path, common: Any = None, **hospital: Any) -> dict[str, str]:
    raw = province(**hospital) | ({} if common is None else {"unmapped_codes": common})
    (found,) = load(tmp_path, raw).hospitals
    policies: dict[str, str] = found.unmapped_codes.model_dump()
    return policies


def test_every_code_map_has_a_policy_and_every_policy_words() -> None:
    assert set(UnmappedCodes.model_fields) == set(MAPS)
    assert set(UnmappedCodes().model_dump().values()) == set(EFFECTS)


def test_without_a_word_everything_stays_as_it_was(tmp_path: Path) -> None:
    found = policies(tmp_path)
    assert {name for name, policy in found.items() if policy == "send_local_text"} == SENT
    assert found["vaccines"] == "quarantine"
    assert UnmappedCodes().stricter == ()


def test_a_hospital_goes_before_the_province_map_by_map(tmp_path: Path) -> None:
    common = {"drugs": "quarantine", "labs": "quarantine"}
    assert policies(tmp_path, common)["drugs"] == "quarantine"
    found = policies(tmp_path, common, unmapped_codes={"drugs": "send_local_text", "coverages": "quarantine"})
    assert (found["drugs"], found["labs"], found["coverages"]) == (
        "send_local_text",
        "quarantine",
        "quarantine",
    )


def test_what_is_stricter_is_named_whatever_else_is_written_out() -> None:
    written = UnmappedCodes(drugs="quarantine", labs="send_local_text", vaccines="quarantine")
    assert written.stricter == ("drugs",)


@pytest.mark.parametrize(
    ("given", "place", "reason"),
    [
        ({"drugs": "drop"}, "unmapped_codes.drugs", "'send_local_text' or 'quarantine'"),
        ({"labs": None}, "unmapped_codes.labs", "'send_local_text' or 'quarantine'"),
        ({"drug": "quarantine"}, "unmapped_codes.drug", "not permitted"),
        ({"vaccines": "send_local_text"}, "unmapped_codes.vaccines", "43-file code"),
        ({"vaccines": "s3cret"}, "unmapped_codes.vaccines", "only quarantine is accepted"),
        ({"clinics": "quarantine"}, "unmapped_codes.clinics", "only send_local_text is accepted"),
        ({"nationalities": "quarantine"}, "unmapped_codes.nationalities", "only send_local_text is accepted"),
        ("quarantine", "unmapped_codes", "valid dictionary"),
        (None, "unmapped_codes", "valid dictionary"),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_place(
    tmp_path: Path, given: Any, place: str, reason: str
) -> None:
    found = broken(tmp_path, province(unmapped_codes=given))
    assert found.hcode == "99001"
    assert f"hospitals.yaml: {place}: " in found.error.detail
    assert reason in found.error.detail
    assert "s3cret" not in found.error.message()
    if given is not None:
        # for all hospitals it is a mistake of the file, told once
        detail = refusal(tmp_path, province() | {"unmapped_codes": given})
        assert f"hospitals.yaml: {place}: " in detail
        assert "99001" not in detail


def test_a_mistake_of_one_hospital_leaves_the_others_their_policy(tmp_path: Path) -> None:
    raw = province() | {"unmapped_codes": {"labs": "quarantine"}}
    good = raw["hospitals"][0]
    raw["hospitals"] = [{**good, "hcode": "99002", "unmapped_codes": {"labs": "drop"}}, good]
    loaded = load(tmp_path, raw)
    assert [h.hcode for h in loaded.broken] == ["99002"]
    assert loaded.hospitals[0].unmapped_codes.labs == "quarantine"


def test_an_override_of_other_settings_keeps_it() -> None:
    hospital = Hospital(
        hcode="99001", name_th="ก", his="hosxp", unmapped_codes=UnmappedCodes(drugs="quarantine")
    )
    again = Hospital.model_validate({**hospital.model_dump(by_alias=True), "chunk_visits": 20})
    assert again.unmapped_codes == hospital.unmapped_codes
