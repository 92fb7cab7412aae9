"""Register rows: the keys they are stored under, and the writes that delete (contract 4.3, 4.5, trap 3)."""

from __future__ import annotations

import copy

import pytest


@pytest.fixture
def doses(sample):
    """A register body with these (visit, vaccine) doses."""

    def build(*given, cid="2222222222227"):
        body = sample("minimal", "ImmunizationRegisterv1")
        body["Patient"]["identifier"][0]["value"] = cid
        row = body["Immunization"][0]
        body["Immunization"] = []
        for visit, vaccine in given:
            dose = copy.deepcopy(row)
            dose["encounterRefCode"] = visit
            dose["vaccineCode"]["coding"][0]["code"] = vaccine
            body["Immunization"].append(dose)
        return body

    return build


def keys(national, kind="Immunization"):
    return [row["key"] for row in national.admin.registers("99999", kind)]


def deletions(national):
    return [(row["call"], row["kind"], row["deleted"]) for row in national.admin.deletions()]


def test_doses_of_one_visit_with_different_codes_stand_apart(national, doses):
    national.post("ImmunizationRegisterv1", doses(("V1", "815"), ("V1", "J11"), ("V2", "815")))
    assert keys(national) == ["V1|815", "V1|J11", "V2|815"]
    assert {row["encounter_ref_code"] for row in national.read("Immunization", cid="2222222222227")} == {
        "99999:V1",
        "99999:V2",
    }


def test_one_code_twice_in_one_visit_is_one_dose(national, doses):
    body = doses(("V1", "815"), ("99999:V1", "815"))
    body["Immunization"][1]["lotNumber"] = "LOT-SECOND"
    national.post("ImmunizationRegisterv1", body)
    assert keys(national) == ["V1|815"]
    assert [row["lot_number"] for row in national.read("Immunization", cid="2222222222227")] == ["LOT-SECOND"]


def test_a_list_without_earlier_doses_deletes_them_and_says_so(national, doses):
    national.post("ImmunizationRegisterv1", doses(("V1", "815"), ("V1", "J11"), ("V2", "815")))
    assert deletions(national) == []
    national.post("ImmunizationRegisterv1", doses(("V2", "815")))
    assert keys(national) == ["V2|815"]
    assert deletions(national) == [("ImmunizationRegisterv1", "register", {"Immunization": 2})]
    assert national.admin.deletions()[0]["ref"].startswith("99999:person:")


def test_the_whole_list_again_deletes_nothing(national, doses):
    for body in (doses(("V1", "815")), doses(("99999:V1", "815")), doses(("V1", "815"), ("V2", "J11"))):
        national.post("ImmunizationRegisterv1", body)
    assert keys(national) == ["V1|815", "V2|J11"]
    assert deletions(national) == []


def test_an_empty_list_deletes_every_dose_of_this_person_alone(national, doses):
    national.post("ImmunizationRegisterv1", doses(("V1", "815"), ("V2", "815")))
    national.post("ImmunizationRegisterv1", doses(("V3", "815"), cid="1111111111119"))
    national.post("ImmunizationRegisterv1", doses())
    assert keys(national) == ["V3|815"]
    assert deletions(national) == [("ImmunizationRegisterv1", "register", {"Immunization": 2})]
    national.post("ImmunizationRegisterv1", doses())
    assert len(deletions(national)) == 1


def test_an_empty_section_in_a_visit_is_seen_as_the_deletion_it_is(national, sample, doses):
    national.post("ImmunizationRegisterv1", doses(("V1", "815"), cid="1111111111119"))
    body = sample()
    assert body["Encounter"][0]["Immunization"] == []
    national.upload(body)
    assert deletions(national) == [("UpdatePHRv1", "register", {"Immunization": 1})]


def test_allergies_are_updated_by_their_own_number_and_never_deleted(national, sample):
    body = sample("full", "AllergyIntolerancev1")
    national.post("AllergyIntolerancev1", body)
    assert keys(national, "AllergyIntolerance") == ["ALG000001", "ALG000002"]
    body["AllergyIntolerance"] = [{**body["AllergyIntolerance"][0], "criticality": "low"}]
    national.post("AllergyIntolerancev1", body)
    national.post("AllergyIntolerancev1", {**body, "AllergyIntolerance": []})
    assert keys(national, "AllergyIntolerance") == ["ALG000001", "ALG000002"]
    cid = body["Patient"]["identifier"][0]["value"]
    assert [row["criticality"] for row in national.read("Allergy", cid=cid)] == ["low", "low"]
    assert deletions(national) == []
