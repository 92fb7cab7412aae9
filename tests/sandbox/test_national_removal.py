"""RemoveEncounter: at once, later or never; and the service's own list of what was destroyed (trap 5)."""

from __future__ import annotations

import time

import pytest


def remove(national, ref):
    query = f"hospital_code=99999&encounter_ref_code={ref}"
    return national.call("GET", f"/api/RemoveEncounter?{query}").json()["MessageCode"]


def refs(national, day="2025-01-15"):
    query = f"data=encounter_ref_code&date={day}&hospital_code=99999"
    return national.call("GET", f"/api/OrganizationSummary?{query}").json()["result"]


def deletions(national, **only):
    return [
        (row["call"], row["kind"], row["ref"], row["deleted"]) for row in national.admin.deletions(**only)
    ]


FULL_VISIT = {
    "Encounter": 1,
    "Observation": 3,
    "Condition": 2,
    "Medication": 1,
    "Coverage": 1,
    "Appointment": 1,
    "DiagnosticReport": 1,
    "VitalSign": 5,
}


@pytest.fixture
def visit(national, sample):
    """One visit with every kind of child."""
    national.upload(sample("full", visit="V1"))
    return national


def test_a_removal_is_written_down_with_the_rows_of_each_kind(visit):
    assert remove(visit, "V1") == 200
    assert deletions(visit) == [("RemoveEncounter", "encounter", "99999:V1", FULL_VISIT)]
    assert visit.admin.stats()["children"] == 0
    assert visit.admin.deletions()[0]["seq"] == visit.admin.requests(path="RemoveEncounter")[0]["seq"]


def test_a_removal_that_found_nothing_is_a_destructive_call_too(visit):
    assert remove(visit, "OTHER") == 500
    assert deletions(visit) == [("RemoveEncounter", "encounter", "99999:OTHER", {})]
    assert refs(visit) == ["99999:V1"]


def test_a_removal_that_was_refused_or_never_arrived_destroyed_nothing(visit):
    visit.call("GET", "/api/RemoveEncounter?hospital_code=99998&encounter_ref_code=99998:V1")
    visit.admin.order({"kind": "refuse", "path": "RemoveEncounter"})
    assert remove(visit, "V1") == 400
    assert (deletions(visit), refs(visit)) == ([], ["99999:V1"])


def test_a_removal_that_never_shows_is_acknowledged_and_written_down(visit):
    visit.admin.settings(remove_effect="never")
    assert remove(visit, "V1") == 200
    assert remove(visit, "V1") == 200
    assert refs(visit) == ["99999:V1"]
    assert len(visit.read("Observation")) == 3
    assert deletions(visit) == [("RemoveEncounter", "encounter", "99999:V1", {})] * 2
    assert remove(visit, "OTHER") == 500


def test_a_removal_shows_later(visit):
    visit.admin.settings(remove_effect="later", remove_delay_seconds=0.4)
    assert remove(visit, "V1") == 200
    assert refs(visit) == ["99999:V1"]
    assert deletions(visit) == [("RemoveEncounter", "encounter", "99999:V1", {})]
    time.sleep(0.45)
    assert refs(visit) == []
    assert visit.read("Observation") == []
    assert deletions(visit) == [("RemoveEncounter", "encounter", "99999:V1", FULL_VISIT)]


@pytest.mark.parametrize("look", ["encounters", "stats", "dump"])
def test_admin_paths_see_a_removal_that_is_due(visit, look):
    visit.admin.settings(remove_effect="later", remove_delay_seconds=0)
    remove(visit, "V1")
    time.sleep(0.01)
    seen = {
        "encounters": lambda: visit.admin.encounters(),
        "stats": lambda: visit.admin.stats()["encounters"],
        "dump": lambda: [row for row in visit.admin.dump("99999") if row["kind"] == "Encounter"],
    }
    assert not seen[look]()


def test_a_removal_that_is_queued_strikes_what_was_sent_meanwhile(visit, sample):
    visit.admin.settings(remove_effect="later", remove_delay_seconds=0.4)
    remove(visit, "V1")
    visit.upload(sample("full", visit="V1"))
    assert visit.admin.encounter("99999:V1")["writes"] == 2
    time.sleep(0.45)
    assert refs(visit) == []
    visit.upload(sample("full", visit="V1"))
    assert refs(visit) == ["99999:V1"]


