"""phr_admissions end to end: one document for a visit and its admission, after the discharge."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, RunResult, assert_balanced

from phr.pipeline.context import RunOptions

HCODE = "99002"
LATER = DAYS[-1] + timedelta(days=30)


def run(kit: ProvinceKit, category: str = "admissions", **values: Any) -> tuple[RunResult, list[str]]:
    """One run of a feed at one hospital; with the references it sent, sorted."""
    before = kit.last_call()
    kit.runs += 1
    values = {"day_from": DAYS[0], "day_to": DAYS[-1], "hospitals": [HCODE], **values}
    options = RunOptions(category=category, run_id=f"{category}-{kit.runs}", **values)
    result = kit.run(options)
    assert result.step_errors == []
    assert result.error is None
    assert_balanced(kit, options.run_id)
    calls = kit.double.admin.requests(path="UpdatePHRv1", after=before)
    return result, sorted(row["ref"].partition(":")[2] for row in calls)


def enable(kit: ProvinceKit, *more: str) -> None:
    names = ("visits", *more)
    kit.configure(hospitals={HCODE: {"categories": dict.fromkeys(names, "2025-10-01")}})


@pytest.fixture
def kit(province: ProvinceKit) -> ProvinceKit:
    """Every visit is delivered; afterwards one clean visit turns out to have ended in an admission."""
    enable(province)
    province.his(HCODE, "DELETE FROM ipt")
    province.his(HCODE, "UPDATE ovst SET an = NULL")
    return province


def admit(kit: ProvinceKit, n: int = 0, discharged: date | None = DAYS[1]) -> str:
    vn = kit.clean_visit(HCODE, n)
    an = f"68{n:07d}"
    kit.his(HCODE, "UPDATE ovst SET an = ? WHERE vn = ?", an, vn)
    hn = kit.oracles[HCODE].visits[vn].hn
    kit.his(
        HCODE,
        "INSERT INTO ipt (an, vn, hn, regdate, dchdate, dchtime) VALUES (?, ?, ?, ?, ?, '10:30:00')",
        an,
        vn,
        hn,
        str(DAYS[0]),
        str(discharged) if discharged else None,
    )
    kit.his(
        HCODE,
        "INSERT INTO iptdiag (ipt_diag_id, an, icd10, diagtype) VALUES (?, ?, 'J189', '1')",
        n + 1,
        an,
    )
    return vn


def encounter(kit: ProvinceKit, vn: str) -> dict[str, Any]:
    body: dict[str, Any] = kit.double.admin.encounter(f"{HCODE}:{vn}")["body"]
    return dict(body["Encounter"][0])


def test_an_admission_is_one_document_with_its_visit_sent_once(kit: ProvinceKit) -> None:
    vn = admit(kit)
    _result, sent = run(kit, "visits")
    assert vn not in sent  # as ever, without the category
    enable(kit, "admissions")
    assert run(kit)[1] == [vn]
    item = encounter(kit, vn)
    assert item["class"]["code"] == "IMP"
    assert item["period"]["end"] == f"{DAYS[1]}T10:30:00.000Z"
    codes = [c["code"]["coding"][0]["code"] for c in item["Condition"] if "system" in c["code"]["coding"][0]]
    assert codes == ["J189"]
    # neither feed sends it again, whichever reads the day
    assert run(kit)[1] == []
    assert run(kit, "visits")[1] == []
    rows = [row for ref, row in kit.documents().items() if ref == f"{HCODE}:{vn}"]
    assert [(row["kind"], row["desired_state"]) for row in rows] == [("encounter", "delivered")]


def test_nothing_goes_before_the_discharge(kit: ProvinceKit) -> None:
    enable(kit, "admissions")
    vn = admit(kit, discharged=None)
    assert vn not in run(kit, "visits")[1]
    assert run(kit)[1] == []
    kit.his(HCODE, "UPDATE ipt SET dchdate = ? WHERE vn = ?", str(DAYS[2]), vn)
    # found by the day it ended, not by the day of the visit
    assert run(kit, day_from=DAYS[2], day_to=DAYS[2])[1] == [vn]


def test_a_visit_sent_before_it_was_admitted_becomes_the_admission(kit: ProvinceKit) -> None:
    enable(kit, "admissions")
    vn = kit.clean_visit(HCODE, 0)
    assert vn in run(kit, "visits")[1]
    assert encounter(kit, vn)["class"]["code"] != "IMP"
    kit.configure(endpoint={"resend_semantics": "replace"})
    admit(kit)
    assert run(kit)[1] == [vn]
    assert encounter(kit, vn)["class"]["code"] == "IMP"
    assert len([ref for ref in kit.documents() if ref.endswith(vn)]) == 1


def test_a_corrected_discharge_diagnosis_goes_again(kit: ProvinceKit) -> None:
    enable(kit, "admissions")
    kit.configure(endpoint={"resend_semantics": "replace"})
    vn = admit(kit)
    run(kit, "visits")
    kit.his(HCODE, "UPDATE iptdiag SET icd10 = 'J180'")
    assert run(kit)[1] == [vn]


def test_a_restricted_diagnosis_of_either_kind_holds_it(kit: ProvinceKit) -> None:
    enable(kit, "admissions")
    by_ward, by_visit = admit(kit, 0), admit(kit, 1)
    kit.his(HCODE, "UPDATE iptdiag SET icd10 = 'B24' WHERE ipt_diag_id = 1")
    kit.his(
        HCODE,
        "INSERT INTO ovstdiag (ovst_diag_id, vn, icd10, diagtype) VALUES (990001, ?, 'B24', '1')",
        by_visit,
    )
    assert {by_ward, by_visit}.isdisjoint(run(kit, "visits")[1])
    states = {ref.partition(":")[2]: row["desired_state"] for ref, row in kit.documents().items()}
    assert (states[by_ward], states[by_visit]) == ("held", "held")


def test_no_admission_number_leaves(kit: ProvinceKit) -> None:
    enable(kit, "admissions")
    vn = admit(kit)
    run(kit)
    assert "680000000" not in json.dumps(kit.double.admin.encounter(f"{HCODE}:{vn}"))
