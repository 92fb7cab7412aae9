"""phr_allergies end to end: off unless asked for, whole registers, one that shrank or is empty never sent."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, RunResult, assert_balanced

from phr.ledger import approvals
from phr.pipeline.context import RunOptions

HCODE = "99002"


def run(kit: ProvinceKit, **values: Any) -> tuple[RunResult, int]:
    """One run of the feed at one hospital; with the number of register uploads it made."""
    before = kit.last_call()
    kit.runs += 1
    values = {"day_from": date(2020, 1, 1), "day_to": DAYS[-1], "hospitals": [HCODE], **values}
    options = RunOptions(category="allergies", run_id=f"all-{kit.runs}", **values)
    result = kit.run(options)
    assert result.step_errors == []
    assert result.error is None
    assert_balanced(kit, options.run_id)
    return result, len(kit.double.admin.requests(path="AllergyIntolerancev1", after=before))


def registers(kit: ProvinceKit) -> dict[str, set[str]]:
    """Citizen id -> substances the double shows, by its own store."""
    found: dict[str, set[str]] = {}
    for row in kit.double.admin.registers(HCODE, "AllergyIntolerance"):
        found.setdefault(row["cid"], set()).add(row["body"]["code"]["text"])
    return found


def allergies(kit: ProvinceKit) -> dict[str, dict[str, Any]]:
    return {ref: row for ref, row in kit.documents().items() if row["kind"] == "allergy"}


def states(kit: ProvinceKit) -> list[tuple[str, str | None]]:
    return sorted((row["desired_state"], row["desired_reason"]) for row in allergies(kit).values())


def noted(kit: ProvinceKit, hn: str, agent: str, **values: Any) -> None:
    row = {"hn": hn, "agent": agent, "report_date": str(DAYS[0]), **values}
    kit.his(
        HCODE,
        f"INSERT INTO opd_allergy ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        *row.values(),
    )


@pytest.fixture
def kit(province: ProvinceKit) -> ProvinceKit:
    province.configure(hospitals={HCODE: {"categories": {"visits": "2025-10-01", "allergies": "2020-01-01"}}})
    province.his(HCODE, "DELETE FROM opd_allergy")
    return province


def people(kit: ProvinceKit, count: int) -> list[tuple[str, str]]:
    """(CID, HN) of clean people."""
    found: dict[str, str] = {}
    for n in range(40):
        hn = str(kit.oracles[HCODE].visits[kit.clean_visit(HCODE, n)].hn)
        ((cid,),) = kit.his(HCODE, "SELECT cid FROM patient WHERE hn = ?", hn)
        found.setdefault(cid, hn)
        if len(found) == count:
            return list(found.items())
    raise AssertionError("too few clean people")


def test_without_the_category_nothing_happens(province: ProvinceKit) -> None:
    options = RunOptions(category="allergies", run_id="off", day_from=DAYS[0], day_to=DAYS[-1])
    result = province.run(options)
    assert (result.error, result.step_errors) == (None, [])
    assert province.double.admin.requests(path="AllergyIntolerancev1") == []


def test_whole_registers_arrive_and_a_second_run_sends_nothing(kit: ProvinceKit) -> None:
    (cid, hn), (other, other_hn) = people(kit, 2)
    noted(kit, hn, "AMOXICILLIN", seriousness_id=3, allergy_relation_id=1, symptom="ผื่น")
    noted(kit, hn, "กุ้ง", report_date=str(DAYS[1]))
    noted(kit, other_hn, "IBUPROFEN", report_date=None)  # stands under the first day of the category
    result, calls = run(kit)
    assert (calls, result.counts["sent"]) == (2, 2)
    assert registers(kit) == {cid: {"AMOXICILLIN", "กุ้ง"}, other: {"IBUPROFEN"}}
    assert run(kit)[1] == 0
    noted(kit, hn, "ASPIRIN", report_date="2021-05-04")
    assert run(kit, day_from=date(2021, 5, 4), day_to=date(2021, 5, 4))[1] == 1
    assert registers(kit)[cid] == {"AMOXICILLIN", "กุ้ง", "ASPIRIN"}


def test_a_register_that_shrank_asks_and_goes_when_approved(kit: ProvinceKit) -> None:
    ((cid, hn),) = people(kit, 1)
    noted(kit, hn, "AMOXICILLIN", opd_allergy_id=1)
    noted(kit, hn, "กุ้ง", opd_allergy_id=2)
    run(kit)
    kit.his(HCODE, "DELETE FROM opd_allergy WHERE opd_allergy_id = 2")
    assert run(kit)[1] == 0
    assert states(kit) == [("held", "REGISTER_SHRANK")]
    assert registers(kit)[cid] == {"AMOXICILLIN", "กุ้ง"}
    (question,) = approvals.questions(kit.ledger)
    assert (question["kind"], question["action"]) == ("allergy", "shrink")
    approvals.decide(
        kit.ledger,
        question["approval_id"],
        approve=True,
        digest=question["digest"],
        by="tester",
        via="cli",
        note="typed in twice",
    )
    assert run(kit)[1] == 1
    assert states(kit) == [("delivered", None)]
    assert run(kit)[1] == 0


def test_an_emptied_register_is_never_sent(kit: ProvinceKit) -> None:
    ((cid, hn),) = people(kit, 1)
    noted(kit, hn, "AMOXICILLIN")
    run(kit)
    kit.his(HCODE, "UPDATE opd_allergy SET agent = 'ปฏิเสธการแพ้ยา'")
    assert run(kit)[1] == 0
    assert states(kit) == [("quarantined", "PHR-332")]
    kit.his(HCODE, "DELETE FROM opd_allergy")
    assert run(kit)[1] == 0
    assert registers(kit) == {cid: {"AMOXICILLIN"}}
    assert [row["absent_since"] is not None for row in allergies(kit).values()] == [True]


def test_a_corrected_spelling_is_no_loss_where_rows_have_a_number(kit: ProvinceKit) -> None:
    ((cid, hn),) = people(kit, 1)
    noted(kit, hn, "AMOXYCILIN", opd_allergy_id=1)
    run(kit)
    kit.his(HCODE, "UPDATE opd_allergy SET agent = 'AMOXICILLIN'")
    assert run(kit)[1] == 1
    assert registers(kit) == {cid: {"AMOXICILLIN"}}


def test_what_gives_a_restricted_topic_away_holds_the_whole_register(kit: ProvinceKit) -> None:
    ((_cid, hn),) = people(kit, 1)
    noted(kit, hn, "AMOXICILLIN")
    noted(kit, hn, "NEVIRAPINE", symptom="ผื่นหลังเริ่มยาต้าน HIV")
    assert run(kit)[1] == 0
    assert states(kit) == [("held", "RESTRICTED,TEXT")]


def test_ledger_and_staging_names_no_person(kit: ProvinceKit) -> None:
    ((cid, hn),) = people(kit, 1)
    noted(kit, hn, "AMOXICILLIN")
    run(kit)
    text = json.dumps(allergies(kit), default=str)
    assert cid not in text
    assert "AMOXICILLIN" not in text
