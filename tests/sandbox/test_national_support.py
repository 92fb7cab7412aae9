"""Summaries, removal, heartbeat, eKYC, the read side, the call budget and the admin paths (contract 5)."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3

import httpx
import pytest

from phr_sandbox.national.app import create_app


def summary(national, query, **arguments):
    return national.call("GET", f"/api/OrganizationSummary?{query}", **arguments).json()


def remove(national, ref, hospital="99999", **arguments):
    query = f"hospital_code={hospital}&encounter_ref_code={ref}"
    return national.call("GET", f"/api/RemoveEncounter?{query}", **arguments).json()


@pytest.fixture
def three_visits(national, sample):
    for visit, day in (("V1", "2025-01-15"), ("V2", "2025-01-15"), ("V3", "2025-01-31")):
        body = sample(visit=visit)
        body["Encounter"][0]["period"]["start"] = f"{day}T08:30:00.000Z"
        national.upload(body)
    return national


def test_the_day_summary_lists_references_with_their_prefix(three_visits):
    answer = summary(three_visits, "date=2025-01-15&data=encounter_ref_code&hospital_code=99999")
    assert answer["result"] == ["99999:V1", "99999:V2"]
    empty = summary(three_visits, "date=2025-01-16&data=encounter_ref_code&hospital_code=99999")
    assert (empty["MessageCode"], empty["result"]) == (200, [])


def test_the_month_summary_counts_per_day(three_visits):
    answer = summary(three_visits, "month=2025-01&data=month_summary&hospital_code=99999")
    assert answer["result"] == [
        {"date": "2025-01-15", "encounter_count": 2},
        {"date": "2025-01-31", "encounter_count": 1},
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("date=2025-01-15&data=encounter_ref_code&hospital_code=99998", 400),
        ("date=15/01/2568&data=encounter_ref_code&hospital_code=99999", 400),
        ("data=encounter_ref_code&hospital_code=99999", 400),
        ("month=2025-13&data=month_summary&hospital_code=99999", 400),
        ("data=something&hospital_code=99999", 501),
    ],
)
def test_summaries_that_are_refused(national, query, code):
    assert summary(national, query)["MessageCode"] == code


@pytest.mark.parametrize("ref", ["V1", "99999:V1"])
def test_removal_takes_bare_and_prefixed_references(three_visits, ref):
    assert remove(three_visits, ref)["MessageCode"] == 200
    assert [row["ref"] for row in three_visits.admin.encounters()] == ["99999:V2", "99999:V3"]
    assert remove(three_visits, ref)["MessageCode"] == 500
    assert remove(three_visits, ref)["Message"] == "Record not found !"


def test_removal_takes_the_children_along(national, sample):
    national.upload(sample("full", visit="V1"))
    remove(national, "V1")
    assert national.admin.stats()["children"] == 0
    national.upload(sample(visit="V1"))
    assert national.read("Observation") == []


def test_another_hospitals_visit_cannot_be_removed(three_visits):
    other = three_visits.token("99998")
    assert remove(three_visits, "99999:V1", hospital="99999", token=other)["MessageCode"] == 400
    assert remove(three_visits, "99999:V1", hospital="99998", token=other)["MessageCode"] == 500
    assert len(three_visits.admin.encounters()) == 3


def test_heartbeats_are_throttled_by_hospital_and_mode(national):
    national.admin.settings(heartbeat_seconds=0.4)
    body = {"hospital_code": "99999", "agent_status": "processing", "agent_computer_name": "SYN-PC-01"}
    assert national.post("GetAgentComputerName", body)["result"] == ""
    assert national.post("UpdateAgentStatus", body)["MessageCode"] == 200
    early = national.call("POST", "/api/UpdateAgentStatus", json=body)
    assert (early.status_code, early.headers["Retry-After"]) == (429, "1")
    assert national.post("UpdateAgentStatus?mode=Error", body)["MessageCode"] == 200
    assert national.post("GetAgentComputerName", body)["result"] == "SYN-PC-01"
    assert national.post("GetAgentComputerName", {"hospital_code": "99998"})["MessageCode"] == 400
    asyncio.run(asyncio.sleep(0.45))
    assert national.post("UpdateAgentStatus", body)["MessageCode"] == 200


@pytest.mark.parametrize(
    ("cid", "expected"),
    [("1111111111119", (200, 1)), ("4444444444443", (200, 0)), ("1111111111111", (400, {}))],
)
def test_ekyc_counts(national, cid, expected):
    answer = national.call("POST", "/idp/api/check_ekyc", json={"cid": cid}).json()
    assert (answer["MessageCode"], answer["result"]) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/DrugRelatedProblem"), ("GET", "/api/UpdatePHRv1"), ("POST", "/idp/api/other")],
)
def test_an_unknown_action_is_501_with_message_code_501(national, method, path):
    answer = national.call(method, path)
    assert (answer.status_code, answer.json()["MessageCode"]) == (501, 501)


def test_the_read_side_shows_what_a_citizen_would_see(national, sample):
    national.upload(sample("full"))
    visit = national.read("Encounter")[0]
    assert visit["encounter_ref_code"] == "99999:T670100001"
    assert visit["period_start"] == "2025-01-15T08:30:00"
    assert (visit["vital_sign_bp_systolic_mmhg"], visit["vital_sign_body_weight_kg"]) == (120, 65.0)
    assert {row["condition_code"] for row in national.read("Condition")} == {"E119", "I10"}
    drug = national.read("Medication", query="&mode=Encounter&Code=99999:T670100001")[0]
    assert drug["code_text_md5"] == hashlib.md5(drug["code_text"].encode()).hexdigest()
    assert national.read("Medication", query="&mode=Encounter&Code=99999:OTHER") == []
    assert national.read("PatientSummary")["encounter_count"] == 1
    assert len(national.read("Allergy")) == 1
    assert national.read("Encounter", cid="3333333333335") == []


def test_the_read_side_shows_screening_ranges_flags_and_kinds_of_diagnosis(national, sample):
    body = sample("full")
    encounter = body["Encounter"][0]
    lab, condition = encounter["Observation"][0], encounter["Condition"][0]
    lab["code"]["coding"].append({"system": "https://www.this.or.th/tmlt", "code": "320291"})
    lab["interpretation"] = [{"coding": [{"code": "H", "display": "High"}], "text": "H"}]
    lab["referenceRange"] = [{"low": {"value": 70}, "high": {"value": 110.5}, "text": "70 - 110.5"}]
    condition["category"].append({"text": "การวินิจฉัยโรคหลัก"})
    encounter["Condition"].append({**condition, "code": {"coding": [{"code": "hpi"}], "text": "ไอ 2 วัน"}})
    national.upload(body)
    visit = national.read("Encounter")[0]
    assert (visit["screen_smoking_code"], visit["screen_smoking_text"]) == ("1", "ไม่สูบ")
    assert visit["screen_drinking_text"].startswith("ไม่ดื่ม")
    assert visit["screen_allergy_code"] == "N"
    assert visit["encounter_hpi_text"] == "ไอ 2 วัน"
    shown = {row["loinc_code"]: row for row in national.read("Observation")}[lab["code"]["coding"][0]["code"]]
    assert (shown["tmlt_code"], shown["interpretation"]) == ("320291", "H")
    assert (shown["reference_range_normal_low"], shown["reference_range_normal_high"]) == (70, 110.5)
    assert shown["reference_range_text"] == "70 - 110.5"
    kinds = {row["condition_code"]: row["clinical_category_text"] for row in national.read("Condition")}
    assert kinds["E119"] == "Diagnosis, การวินิจฉัยโรคหลัก"
    assert kinds["I10"] == "Diagnosis"


def test_the_read_side_stands_shapes_nobody_expects(national, sample):
    """The real service does not validate these either (contract 3.5): what cannot be read is shown empty."""
    body = sample("full")
    encounter = body["Encounter"][0]
    encounter["screen_smoking"] = "1"
    encounter["Observation"] = [
        {**encounter["Observation"][0], "interpretation": "H", "referenceRange": {"text": "70"}},
        {**encounter["Observation"][1], "interpretation": [None], "referenceRange": ["70"]},
    ]
    encounter["Condition"][0]["category"] = {"text": "x"}
    assert national.upload(body)["MessageCode"] == 200
    assert national.read("Encounter")[0]["screen_smoking_code"] == ""
    assert {row["reference_range_text"] for row in national.read("Observation")} == {""}
    assert len(national.read("Condition")) == 2


def test_flat_vital_signs_fill_the_same_columns(national, sample):
    national.upload(sample("flat"))
    visit = national.read("Encounter")[0]
    assert (visit["vital_sign_bp_systolic_mmhg"], visit["vital_sign_pulse"]) == (120, 72)


def test_reading_by_get_takes_the_citizen_id_from_the_query(national, sample):
    national.upload(sample())
    answer = national.call("GET", "/api/WebApp?Action=Encounter&cid=1111111111119").json()
    assert len(answer["result"]) == 1


def test_the_call_budget_answers_429_and_comes_back(national, sample):
    national.token()
    national.admin.settings(rate_limit_per_minute=3, rate_limit_window_seconds=0.6)
    for _ in range(3):
        assert national.upload(sample())["MessageCode"] == 200
    answer = national.call("POST", "/api/UpdatePHRv1", json=sample())
    assert (answer.status_code, answer.json()["MessageCode"], answer.headers["Retry-After"]) == (
        429,
        429,
        "1",
    )
    assert national.admin.encounters()[0]["writes"] == 3
    asyncio.run(asyncio.sleep(0.65))
    assert national.upload(sample())["MessageCode"] == 200


def test_every_call_is_counted_and_no_citizen_id_reaches_the_log(national, sample):
    national.upload(sample("full"))
    national.upload({})
    national.post("ImmunizationRegisterv1", sample("full", "ImmunizationRegisterv1"))
    national.read("Encounter")
    national.call("GET", "/api/WebApp?Action=Encounter&cid=1111111111119")
    calls = national.admin.requests()
    assert [(row["path"], row["http_status"], row["message_code"]) for row in calls] == [
        ("/token", 200, 200),
        ("/api/UpdatePHRv1", 200, 200),
        ("/api/UpdatePHRv1", 200, 400),
        ("/api/ImmunizationRegisterv1", 200, 200),
        ("/api/WebApp", 200, 200),
        ("/api/WebApp", 200, 200),
    ]
    assert national.admin.requests(path="UpdatePHRv1", ref="99999:T670100001") == [calls[1]]
    with sqlite3.connect(national.server.store_dir / "national.sqlite") as store:
        log = str(store.execute("SELECT * FROM requests").fetchall())
    assert "1111111111119" not in log
    assert "2222222222227" not in log


def test_encounter_rows_name_the_call_that_wrote_them(national, sample):
    national.upload(sample(visit="V1"))
    national.upload(sample(visit="V2"))
    rows = {row["ref"]: row["seq"] for row in national.admin.encounters("99999")}
    assert rows == {row["ref"]: row["seq"] for row in national.admin.requests(path="UpdatePHRv1")}
    assert national.admin.encounters("99998") == []


@pytest.mark.parametrize(("client", "status"), [("127.0.0.1", 200), ("10.1.2.3", 403)])
def test_admin_paths_answer_their_own_machine_only(tmp_path, sandbox_settings, client, status):
    app = create_app(tmp_path, sandbox_settings)

    async def ask():
        transport = httpx.ASGITransport(app, client=(client, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as session:
            return await session.get("/_sandbox/stats", headers={"X-Forwarded-For": "127.0.0.1"})

    assert asyncio.run(ask()).status_code == status


def test_settings_that_are_no_switch_are_refused(national):
    with pytest.raises(Exception, match="400"):
        national.admin.settings(accounts={})
    with pytest.raises(Exception, match="400"):
        national.admin.settings(resend="forget")
