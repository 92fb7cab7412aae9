"""UpdatePHRv1 and the registers: accepted, warned, refused, and what a re-send does (contract 3, 4)."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
REF = "99999:T670100001"
MISSING = object()


def put(body, path, value):
    """Set (or, MISSING, remove) a value by a dotted path; digits are list positions."""
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        body = body[part]
    if value is MISSING:
        del body[last]
    else:
        body[last] = value


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, kind) for name, kinds in SAMPLES.items() if name.endswith("v1") for kind in kinds],
)
def test_sample_bodies_pass_without_a_warning(national, sample, name, kind):
    answer = national.post(name, sample(kind, name))
    assert (answer["MessageCode"], answer["Message"], answer["result"]) == (200, "OK", {})
    assert answer["processing_warning"] == []


def test_an_upload_answer_has_the_envelope_of_the_service(national, sample):
    answer = national.upload(sample())
    assert set(answer) == {
        "result", "MessageCode", "Message", "RequestTime", "EndpointIP", "EndpointPort", "processing_time_ms",
        "profiler", "processing_warning", "note",
    }  # fmt: skip
    assert answer["note"] == "Normal processing"
    assert f"medications_{REF}" in {key for entry in answer["profiler"] for key in entry}


REFUSALS = [
    ("managingOrganization", MISSING),
    ("managingOrganization.identifier", MISSING),
    ("managingOrganization.identifier.value", "1234"),
    ("managingOrganization.identifier.value", "99998"),
    ("managingOrganization.type", MISSING),
    ("managingOrganization.display", ""),
    ("Patient", MISSING),
    ("Patient.identifier", []),
    ("Patient.identifier.0.value", None),
    ("Patient.active", MISSING),
    ("Patient.active", "true"),
    ("Patient.name", []),
    ("Patient.name.0.suffix", MISSING),
    ("Patient.gender", MISSING),
    ("Patient.birthDate", MISSING),
    ("Patient.birthDate", "0000-00-00"),
    ("Patient.deceasedBoolean", MISSING),
    ("Patient.maritalStatus", MISSING),
    ("Patient.maritalStatus.text", MISSING),
    ("Patient.nationality", MISSING),
    ("Patient.telecom", MISSING),
    ("Patient.address", MISSING),
    ("Patient.address.0.address_code", MISSING),
    ("Patient.address.0.postalCode", MISSING),
    ("Encounter", MISSING),
    ("Encounter", []),
    ("Encounter.0.identifier", MISSING),
    ("Encounter.0.identifier.0.system", "https://example.org/vn"),
    ("Encounter.0.identifier.0.value", "99998:T670100001"),
    ("Encounter.0.managingOrganization.identifier.value", "99998"),
    ("Encounter.0.period", MISSING),
    ("Encounter.0.period.start", "0000-00-00T00:00:00.000Z"),
]


@pytest.mark.parametrize(("path", "value"), REFUSALS)
def test_a_refused_body_is_http_200_with_message_code_400_and_writes_nothing(national, sample, path, value):
    body = sample()
    put(body, path, value)
    answer = national.call("POST", "/api/UpdatePHRv1", json=body)
    assert (answer.status_code, answer.json()["MessageCode"]) == (200, 400)
    assert "1111111111119" not in answer.text
    assert national.admin.encounters() == []
    assert national.admin.stats()["patients"] == 0


@pytest.mark.parametrize("case", ["cid_all_zero", "cid_bad_check_digit"])
def test_a_citizen_id_that_fails_mod_11_is_refused(national, sample, case):
    body = sample()
    body["Patient"]["identifier"][0]["value"] = SAMPLES["negative_inputs"][case]["cid"]
    assert national.upload(body)["MessageCode"] == 400


def test_the_vendors_own_test_identity_passes_mod_11(national, sample):
    body = sample()
    body["Patient"]["identifier"][0]["value"] = SAMPLES["negative_inputs"]["cid_vendor_test_identity"]["cid"]
    assert national.upload(body)["MessageCode"] == 200


@pytest.mark.parametrize("raw", [b"{", b"[]", b"", b'"text"', b"\xef\xbb\xbf{}"], ids=repr)
def test_what_is_no_json_object_is_refused(national, raw):
    answer = national.call("POST", "/api/UpdatePHRv1", data=raw)
    assert (answer.status_code, answer.json()["MessageCode"]) == (200, 400)


WARNINGS = [
    ("Patient.contact", MISSING, "Patient.contact"),
    ("Encounter.0.managingOrganization", MISSING, "Encounter.managingOrganization"),
    ("Encounter.0.status", MISSING, "Encounter.status"),
    ("Encounter.0.type", [{"text": "x"}], "Encounter.type"),
    ("Encounter.0.priority", MISSING, "Encounter.priority"),
    ("Encounter.0.priority.text", MISSING, "Encounter.priority"),
    ("Encounter.0.subject", MISSING, "Encounter.subject"),
    ("Encounter.0.participant", MISSING, "Encounter.participant"),
    ("Encounter.0.reason", MISSING, "Encounter.reason"),
    ("Encounter.0.Observation.0.status", MISSING, "Observation.status"),
    ("Encounter.0.Observation.0.issued", "15/01/2025", "Observation.issued"),
    ("Encounter.0.Observation.0.code.text", MISSING, "Observation.code"),
    ("Encounter.0.Observation.0", "text", "Invalid variant operation"),
    ("Encounter.0.Condition.0.verificationStatus", MISSING, "Condition.verificationStatus"),
    ("Encounter.0.Condition.0.category", MISSING, "Condition.category"),
    ("Encounter.0.Condition.0.severity", MISSING, "Condition.severity"),
    ("Encounter.0.Medication.0.category", MISSING, "Medication.category"),
    ("Encounter.0.Medication.0.statement", MISSING, "Medication.statement"),
    ("Encounter.0.Medication.0.statement.dosage", MISSING, "Medication.statement.dosage"),
    ("AllergyIntolerance.0.recordOfficer", MISSING, "AllergyIntolerance.recordOfficer"),
]


@pytest.mark.parametrize(("path", "value", "expected"), WARNINGS)
def test_a_warning_is_still_message_code_200_and_written(national, sample, path, value, expected):
    body = sample("full")
    put(body, path, value)
    answer = national.upload(body)
    assert answer["MessageCode"] == 200
    assert len(answer["processing_warning"]) == 1
    assert expected in answer["processing_warning"][0]
    assert [row["ref"] for row in national.admin.encounters()] == [REF]


@pytest.mark.parametrize(
    "section", ["AllergyIntolerance", "CarePlan", "Observation", "Medication", "unknownKey"]
)
def test_absent_sections_and_unknown_keys_draw_no_warning(national, sample, section):
    body = sample()
    body.pop(section, None)
    body["Encounter"][0].pop(section, None)
    body["misspelt"] = body["Encounter"][0]["appointments"] = [1]
    assert national.upload(body)["processing_warning"] == []


def test_bare_and_prefixed_visit_numbers_are_one_visit(national, sample):
    national.upload(sample(visit="V1"))
    national.upload(sample(visit="99999:V1"))
    assert [(row["ref"], row["writes"]) for row in national.admin.encounters()] == [("99999:V1", 2)]


def test_the_same_visit_number_at_two_hospitals_is_two_visits(national, sample):
    national.upload(sample(visit="V1"))
    body = json.loads(json.dumps(sample(visit="V1")).replace('"99999"', '"99998"'))
    assert national.upload(body, hospital="99998")["MessageCode"] == 200
    assert [row["ref"] for row in national.admin.encounters()] == ["99998:V1", "99999:V1"]


def test_the_z_is_a_label_so_an_early_visit_stays_on_its_day(national, sample):
    body = sample()
    body["Encounter"][0]["period"]["start"] = "2025-01-15T00:30:00.000Z"
    national.upload(body)
    assert national.admin.encounters()[0]["service_date"] == "2025-01-15"


def test_several_encounters_need_scope_all_which_drops_those_left_out(national, sample):
    national.upload(sample(visit="V1"))
    body = sample(visit="V2")
    body["Encounter"].append(sample(visit="V3")["Encounter"][0])
    assert national.upload(body)["MessageCode"] == 400
    assert [row["ref"] for row in national.admin.encounters()] == ["99999:V1"]
    body["managingOrganization"]["scope"] = "ALL"
    assert national.upload(body)["MessageCode"] == 200
    assert [row["ref"] for row in national.admin.encounters()] == ["99999:V2", "99999:V3"]
    assert len(national.admin.encounter("99999:V3")["body"]["Encounter"]) == 1


def test_a_bad_encounter_in_a_whole_history_writes_nothing_at_all(national, sample):
    body = sample(visit="V2")
    body["managingOrganization"]["scope"] = "ALL"
    body["Encounter"].append({"identifier": []})
    assert national.upload(body)["MessageCode"] == 400
    assert national.admin.encounters() == []


@pytest.mark.parametrize(
    ("resend", "left"), [("replace", {"HbA1C"}), ("merge", {"HbA1C", "Glucose", "Urine color"})]
)
def test_children_no_longer_in_the_body(national, sample, resend, left):
    national.admin.settings(resend=resend)
    body = sample("full")
    national.upload(body)
    observations = body["Encounter"][0]["Observation"]
    body["Encounter"][0]["Observation"] = [row for row in observations if row["code"]["text"] == "HbA1C"]
    national.upload(body)
    assert {row["display"] for row in national.read("Observation")} == left
    assert national.admin.encounters()[0]["writes"] == 2


def test_two_results_of_one_display_collapse_into_the_last(national, sample):
    body = sample("full")
    twin = copy.deepcopy(body["Encounter"][0]["Observation"][0])
    twin["valueQuantity"]["value"] = 99
    body["Encounter"][0]["Observation"].append(twin)
    assert len(body["Encounter"][0]["Observation"]) == 4
    national.upload(body)
    rows = national.read("Observation")
    assert len(rows) == 3
    assert [row["value"] for row in rows if row["display"] == "Glucose"] == [99]


def test_the_same_display_in_two_visits_does_not_collapse(national, sample):
    national.upload(sample("full", visit="V1"))
    national.upload(sample("full", visit="V2"))
    assert len(national.read("Observation")) == 6


def sizes(national):
    return tuple(
        len(national.admin.registers("99999", kind)) for kind in ("Immunization", "AllergyIntolerance")
    )


def for_person(body, cid):
    body["Patient"]["identifier"][0]["value"] = cid
    return body


@pytest.fixture
def filled(national, sample):
    """One person with two doses and one allergy in the registers."""
    cid = "2222222222227"
    national.post("ImmunizationRegisterv1", for_person(sample("full", "ImmunizationRegisterv1"), cid))
    national.post("AllergyIntolerancev1", for_person(sample("full", "AllergyIntolerancev1"), cid))
    before = sizes(national)
    assert min(before) >= 1
    return cid, before


def test_sections_absent_from_a_visit_leave_the_registers_alone(national, sample, filled):
    cid, before = filled
    body = for_person(sample(), cid)
    del body["AllergyIntolerance"], body["Encounter"][0]["Immunization"]
    assert national.upload(body)["processing_warning"] == []
    assert sizes(national) == before


@pytest.mark.parametrize("section", ["Immunization", "AllergyIntolerance"])
def test_an_empty_section_in_a_visit_wipes_the_register(national, sample, filled, section):
    cid, before = filled
    body = for_person(sample(), cid)
    del body["AllergyIntolerance"], body["Encounter"][0]["Immunization"]
    (body if section == "AllergyIntolerance" else body["Encounter"][0])[section] = []
    assert national.upload(body)["MessageCode"] == 200
    expected = (0, before[1]) if section == "Immunization" else (before[0], 0)
    assert sizes(national) == expected


def test_another_persons_visit_wipes_nothing_of_this_person(national, sample, filled):
    _, before = filled
    national.upload(for_person(sample(), "3333333333335"))
    assert sizes(national) == before


def test_the_immunization_register_replaces_what_is_not_in_the_list(national, sample, filled):
    cid, before = filled
    body = for_person(sample("full", "ImmunizationRegisterv1"), cid)
    body["Immunization"] = body["Immunization"][:1]
    assert before[0] > 1
    national.post("ImmunizationRegisterv1", body)
    assert sizes(national)[0] == 1
    body["Immunization"] = []
    national.post("ImmunizationRegisterv1", body)
    assert sizes(national)[0] == 0


JUNK = st.sampled_from(
    [None, True, 0, -1.5, "", "x", "ก", [], [None], [[]], {}, {"coding": []}, {"coding": [3]}]
)


def paths(node, prefix=()):
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*prefix, str(key))
        yield from paths(child, (*prefix, str(key)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(sorted(paths(SAMPLES["UpdatePHRv1"]["full"]))), junk=JUNK)
def test_junk_anywhere_is_answered_in_the_envelope_and_stays_readable(national, sample, path, junk):
    body = sample("full")
    put(body, ".".join(path), junk)
    answer = national.call("POST", "/api/UpdatePHRv1", json=body)
    assert answer.status_code == 200
    assert answer.json()["MessageCode"] in (200, 400)
    for action in ("Encounter", "Observation", "Condition", "Medication"):
        national.read(action)