def test_asking_twice_does_not_put_a_queued_removal_off(visit):
    visit.admin.settings(remove_effect="later", remove_delay_seconds=0.4)
    remove(visit, "V1")
    visit.admin.settings(remove_delay_seconds=1000)
    assert remove(visit, "V1") == 200
    time.sleep(0.45)
    assert refs(visit) == []
    assert [row[3] for row in deletions(visit)] == [FULL_VISIT, {}]


def test_a_queued_removal_survives_kill_9(tmp_path, sandbox_settings, new_client, sample):
    from phr_sandbox.national.server import SandboxServer

    changed = sandbox_settings.model_copy(update={"remove_effect": "later", "remove_delay_seconds": 0.2})
    with SandboxServer(tmp_path / "national", changed) as server:
        client = new_client(server)
        client.upload(sample(visit="V1"))
        assert remove(client, "V1") == 200
        server.kill()
        server.start()
        time.sleep(0.2)
        assert server.admin.encounters() == []


def test_a_resend_that_dropped_children_is_a_deletion(visit, sample):
    body = sample("full", visit="V1")
    visit.upload(body)
    assert deletions(visit) == []
    encounter = body["Encounter"][0]
    encounter["Observation"] = encounter["Observation"][:1]
    encounter["Condition"] = encounter["Coverage"] = []
    encounter["vital_signs"] = {"body_weight": encounter["vital_signs"]["body_weight"]}
    visit.upload(body)
    dropped = {"Observation": 2, "Condition": 2, "Coverage": 1, "VitalSign": 4}
    assert deletions(visit) == [("UpdatePHRv1", "children", "99999:V1", dropped)]


def test_changed_values_are_no_deletion(visit, sample):
    body = sample("full", visit="V1")
    encounter = body["Encounter"][0]
    encounter["Observation"][0]["valueQuantity"]["value"] = 1
    encounter["vital_signs"]["body_weight"]["valueQuantity"]["value"] = 1
    encounter["Coverage"][0]["reimbursementAmount"] = 1
    encounter["Appointment"][0]["start"] = "2025-03-01T08:00:00.000Z"
    visit.upload(body)
    assert deletions(visit) == []
    assert [row["reimbursement_amount"] for row in visit.read("Coverage")] == [1]
    assert [row["start"] for row in visit.read("Appointment")] == ["2025-03-01T08:00:00"]


def test_a_result_that_changes_its_name_is_one_dropped_and_one_new(visit, sample):
    body = sample("full", visit="V1")
    body["Encounter"][0]["Observation"][0]["code"]["text"] = "Glucose (fasting)"
    visit.upload(body)
    assert deletions(visit)[0][3] == {"Observation": 1}


def test_a_measurement_that_becomes_null_is_dropped(visit, sample):
    body = sample("full", visit="V1")
    body["Encounter"][0]["vital_signs"]["body_temp"]["valueQuantity"]["value"] = None
    visit.upload(body)
    assert deletions(visit)[0][3] == {"VitalSign": 1}


def test_scope_all_is_written_down_even_when_nothing_was_left_out(visit, sample):
    body = sample(visit="V2")
    body["managingOrganization"]["scope"] = "ALL"
    visit.upload(body)
    visit.upload(body)
    calls = [(call, kind, deleted) for call, kind, ref, deleted in deletions(visit) if kind == "encounter"]
    assert calls == [("UpdatePHRv1", "encounter", FULL_VISIT), ("UpdatePHRv1", "encounter", {})]
    assert "1111111111119" not in str(deletions(visit))


def test_a_refused_body_destroyed_nothing(visit, sample):
    body = sample(visit="V2")
    body["managingOrganization"]["scope"] = "ALL"
    body["Encounter"].append({})
    assert visit.upload(body)["MessageCode"] == 400
    assert deletions(visit) == []


def test_deletions_are_read_by_hospital_and_behind_a_call(visit):
    remove(visit, "V1")
    seq = visit.admin.health()["seq"]
    assert deletions(visit, hospital_code="99998") == []
    assert deletions(visit, after=seq) == []
    assert len(deletions(visit, after=seq - 1, hospital_code="99999")) == 1
    visit.admin.reset()
    assert deletions(visit) == []
