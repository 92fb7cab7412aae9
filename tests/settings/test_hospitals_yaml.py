"""hospitals.yaml: one clear message that names hospital and field and shows no value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hospital_file import broken, load, province, refusal

from phr.errors import StopHospital
from phr.settings import load_province

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("his", "s3cret!"),
        ("look_back_days", 99),
        ("look_back_days", "s3cret"),
        ("chunk_visits", 1),
        ("closed_weekdays", [7]),
        ("closed_days", ["2568-04-13"]),
        ("closed_days", ["2025-13-45"]),
        ("categories", {"visits": "2568-10-01"}),
        ("categories", {"s3cret": "2025-10-01"}),
        ("pasword", "s3cret"),
        ("name_th", ""),
        ("source_charset", "latin1"),
        ("enabled", "s3cret"),
        ("max_unfinished_share", 1.5),
    ],
)
def test_a_mistake_names_hospital_and_field(tmp_path: Path, field: str, value: object) -> None:
    loaded = load(tmp_path, province(**{field: value}))
    with pytest.raises(StopHospital, match=r"PHR-101 \[hospital 99001\].*วิธีแก้") as caught:
        loaded.hospital("99001")
    detail = caught.value.detail
    assert field in detail
    if field != "categories":
        assert "s3cret" not in detail


@pytest.mark.parametrize("code", [99001, "9900", "990011", "๙๙๐๐๑", "1101700203451", None])
def test_a_wrong_code_is_refused_without_being_shown(tmp_path: Path, code: object) -> None:
    detail = refusal(tmp_path, province(hcode=code))
    assert "hcode" in detail
    assert "1101700203451" not in detail


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1", "line 1: not valid YAML"),
        ("name_th: ก\nname_th: ข\n", "line 2: a key is written twice"),
        ("", "file"),
        ("- 1", "file"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in refusal(tmp_path, text)


def test_other_trouble_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(StopHospital, match="PHR-101"):
        load_province(tmp_path / "none.yaml")
    (tmp_path / "hospitals.yaml").write_bytes("ก".encode("tis620"))
    with pytest.raises(StopHospital, match="UnicodeDecodeError"):
        load_province(tmp_path / "hospitals.yaml")


def test_a_hospital_twice_and_unknown_keys_everywhere(tmp_path: Path) -> None:
    twice = province()
    twice["hospitals"] *= 2
    assert "99001 is listed twice" in refusal(tmp_path, twice)
    assert "hospitls" in refusal(tmp_path, {**province(), "hospitls": []})
    assert "endpoint.thread" in refusal(tmp_path, {**province(), "endpoint": {"thread": 4}})
    assert "endpoint.environment" in refusal(tmp_path, {**province(), "endpoint": {"environment": "prod"}})


def test_many_mistakes_are_counted(tmp_path: Path) -> None:
    bad = province(his="x", look_back_days=-1, settle_minutes=-1, chunk_visits=1, name_th="")
    found = broken(tmp_path, bad)
    assert "(+2 more)" in found.error.detail
    assert len(found.mistakes) == 5


def test_one_malformed_entry_is_kept_aside_and_the_others_are_used(tmp_path: Path) -> None:
    raw = province()
    good = raw["hospitals"][0]
    raw["hospitals"] = [
        {**good, "hcode": "99002", "chunk_visits": "s3cret", "his": "s3cret!"},
        good,
        {**good, "hcode": "99003", "enabled": False, "setle": 1},
    ]
    loaded = load(tmp_path, raw)
    assert [h.hcode for h in loaded.hospitals] == ["99001"]
    assert [(b.hcode, b.enabled, len(b.mistakes)) for b in loaded.broken] == [
        ("99002", True, 2),
        ("99003", False, 1),
    ]
    assert "s3cret" not in loaded.broken[0].error.message()
    assert [h.hcode for h in loaded.for_category("visits")] == ["99001"]
    with pytest.raises(StopHospital, match="PHR-102"):
        loaded.hospital("99009")


@pytest.mark.parametrize(
    ("second", "place"),
    [
        pytest.param({"hcode": "99001", "chunk_visits": 1}, "99001 is listed twice", id="good_and_broken"),
        pytest.param({"hcode": "9900"}, "hospital number 2 in the file, hcode", id="code_too_short"),
        pytest.param({"hcode": 99002}, "hcode", id="code_a_number"),
        pytest.param(None, "hospital number 2 in the file", id="not_a_mapping"),
    ],
)
def test_an_entry_that_cannot_be_told_apart_stops_everything(
    tmp_path: Path, second: dict[str, Any] | None, place: str
) -> None:
    raw = province()
    raw["hospitals"].append(second and {**raw["hospitals"][0], **second})
    assert place in refusal(tmp_path, raw)


def test_a_mistake_outside_the_entries_stops_everything_beside_a_broken_hospital(tmp_path: Path) -> None:
    bad = province(chunk_visits=1)
    assert "endpoint.threads" in refusal(tmp_path, {**bad, "endpoint": {"threads": 0}})
    assert "broken" in refusal(tmp_path, {**bad, "broken": []})


def test_units_selection_and_defaults(tmp_path: Path) -> None:
    raw = province()
    first = raw["hospitals"][0]
    raw["hospitals"] = [
        {**first, "hcode": "99003", "work_unit": "อำเภอหนึ่ง"},
        {**first, "hcode": "99001"},
        {**first, "hcode": "99004", "work_unit": "อำเภอหนึ่ง"},
        {**first, "hcode": "99005", "enabled": False},
        {**first, "hcode": "99006", "categories": {}},
    ]
    loaded = load(tmp_path, raw)
    chosen = loaded.for_category("visits")
    assert [h.hcode for h in chosen] == ["99003", "99001", "99004"]
    units = loaded.work_units(chosen)
    assert [(u.unit_id, u.hcodes) for u in units] == [
        ("อำเภอหนึ่ง", ("99003", "99004")),
        ("99001", ("99001",)),
    ]
    assert [h.hcode for h in loaded.for_category("visits", ["99004", "99005"])] == ["99004"]
    with pytest.raises(StopHospital, match="PHR-102"):
        loaded.for_category("visits", ["00000"])
    assert loaded.endpoint.environment == "sandbox"


def test_the_shipped_configuration_is_valid() -> None:
    assert load_province(ROOT / "include" / "config" / "hospitals.yaml").hospitals
