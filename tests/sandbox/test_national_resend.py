"""What a re-send leaves of vital signs, coverage and the visit, under replace and merge (3.4, 10.4)."""

from __future__ import annotations

import pytest


def vitals(national):
    return {
        name.removeprefix("vital_sign_"): value
        for row in national.read("VitalSign")
        for name, value in row.items()
        if name.startswith("vital_sign_") and value is not None
    }


def resent(national, sample, resend, **changes):
    """A full visit and, under `resend`, the same visit with changed keys of its Encounter."""
    national.admin.settings(resend=resend)
    body = sample("full")
    national.upload(body)
    body["Encounter"][0] |= changes
    national.upload(body)
    return national


BEFORE = {
    "body_weight_kg": 65.0,
    "body_height_cm": 170,
    "body_temp_cel": 36.5,
    "bp_systolic_mmhg": 120,
    "bp_diastolic_mmhg": 80,
}
NOW = {"body_weight_kg": 66, "pulse": 80}


@pytest.mark.parametrize(("resend", "expected"), [("replace", NOW), ("merge", BEFORE | NOW)])
def test_vital_signs(national, sample, resend, expected):
    assert vitals(resent(national, sample, resend, vital_signs=NOW)) == expected
    encounter = national.read("Encounter")[0]
    assert encounter["vital_sign_body_weight_kg"] == 66
    assert encounter["vital_sign_bp_systolic_mmhg"] == expected.get("bp_systolic_mmhg")


@pytest.mark.parametrize("gone", [{}, None, [], {"body_weight": {"valueQuantity": {"value": None}}}])
@pytest.mark.parametrize(("resend", "expected"), [("replace", {}), ("merge", BEFORE)])
def test_vital_signs_that_are_no_longer_there(national, sample, resend, expected, gone):
    assert vitals(resent(national, sample, resend, vital_signs=gone)) == expected


FLAT = [{"class_group": {"value": "OFC", "name": "ข้าราชการ"}}]


@pytest.mark.parametrize(("resend", "expected"), [("replace", ["OFC"]), ("merge", ["OFC", "UCS"])])
def test_coverage(national, sample, resend, expected):
    resent(national, sample, resend, Coverage=FLAT)
    assert sorted(row["class_group_value"] for row in national.read("Coverage")) == expected


def test_under_merge_an_altered_coverage_stands_beside_its_former_self(national, sample):
    changed = sample("full")["Encounter"][0]["Coverage"]
    changed[0]["reimbursementAmount"] = 1
    resent(national, sample, "merge", Coverage=changed)
    assert sorted(row["reimbursement_amount"] for row in national.read("Coverage")) == [1, 250]


@pytest.mark.parametrize("resend", ["replace", "merge"])
def test_an_unchanged_resend_changes_nothing(national, sample, resend):
    national.upload(sample("full"))
    before = list(national.admin.dump("99999"))
    resent(national, sample, resend)
    assert list(national.admin.dump("99999")) == before
    assert national.admin.deletions() == []


@pytest.mark.parametrize("resend", ["replace", "merge"])
def test_other_fields_of_the_visit_are_those_of_the_newest_body(national, sample, resend):
    resent(national, sample, resend, reason=[], status="cancelled", financeTotalAmount=None)
    visit = national.read("Encounter")[0]
    assert (visit["reason_text"], visit["status"], visit["finance_total_amount"]) == ("", "cancelled", None)


def test_merge_drops_nothing_and_says_so(national, sample):
    resent(national, sample, "merge", Observation=[], Condition=[], Coverage=[], vital_signs={})
    assert len(national.read("Observation")) == 3
    assert national.admin.deletions() == []


def test_unknown_is_no_mode_of_the_server(national):
    with pytest.raises(Exception, match="400"):
        national.admin.settings(resend="unknown")
