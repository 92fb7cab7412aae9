"""Another computer that sends for the same hospital: its visits, its heartbeat, its writes over ours."""

from __future__ import annotations

import pytest

CID = "1111111111119"
VISITS = [{"vn": "X1", "cid": CID, "date": "2025-01-15"}, {"vn": "X2", "cid": CID, "date": "2025-01-16"}]


def sending(national):
    return national.post("GetAgentComputerName", {"hospital_code": "99999"})["result"]


def test_visits_of_another_sender_are_read_back_like_ours(national, sample):
    national.upload(sample(visit="V1"))
    assert national.admin.seed_foreign("99999", VISITS, sender="OtherHIS 2.0") == {"filed": 2}
    query = "data=encounter_ref_code&date=2025-01-15&hospital_code=99999"
    assert national.call("GET", f"/api/OrganizationSummary?{query}").json()["result"] == [
        "99999:V1",
        "99999:X1",
    ]
    assert {row["ref"]: row["sender"] for row in national.admin.encounters()} == {
        "99999:V1": "HIS-Synthetic 1.0",
        "99999:X1": "OtherHIS 2.0",
        "99999:X2": "OtherHIS 2.0",
    }


def test_they_may_be_sent_over_and_removed_like_ours(national, sample):
    national.admin.seed_foreign("99999", VISITS)
    national.upload(sample(visit="X1"))
    assert national.admin.encounter("99999:X1")["sender"] == "HIS-Synthetic 1.0"
    national.call("GET", "/api/RemoveEncounter?hospital_code=99999&encounter_ref_code=X2")
    assert [row["ref"] for row in national.admin.encounters()] == ["99999:X1"]


def test_they_can_carry_children(national, sample):
    full = sample("full")["Encounter"][0]
    visit = {**VISITS[0], "Condition": full["Condition"], "vital_signs": {"pulse": 70}}
    national.admin.seed_foreign("99999", [visit])
    assert len(national.read("Condition")) == 2
    assert national.read("VitalSign")[0]["vital_sign_pulse"] == 70


def test_the_patient_we_sent_is_not_overwritten_by_an_invented_one(national, sample):
    national.admin.seed_foreign("99999", [{"vn": "X9", "cid": "3333333333335", "date": "2025-01-15"}])
    national.upload(sample(visit="V1"))
    before = national.read("PatientSummary")
    national.admin.seed_foreign("99999", VISITS)
    assert national.read("PatientSummary") == before | {"encounter_count": 3}


@pytest.mark.parametrize(
    "bad", [{"cid": "1111111111111"}, {"date": "15/01/2568"}, {"vn": "99998:X1"}, {"period": {}}]
)
def test_a_visit_the_service_would_refuse_files_none(national, bad):
    with pytest.raises(Exception, match="400"):
        national.admin.seed_foreign("99999", [VISITS[0], {**VISITS[1], **bad}])
    assert national.admin.encounters() == []
    assert sending(national) == ""


def test_its_heartbeat_names_its_computer_and_counts_against_ours(national):
    body = {"hospital_code": "99999", "agent_status": "processing", "agent_computer_name": "OUR-PC"}
    national.admin.settings(heartbeat_seconds=1000)
    national.admin.seed_foreign("99999", VISITS, computer_name="OTHER-PC-07")
    assert sending(national) == "OTHER-PC-07"
    assert national.post("UpdateAgentStatus", body)["MessageCode"] == 429
    national.admin.settings(heartbeat_seconds=0)
    assert national.post("UpdateAgentStatus", body)["MessageCode"] == 200
    assert sending(national) == "OUR-PC"
    national.admin.heartbeat("99999", "OTHER-PC-08")
    assert sending(national) == "OTHER-PC-08"
    national.admin.heartbeat("99998", "ELSEWHERE")
    assert sending(national) == "OTHER-PC-08"


def test_visits_filed_long_ago_come_without_a_heartbeat(national):
    national.admin.seed_foreign("99999", VISITS, heartbeat=False)
    assert sending(national) == ""


def test_touch_overwrites_a_visit_of_ours(national, sample):
    national.upload(sample("full", visit="V1"))
    for name in ("ImmunizationRegisterv1", "AllergyIntolerancev1"):
        body = sample("full", name)
        body["Patient"]["identifier"][0]["value"] = CID
        national.post(name, body)
    registers = national.admin.stats()["registers"]
    deleted = national.admin.deletions()
    before = national.admin.encounter("99999:V1")
    national.admin.touch("99999:V1", computer_name="OTHER-PC-09")
    after = national.admin.encounter("99999:V1")
    assert (after["writes"], after["sender"]) == (2, "OtherHIS 1.0")
    assert after["body_sha256"] != before["body_sha256"]
    assert after["children"] == before["children"]
    assert national.read("Encounter")[0]["reason_text"] != before["body"]["Encounter"][0]["reason"][0]["text"]
    assert sending(national) == "OTHER-PC-09"
    assert (national.admin.stats()["registers"], national.admin.deletions()) == (registers, deleted)


def test_touch_with_changes_may_drop_children_and_is_told_apart_from_ours(national, sample):
    national.upload(sample("full", visit="V1"))
    national.admin.touch("99999:V1", {"Observation": []})
    assert national.read("Observation") == []
    assert [(row["call"], row["deleted"]) for row in national.admin.deletions()] == [
        ("touch", {"Observation": 3})
    ]


def test_only_what_is_there_can_be_touched(national):
    with pytest.raises(Exception, match="404"):
        national.admin.touch("99999:V1")


def test_other_senders_do_not_count_as_our_calls(national):
    national.admin.seed_foreign("99999", VISITS)
    national.admin.touch("99999:X1")
    assert national.admin.calls() == {}
    rows = {row["seq"]: row["path"] for row in national.admin.requests()}
    assert {rows[row["seq"]] for row in national.admin.encounters()} == {
        "/_sandbox/foreign",
        "/_sandbox/touch",
    }
