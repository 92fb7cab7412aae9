"""phr_chronic end to end: what is gone is removed by name, on a person's word, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, RunResult, assert_balanced

from phr.ledger import approvals
from phr.pipeline.context import RunOptions

HCODE = "99002"


def run(kit: ProvinceKit, **values: Any) -> tuple[RunResult, list[str]]:
    """One run of the feed at one hospital; with the register calls it made, uploads and removals."""
    before = kit.last_call()
    kit.runs += 1
    values = {"day_from": date(2020, 1, 1), "day_to": DAYS[-1], "hospitals": [HCODE], **values}
    options = RunOptions(category="chronic", run_id=f"chr-{kit.runs}", **values)
    result = kit.run(options)
    assert result.step_errors == []
    assert result.error is None
    assert_balanced(kit, options.run_id)
    calls = kit.double.admin.requests(path="PatientChronicRegisterv1", after=before)
    return result, ["remove" if row["ref"].startswith("cd:") else "upload" for row in calls]


def there(kit: ProvinceKit) -> dict[str, str]:
    """chronic_ref_code -> cd_code of what the double holds of the hospital."""
    rows = kit.double.admin.registers(HCODE, "ChronicDiseaseRegister")
    return {row["body"]["chronic_ref_code"]: row["body"]["code"]["coding"][0]["code"] for row in rows}


def documents(kit: ProvinceKit) -> list[tuple[str, str | None]]:
    return sorted(
        (row["desired_state"], row["desired_reason"])
        for row in kit.documents().values()
        if row["kind"] == "chronic"
    )


def answer(kit: ProvinceKit, *, approve: bool = True) -> None:
    (asked,) = approvals.questions(kit.ledger)
    assert (asked["kind"], asked["action"]) == ("chronic", "shrink")
    approvals.decide(
        kit.ledger,
        asked["approval_id"],
        approve=approve,
        digest=asked["digest"],
        by="tester",
        via="cli",
        note="registered by mistake",
    )


@pytest.fixture
def kit(new_province: Callable[..., ProvinceKit]) -> ProvinceKit:
    """Two clinics (diabetes 501, hypertension 502); one clean person is a member of both."""
    kit = new_province(chronic_codes={"I10": "002"}, allow_chronic_remove=True)
    kit.configure(hospitals={HCODE: {"categories": {"visits": "2025-10-01", "chronic": "2020-01-01"}}})
    for clinic, name, code in (("501", "เบาหวาน", "E119"), ("502", "ความดัน", "I10"), ("503", "อื่น", "J449")):
        kit.his(
            HCODE,
            "INSERT INTO clinic (clinic, name, chronic, icd10) VALUES (?, ?, 'Y', ?)",
            clinic,
            name,
            code,
        )
    hn = kit.oracles[HCODE].visits[kit.clean_visit(HCODE, 0)].hn
    member(kit, 1, "501", str(hn))
    member(kit, 2, "502", str(hn))
    return kit


def member(kit: ProvinceKit, number: int, clinic: str, hn: str, day: date = DAYS[0]) -> None:
    kit.his(
        HCODE,
        "INSERT INTO clinicmember (clinicmember_id, hn, clinic, regdate) VALUES (?, ?, ?, ?)",
        number,
        hn,
        clinic,
        str(day),
    )


def test_every_entry_arrives_a_discharge_updates_and_nothing_goes_twice(kit: ProvinceKit) -> None:
    assert run(kit)[1] == ["upload"]
    assert there(kit) == {"clinicmember-1": "001", "clinicmember-2": "002"}
    assert run(kit)[1] == []
    kit.his(HCODE, "UPDATE clinicmember SET dchdate = ? WHERE clinicmember_id = 2", str(DAYS[-1]))
    assert run(kit, day_from=DAYS[-1], day_to=DAYS[-1])[1] == ["upload"]
    bodies = [row["body"] for row in kit.double.admin.registers(HCODE, "ChronicDiseaseRegister")]
    assert {body.get("dischargeDate") for body in bodies} == {None, str(DAYS[-1])}
    assert run(kit)[1] == []


def test_an_entry_that_is_gone_is_removed_on_a_persons_word(kit: ProvinceKit) -> None:
    run(kit)
    kit.his(HCODE, "DELETE FROM clinicmember WHERE clinicmember_id = 2")
    assert run(kit)[1] == []
    assert documents(kit) == [("held", "REGISTER_SHRANK")]
    assert there(kit) == {"clinicmember-1": "001", "clinicmember-2": "002"}
    answer(kit)
    assert run(kit)[1] == ["remove", "upload"]
    assert there(kit) == {"clinicmember-1": "001"}
    assert documents(kit) == [("delivered", None)]
    assert run(kit)[1] == []
    deletions = [row for row in kit.double.admin.deletions() if row["kind"] == "chronic"]
    assert [row["deleted"] for row in deletions] == [{"ChronicDiseaseRegister": 1}]


def test_a_refusal_leaves_it_there(kit: ProvinceKit) -> None:
    run(kit)
    kit.his(HCODE, "DELETE FROM clinicmember WHERE clinicmember_id = 2")
    run(kit)
    answer(kit, approve=False)
    assert run(kit)[1] == []
    assert len(there(kit)) == 2


def test_a_set_that_changed_after_the_answer_is_asked_anew(kit: ProvinceKit) -> None:
    run(kit)
    kit.his(HCODE, "DELETE FROM clinicmember WHERE clinicmember_id = 2")
    run(kit)
    answer(kit)
    kit.his(HCODE, "UPDATE clinicmember SET dchdate = ? WHERE clinicmember_id = 1", str(DAYS[-1]))
    assert run(kit)[1] == []
    assert documents(kit) == [("held", "REGISTER_SHRANK")]
    assert len(there(kit)) == 2


def test_without_the_setting_nothing_is_asked_and_nothing_removed(kit: ProvinceKit) -> None:
    run(kit)
    kit.configure(endpoint={"allow_chronic_remove": False})
    kit.his(HCODE, "DELETE FROM clinicmember WHERE clinicmember_id = 2")
    assert run(kit)[1] == []
    assert documents(kit) == [("held", "REMOVAL_OFF")]
    assert approvals.questions(kit.ledger) == []
    assert len(there(kit)) == 2


def test_a_register_that_lost_everything_is_absent_and_stays(kit: ProvinceKit) -> None:
    run(kit)
    kit.his(HCODE, "DELETE FROM clinicmember")
    assert run(kit)[1] == []
    assert len(there(kit)) == 2
    absent = [row["absent_since"] is not None for row in kit.documents().values() if row["kind"] == "chronic"]
    assert absent == [True]


def test_diseases_without_a_national_code_are_held_and_not_the_hospitals_to_mend(kit: ProvinceKit) -> None:
    hn = str(kit.oracles[HCODE].visits[kit.clean_visit(HCODE, 5)].hn)
    kit.his(HCODE, "DELETE FROM clinicmember")
    member(kit, 7, "503", hn)
    result, calls = run(kit)
    assert calls == []
    assert documents(kit) == [("held", "NO_NATIONAL_CODE")]
    assert (result.counts["held"], result.counts["quarantined"]) == (1, 0)


def test_a_restricted_disease_holds_the_whole_register(kit: ProvinceKit) -> None:
    kit.his(HCODE, "UPDATE clinic SET icd10 = 'B24' WHERE clinic = '502'")
    assert run(kit)[1] == []
    assert [state for state, _reason in documents(kit)] == ["held"]
