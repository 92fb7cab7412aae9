"""The chronic register: upsert by reference, removal, the empty array that wipes (contract 4.4, trap 4)."""

from __future__ import annotations

import pytest

KIND = "ChronicDiseaseRegister"
CD_CODE = "001"


def chronic(ref, cid="4444444444443", code=CD_CODE, hospital="99999", *, sample):
    """A body with one entry."""
    body = sample("minimal", "PatientChronicRegisterv1")
    body["Patient"]["identifier"][0]["value"] = cid
    entry = body[KIND][0]
    for block in (body, entry):
        block["managingOrganization"]["identifier"]["value"] = hospital
    entry["chronic_ref_code"] = ref
    entry["code"]["coding"][0]["code"] = code
    return body


def refs(national, code=CD_CODE, hospital="99999"):
    query = f"data=patient_chronic_registry&hospital_code={hospital}&cd_code={code}"
    answer = national.call("GET", f"/api/OrganizationSummary?{query}", hospital=hospital).json()
    assert answer["MessageCode"] == 200
    return answer["result"]


def remove(national, body, code=CD_CODE):
    return national.post(f"PatientChronicRegisterv1?mode=remove&cd_code={code}", body)


@pytest.fixture
def filled(national, sample):
    """Three entries of diabetes and one of another disease here, one of diabetes at another hospital."""
    for ref, cid, code, hospital in (
        ("C1", "4444444444443", CD_CODE, "99999"),
        ("C2", "1111111111119", CD_CODE, "99999"),
        ("C3", "1111111111119", CD_CODE, "99999"),
        ("H1", "1111111111119", "002", "99999"),
        ("C1", "1111111111119", CD_CODE, "99998"),
    ):
        body = chronic(ref, cid, code, hospital, sample=sample)
        answer = national.post("PatientChronicRegisterv1", body, hospital=hospital)
        assert (answer["MessageCode"], answer["processing_warning"]) == (200, [])
    return national


def test_entries_are_listed_by_disease_and_hospital(filled):
    assert refs(filled) == ["C1", "C2", "C3"]
    assert refs(filled, "002") == ["H1"]
    assert refs(filled, "003") == []
    assert refs(filled, hospital="99998") == ["C1"]


def test_the_list_needs_a_disease_and_ones_own_hospital(filled):
    for query in ("hospital_code=99999", "hospital_code=99998&cd_code=001"):
        answer = filled.call("GET", f"/api/OrganizationSummary?data=patient_chronic_registry&{query}").json()
        assert answer["MessageCode"] == 400


def test_an_entry_is_updated_by_its_reference_and_nothing_else_goes(filled, sample):
    body = chronic("C2", "1111111111119", sample=sample)
    body[KIND][0] |= {"clinicalText": "changed", "dischargeDate": "2025-01-31"}
    filled.post("PatientChronicRegisterv1", body)
    assert refs(filled) == ["C1", "C2", "C3"]
    row = next(row for row in filled.read("NCD") if row["chronic_ref_code"] == "C2")
    assert (row["clinical_text"], row["discharge_date"]) == ("changed", "2025-01-31")
    assert filled.admin.deletions() == []


def test_a_reference_that_comes_back_for_another_person_moves_there(filled, sample):
    filled.post("PatientChronicRegisterv1", chronic("C1", "1111111111119", sample=sample))
    assert refs(filled) == ["C1", "C2", "C3"]
    assert filled.read("NCD", cid="4444444444443") == []
    assert {row["cid"] for row in filled.admin.registers("99999", KIND)} == {"1111111111119"}


def test_an_entry_that_changes_its_disease_is_listed_under_the_new_one_only(filled, sample):
    filled.post("PatientChronicRegisterv1", chronic("C1", code="002", sample=sample))
    assert (refs(filled), refs(filled, "002")) == (["C2", "C3"], ["C1", "H1"])


