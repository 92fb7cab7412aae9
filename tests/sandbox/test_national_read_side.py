"""Columns of the read side, and the dump of a whole hospital that comparisons are made of."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KINDS = {
    "Encounter": "UpdatePHRv1",
    "VitalSign": "UpdatePHRv1",
    "Observation": "UpdatePHRv1",
    "Condition": "UpdatePHRv1",
    "Medication": "UpdatePHRv1",
    "Coverage": "UpdatePHRv1",
    "Appointment": "UpdatePHRv1",
    "DiagnosticReport": "UpdatePHRv1",
    "Immunization": "ImmunizationRegisterv1",
    "Allergy": "AllergyIntolerancev1",
    "NCD": "PatientChronicRegisterv1",
}
CID = "1111111111119"


def for_person(body, cid=CID):
    body["Patient"]["identifier"][0]["value"] = cid
    return body


@pytest.fixture
def filled(national, sample):
    """Everything one person can have at a hospital, and one visit of that person elsewhere."""
    for name in ("UpdatePHRv1", "ImmunizationRegisterv1", "AllergyIntolerancev1", "PatientChronicRegisterv1"):
        assert national.post(name, for_person(sample("full", name)))["MessageCode"] == 200
    national.post("OrgEncounterSummary", sample("full", "OrgEncounterSummary"))
    elsewhere = json.loads(json.dumps(sample(visit="E1")).replace('"99999"', '"99998"'))
    del elsewhere["Encounter"][0]["Immunization"], elsewhere["AllergyIntolerance"]
    assert national.upload(elsewhere, hospital="99998")["MessageCode"] == 200
    return national


@pytest.mark.parametrize("action", KINDS)
def test_columns_are_the_same_whatever_was_sent(national, sample, action):
    name = KINDS[action]
    national.post(name, for_person(sample("full", name)))
    full = national.read(action)
    assert full
    body = for_person(sample("full", name))
    parent = body if name != "UpdatePHRv1" else body["Encounter"][0]
    kept = {"managingOrganization", "identifier", "period", "chronic_ref_code", "vital_signs"}
    if action in ("Encounter", "VitalSign"):
        parent |= {key: None for key in parent if key not in kept}
        parent["vital_signs"] = {"pulse": 1}
    else:
        section = {"Allergy": "AllergyIntolerance", "NCD": "ChronicDiseaseRegister"}.get(action, action)
        parent[section] = [{key: row[key] for key in row if key in kept} for row in parent[section]]
    national.admin.reset()
    national.forget_tokens()
    assert national.post(name, body)["MessageCode"] == 200
    bare = national.read(action)
    assert bare
    assert {tuple(row) for row in bare} == {tuple(row) for row in full}


def test_coverage_and_appointment_have_the_stored_columns(filled):
    coverage = filled.read("Coverage", query="&mode=Detail")[0]
    assert coverage == {
        "encounter_ref_code": "99999:T670100001",
        "payer": "สำนักงานหลักประกันสุขภาพแห่งชาติ",
        "class_group_value": "UCS",
        "class_group_name": "สิทธิหลักประกันสุขภาพแห่งชาติ",
        "class_subgroup_value": "89",
        "class_subgroup_name": "ช่วงอายุ 12-59 ปี",
        "contract_main_identifier": "99999",
        "contract_sub_identifier": "99998",
        "reimbursement_amount": 250,
        "paid_amount": None,
        "period_start": "2024-10-01",
        "period_end": "2025-09-30",
    }
    appointment = filled.read("Appointment")[0]
    assert (appointment["start"], appointment["created"]) == ("2025-02-15T08:00:00", "2025-01-15")
    assert (appointment["service_type_code"], appointment["reason_text"]) == ("01", "ติดตามอาการ")


def test_flat_coverage_is_read_as_well(national, sample):
    national.upload(sample("flat"))
    row = national.read("Coverage")[0]
    assert (row["class_group_value"], row["class_subgroup_value"], row["payer"]) == ("UCS", "", "")


def test_values_of_children_and_registers(filled):
    results = {row["display"]: row for row in filled.read("Observation")}
    glucose = results["Glucose"]
    assert (glucose["loinc_code"], glucose["value"], glucose["unit"]) == ("2345-7", 138, "mg/dL")
    assert results["Urine color"]["value_string"] == "Yellow"
    drug = filled.read("Medication")[0]
    assert (drug["qty"], drug["unit_price"], drug["usage_text"]) == (60, 0.5, "1 tab PO BID PC")
    dose = filled.read("Immunization")[0]
    assert (dose["vaccine_code"], dose["occurrence_date_time"][:10]) != ("", "1970-01-01")
    allergy = filled.read("Allergy")[0]
    assert (allergy["allergy_ref_code"], allergy["substance_code"]) == ("ALG000001", "579224")
    assert (allergy["category"], allergy["reaction_text"]) == ("medication", "Hives")
    assert filled.read("PatientSummary")["allergy_intolerance_text"].startswith("PENICILLIN G SODIUM, ")


def test_vital_signs_are_rows_of_visits_that_have_any(filled):
    row, *others = filled.read("VitalSign")
    assert others == []
    assert (row["encounter_ref_code"], row["vital_sign_body_weight_kg"]) == ("99999:T670100001", 65.0)
    assert row["vital_sign_pulse"] is None
    assert len(filled.read("Encounter")) == 2
    assert filled.read("VitalSign", query="&mode=Encounter&Code=99998:E1") == []
    assert [
        row["encounter_ref_code"] for row in filled.read("Encounter", query="&mode=Encounter&Code=99998:E1")
    ] == ["99998:E1"]


def test_a_dump_holds_everything_of_one_hospital_and_nothing_of_another(filled, sample):
    lines = list(filled.admin.dump("99999"))
    assert Counter(line["kind"] for line in lines) == {
        "Patient": 1,
        "Encounter": 1,
        "Observation": 3,
        "Condition": 2,
        "Medication": 1,
        "Coverage": 1,
        "Appointment": 1,
        "DiagnosticReport": 1,
        "Immunization": len(sample("full", "ImmunizationRegisterv1")["Immunization"]),
        "AllergyIntolerance": 2,
        "ChronicDiseaseRegister": 2,
        "EncounterSummary": 5,
    }
    assert {line["kind"] for line in filled.admin.dump("99998")} == {"Patient", "Encounter"}
    assert list(filled.admin.dump("99997")) == []


@pytest.mark.parametrize("action", [*KINDS])
def test_lines_of_a_dump_are_rows_of_the_read_side(filled, action):
    kind = {"Allergy": "AllergyIntolerance", "NCD": "ChronicDiseaseRegister"}.get(action, action)
    read = [row for row in filled.read(action) if "99998" not in str(row.get("encounter_ref_code"))]
    lines = [
        {key: value for key, value in line.items() if key not in ("kind", "cid")}
        for line in filled.admin.dump("99999")
        if line["kind"] == ("Encounter" if action == "VitalSign" else kind)
    ]
    if action == "VitalSign":
        lines = [{key: line[key] for key in read[0]} for line in lines]
    assert lines == read


def test_a_dump_is_the_same_for_two_ways_to_the_same_content(filled, sample):
    before = list(filled.admin.dump("99999"))
    filled.admin.reset()
    filled.forget_tokens()
    filled.upload(sample(visit="LATER"))
    filled.call("GET", "/api/RemoveEncounter?hospital_code=99999&encounter_ref_code=LATER")
    filled.post("OrgEncounterSummary", sample("full", "OrgEncounterSummary"))
    for name in ("PatientChronicRegisterv1", "UpdatePHRv1", "AllergyIntolerancev1", "ImmunizationRegisterv1"):
        for _ in range(2):
            filled.post(name, for_person(sample("full", name)))
    assert list(filled.admin.dump("99999")) == before


def test_a_long_dump_is_streamed_whole(national):
    visits = [{"vn": f"V{number:04}", "cid": CID, "date": "2025-01-15"} for number in range(1203)]
    national.admin.seed_foreign("99999", visits)
    lines = [line for line in national.admin.dump("99999") if line["kind"] == "Encounter"]
    assert [line["encounter_ref_code"] for line in lines] == [f"99999:{visit['vn']}" for visit in visits]


JUNK = st.sampled_from([None, True, 0, "", "x", [], [None], [[]], {}, {"coding": [3]}, [{"type": 1}]])


def paths(node, prefix=()):
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*prefix, key)
        yield from paths(child, (*prefix, key))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_junk_in_any_upload_stays_readable(national, sample, data):
    name = data.draw(st.sampled_from(sorted(set(KINDS.values()))))
    body = for_person(sample("full", name))
    path = data.draw(st.sampled_from(list(paths(body))))
    node = body
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = data.draw(JUNK)
    answer = national.call("POST", f"/api/{name}", json=body)
    assert (answer.status_code, answer.json()["MessageCode"]) in ((200, 200), (200, 400))
    for action in KINDS:
        national.read(action)
    assert all(line["kind"] for line in national.admin.dump("99999"))
