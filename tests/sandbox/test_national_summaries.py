"""OrgEncounterSummary, and the shapes in which day and month may come back (contract 4.10, 5, 10.5)."""

from __future__ import annotations

import pytest


def rows(national, hospital=""):
    return [
        (
            row["hospital_code"],
            row["period_start"],
            row["opd_encounter_count"],
            row["ipd_encounter_count"],
            row["ipd_discharge_count"],
            row["writes"],
        )
        for row in national.admin.summaries(hospital)
    ]


@pytest.fixture
def body(sample):
    return sample("minimal", "OrgEncounterSummary")


def test_numbers_of_several_days_are_filed_and_the_newest_stands(national, sample, body):
    assert national.post("OrgEncounterSummary", sample("full", "OrgEncounterSummary"))["MessageCode"] == 200
    assert len(rows(national)) == 5
    national.post("OrgEncounterSummary", body)
    assert rows(national)[2] == ("99999", "2025-01-15", 100, 10, 8, 2)
    assert {row[5] for row in rows(national)} == {1, 2}


def test_hospitals_do_not_mix(national, body):
    national.post("OrgEncounterSummary", body)
    body["managingOrganization"]["identifier"]["value"] = "99998"
    body["EncounterSummary"][0]["opd_encounter_count"] = 5
    assert national.post("OrgEncounterSummary", body)["MessageCode"] == 400
    assert national.post("OrgEncounterSummary", body, hospital="99998")["MessageCode"] == 200
    assert [row[0:3] for row in rows(national)] == [
        ("99998", "2025-01-15", 5),
        ("99999", "2025-01-15", 100),
    ]
    assert len(rows(national, "99998")) == 1


def test_a_misspelt_key_is_passed_over_without_a_word(national, body):
    body["EncounterSummary"] = [
        {
            "period_start": "2025-01-15",
            "period_end": "2025-01-15",
            "opd_count": 9,
            "ipd_encounter_count": "10",
        }
    ]
    answer = national.post("OrgEncounterSummary", body)
    assert (answer["MessageCode"], answer.get("processing_warning", [])) == (200, [])
    assert rows(national) == [("99999", "2025-01-15", None, 10, None, 1)]


@pytest.mark.parametrize("number", [True, -1.5, "ten", None, [], {}, 10**30, "1" * 40])
def test_what_is_no_number_is_stored_as_none(national, body, number):
    body["EncounterSummary"][0]["opd_encounter_count"] = number
    assert national.post("OrgEncounterSummary", body)["MessageCode"] == 200
    assert rows(national)[0][2] is None


@pytest.mark.parametrize(
    "days",
    [
        None,
        [],
        {},
        ["text"],
        [{}],
        [{"period_start": "15/01/2568"}],
        [{"period_start": "2025-01-15"}, {"period_start": None}],
    ],
)
def test_days_that_cannot_be_filed_refuse_the_whole_body(national, body, days):
    body["EncounterSummary"] = days
    assert national.post("OrgEncounterSummary", body)["MessageCode"] == 400
    assert rows(national) == []


@pytest.mark.parametrize(("limit", "code"), [(31, 200), (30, 400)])
def test_about_a_month_fits_into_one_call(national, body, limit, code):
    national.admin.settings(summary_days_limit=limit)
    day = body["EncounterSummary"][0]
    body["EncounterSummary"] = [{**day, "period_start": f"2025-01-{number:02}"} for number in range(1, 32)]
    assert national.post("OrgEncounterSummary", body)["MessageCode"] == code
    assert len(rows(national)) == (31 if code == 200 else 0)


MONTHS = {
    "list": [{"date": "2025-01-15", "encounter_count": 2}, {"date": "2025-01-31", "encounter_count": 1}],
    "map": {"2025-01-15": 2, "2025-01-31": 1},
    "wrapped": {
        "days": [{"date": "2025-01-15", "encounter_count": 2}, {"date": "2025-01-31", "encounter_count": 1}]
    },
    "unknown": "Invalid variant operation",
}
DAYS = {
    False: ["99999:V1", "99999:V2"],
    True: [{"encounter_ref_code": "99999:V1"}, {"encounter_ref_code": "99999:V2"}],
}


@pytest.fixture
def visits(national):
    national.admin.seed_foreign(
        "99999",
        [
            {"vn": vn, "cid": "1111111111119", "date": day}
            for vn, day in (("V1", "2025-01-15"), ("V2", "2025-01-15"), ("V3", "2025-01-31"))
        ],
    )
    return national


@pytest.mark.parametrize("shape", MONTHS)
def test_the_month_comes_in_the_shape_that_was_set(visits, shape):
    visits.admin.settings(month_shape=shape)
    query = "data=month_summary&month=2025-01&hospital_code=99999"
    answer = visits.call("GET", f"/api/OrganizationSummary?{query}").json()
    assert (answer["MessageCode"], answer["result"]) == (200, MONTHS[shape])


@pytest.mark.parametrize("wrapped", DAYS)
def test_references_of_a_day_come_bare_or_wrapped(visits, wrapped):
    visits.admin.settings(day_refs_wrapped=wrapped)
    query = "data=encounter_ref_code&date=2025-01-15&hospital_code=99999"
    answer = visits.call("GET", f"/api/OrganizationSummary?{query}").json()
    assert answer["result"] == DAYS[wrapped]


@pytest.mark.parametrize(("name", "value"), [("month_shape", "tree"), ("summary_days_limit", 0)])
def test_shapes_nobody_knows_cannot_be_set(national, name, value):
    with pytest.raises(Exception, match="400"):
        national.admin.settings(**{name: value})