@pytest.mark.parametrize("field", ["managingOrganization", "clinicalText", "description", "code"])
def test_a_field_that_uat_asked_for_draws_a_warning_and_the_entry_is_written(national, sample, field):
    body = chronic("C1", sample=sample)
    del body[KIND][0][field]
    answer = national.post("PatientChronicRegisterv1", body)
    assert answer["MessageCode"] == 200
    assert answer["processing_warning"] == [f"{KIND}.{field} missing or invalid"]
    assert [row["key"] for row in national.admin.registers("99999", KIND)] == ["C1"]


@pytest.mark.parametrize("ref", [None, "", " ", 7])
def test_an_entry_without_reference_refuses_the_whole_body(national, sample, ref):
    body = chronic("C1", sample=sample)
    body[KIND].append({**body[KIND][0], "chronic_ref_code": ref})
    assert national.post("PatientChronicRegisterv1", body)["MessageCode"] == 400
    assert national.admin.registers("99999", KIND) == []


def test_an_empty_list_of_entries_deletes_nothing(filled, sample):
    body = chronic("C1", sample=sample) | {KIND: []}
    assert filled.post("PatientChronicRegisterv1", body)["MessageCode"] == 200
    assert len(filled.admin.registers("99999", KIND)) == 4


def test_removal_takes_the_named_entries_of_that_disease_only(filled):
    assert remove(filled, ["C1", "H1", "not there"])["MessageCode"] == 200
    assert (refs(filled), refs(filled, "002")) == (["C2", "C3"], ["H1"])
    assert refs(filled, hospital="99998") == ["C1"]
    assert [(row["kind"], row["ref"], row["deleted"]) for row in filled.admin.deletions()] == [
        ("chronic", "cd:001", {KIND: 1})
    ]


def test_an_empty_array_wipes_the_disease_at_this_hospital(filled):
    assert remove(filled, [])["MessageCode"] == 200
    assert (refs(filled), refs(filled, "002")) == ([], ["H1"])
    assert refs(filled, hospital="99998") == ["C1"]
    assert filled.admin.deletions()[0]["deleted"] == {KIND: 3}


def test_a_removal_that_found_nothing_is_written_down_all_the_same(filled):
    remove(filled, ["not there"])
    assert [(row["call"], row["deleted"]) for row in filled.admin.deletions()] == [
        ("PatientChronicRegisterv1", {})
    ]


@pytest.mark.parametrize("body", [{}, {"chronic_ref_code": "C1"}, "C1", [1], [None], [["C1"]], None])
def test_what_is_no_array_of_references_removes_nothing(filled, body):
    assert remove(filled, body)["MessageCode"] == 400
    assert refs(filled) == ["C1", "C2", "C3"]
    assert filled.admin.deletions() == []


def test_a_removal_without_a_disease_is_refused(filled):
    assert filled.post("PatientChronicRegisterv1?mode=remove", [])["MessageCode"] == 400
    assert len(filled.admin.registers("99999", KIND)) == 4


def test_thousands_of_references_are_removed_in_one_call(filled):
    assert remove(filled, [f"X{number}" for number in range(40_000)] + ["C3"])["MessageCode"] == 200
    assert refs(filled) == ["C1", "C2"]


def test_a_citizen_sees_the_entries_and_their_names_in_the_summary(filled, sample):
    row = filled.read("NCD", cid="4444444444443")[0]
    assert (row["organization_code"], row["chronic_ref_code"], row["cd_code"]) == ("99999", "C1", "001")
    assert (row["cd_text"], row["clinical_status"]) == ("โรคเบาหวาน", "3")
    assert (row["register_date"], row["discharge_date"]) == ("2020-01-01", "1970-01-01")
    visit = sample()
    visit["Patient"]["identifier"][0]["value"] = "4444444444443"
    filled.upload(visit)
    summary = filled.read("PatientSummary", cid="4444444444443")
    assert (summary["cd_count"], summary["cd_text"]) == (1, "โรคเบาหวาน")
