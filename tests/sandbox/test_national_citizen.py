"""Masked visits and reported visits (contract 5, control RT9)."""

from __future__ import annotations

import pytest

CID = "1111111111119"
REF = "99999:V1"


def mask(national, mode="set", ref=REF, cid=CID):
    return national.post(f"MaskEncounter?mode={mode}", {"cid": cid, "encounter_ref_code": ref})


def report(national, mode, **body):
    return national.post(f"WebApp?Action=ReportEncounter&mode={mode}", {"cid": CID, **body})


def refs(national):
    query = "data=encounter_ref_code&date=2025-01-15&hospital_code=99999"
    return national.call("GET", f"/api/OrganizationSummary?{query}").json()["result"]


def month(national):
    query = "data=month_summary&month=2025-01&hospital_code=99999"
    return national.call("GET", f"/api/OrganizationSummary?{query}").json()["result"]


@pytest.fixture
def masked(national, sample):
    """Two full visits of one person, the first masked."""
    for visit in ("V1", "V2"):
        national.upload(sample("full", visit=visit))
    assert mask(national, "get")["result"]["is_mark"] is False
    assert mask(national)["MessageCode"] == 200
    return national


ACTIONS = (
    "Encounter",
    "VitalSign",
    "Observation",
    "Condition",
    "Medication",
    "Coverage",
    "Appointment",
    "DiagnosticReport",
)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_masked_visit_vanishes_from_reads(masked, action):
    assert {row["encounter_ref_code"] for row in masked.read(action)} == {"99999:V2"}


def test_a_masked_visit_is_not_counted_and_not_read_by_its_reference(masked):
    assert masked.read("PatientSummary")["encounter_count"] == 1
    assert masked.read("Observation", query=f"&mode=Encounter&Code={REF}") == []
    assert mask(masked)["MessageCode"] == 200
    assert mask(masked, "get")["result"] == {"encounter_ref_code": REF, "is_mark": True}
    assert masked.admin.masks("99999") == [REF]
    assert masked.admin.masks("99998") == []


@pytest.mark.parametrize("resend", ["replace", "merge"])
def test_a_resend_does_not_unmask(masked, sample, resend):
    masked.admin.settings(resend=resend)
    body = sample("full", visit="V1")
    body["Encounter"][0]["reason"] = [{"text": "changed"}]
    assert masked.upload(body)["MessageCode"] == 200
    assert masked.admin.encounter(REF)["writes"] == 2
    assert {row["encounter_ref_code"] for row in masked.read("Encounter")} == {"99999:V2"}
    assert mask(masked, "get")["result"]["is_mark"] is True


@pytest.mark.parametrize(("hidden", "expected"), [(True, ["99999:V2"]), (False, [REF, "99999:V2"])])
def test_whether_the_hospitals_summary_hides_it_too_is_a_setting(masked, hidden, expected):
    masked.admin.settings(mask_hides_from_summary=hidden)
    assert refs(masked) == expected
    assert month(masked) == [{"date": "2025-01-15", "encounter_count": len(expected)}]


@pytest.mark.parametrize("effect", ["now", "later"])
@pytest.mark.parametrize("survives", [True, False])
def test_whether_a_mask_survives_removal_and_a_new_send_is_a_setting(masked, sample, survives, effect):
    masked.admin.settings(mask_survives_removal=survives, remove_effect=effect, remove_delay_seconds=0)
    masked.call("GET", f"/api/RemoveEncounter?hospital_code=99999&encounter_ref_code={REF}")
    assert [row["ref"] for row in masked.admin.encounters()] == ["99999:V2"]
    masked.upload(sample("full", visit="V1"))
    assert mask(masked, "get")["result"]["is_mark"] is survives


def test_the_dump_shows_masked_visits_with_their_mark(masked):
    marks = {
        row["encounter_ref_code"]: row["is_mark"]
        for row in masked.admin.dump("99999")
        if row["kind"] == "Encounter"
    }
    assert marks == {REF: True, "99999:V2": False}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"ref": "99999:OTHER"}, 500),
        ({"cid": "3333333333335"}, 500),
        ({"cid": "1111111111111"}, 400),
        ({"ref": ""}, 400),
        ({"mode": "unset"}, 501),
    ],
)
def test_masks_that_are_refused(national, sample, arguments, code):
    national.upload(sample(visit="V1"))
    assert mask(national, **arguments)["MessageCode"] == code
    assert national.admin.masks() == []


def test_a_citizen_reports_a_visit_and_takes_it_back(national, sample):
    for visit in ("V1", "V2"):
        national.upload(sample(visit=visit))
    assert report(national, "ADD", encounter_ref_code=REF, reason_text="ไม่ใช่ฉัน")["result"] == 1
    assert report(national, "ADD", encounter_ref_code=REF, reason_text="ยาไม่ตรง")["result"] == 1
    assert report(national, "ADD", encounter_ref_code="99999:V2")["result"] == 2
    assert report(national, "LIST")["result"] == [
        {"encounter_ref_code": REF, "reason_text": "ยาไม่ตรง"},
        {"encounter_ref_code": "99999:V2", "reason_text": ""},
    ]
    national.upload(sample(visit="V1"))
    assert report(national, "DELETE", encounter_ref_code="99999:V2")["result"] == 1
    assert [row["encounter_ref_code"] for row in report(national, "LIST")["result"]] == [REF]
    assert [row for row in national.admin.dump("99999") if row["kind"] == "Report"] == [
        {"kind": "Report", "cid": CID, "encounter_ref_code": REF, "reason_text": "ยาไม่ตรง"}
    ]


@pytest.mark.parametrize(
    ("mode", "body", "code"),
    [
        ("ADD", {"encounter_ref_code": "99999:OTHER"}, 500),
        ("ADD", {}, 400),
        ("LIST", {"cid": "1111111111111"}, 400),
        ("SHOW", {"encounter_ref_code": REF}, 501),
    ],
)
def test_reports_that_are_refused(national, sample, mode, body, code):
    national.upload(sample(visit="V1"))
    assert report(national, mode, **body)["MessageCode"] == code


def test_no_citizen_id_of_these_calls_reaches_the_log(masked):
    report(masked, "ADD", encounter_ref_code=REF)
    assert CID not in str(masked.admin.requests())
