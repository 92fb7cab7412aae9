"""phr_immunizations end to end: whole registers arrive, grow, move; one that shrank is never sent (R6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, RunResult, assert_balanced

from phr.ledger import approvals
from phr.pipeline.context import RunOptions

HCODE = "99002"
LATER = DAYS[-1] + timedelta(days=1)


def run(kit: ProvinceKit, **values: Any) -> tuple[RunResult, int]:
    """One run of the feed at one hospital; with the number of register uploads it made."""
    before = kit.last_call()
    kit.runs += 1
    values = {"day_from": DAYS[0] - timedelta(days=400), "day_to": LATER, "hospitals": [HCODE], **values}
    options = RunOptions(category="immunizations", run_id=f"imm-{kit.runs}", **values)
    result = kit.run(options)
    assert result.step_errors == []
    assert result.error is None
    assert_balanced(kit, options.run_id)
    return result, len(kit.double.admin.requests(path="ImmunizationRegisterv1", after=before))


def registers(kit: ProvinceKit) -> dict[str, set[tuple[str, str]]]:
    """Citizen id -> (day, code) of the doses the double shows, by its own store."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in kit.double.admin.registers(HCODE, "Immunization"):
        body = row["body"]
        code = body["vaccineCode"]["coding"][0]["code"]
        found.setdefault(row["cid"], set()).add((body["occurrenceDateTime"][:10], code))
    return found


def immunizations(kit: ProvinceKit) -> dict[str, dict[str, Any]]:
    return {
        ref: row
        for ref, row in kit.documents().items()
        if row["kind"] == "immunization" and row["hospital"] == HCODE
    }


@pytest.fixture
def kit(province: ProvinceKit) -> ProvinceKit:
    province.configure(
        hospitals={HCODE: {"categories": {"visits": "2025-10-01", "immunizations": "2015-01-01"}}}
    )
    return province


def adult(kit: ProvinceKit) -> tuple[str, str, str]:
    """(CID, HN, VN) of a clean visit of a person without any dose."""
    for n in range(40):
        vn = kit.clean_visit(HCODE, n)
        hn = kit.oracles[HCODE].visits[vn].hn
        ((cid,),) = kit.his(HCODE, "SELECT cid FROM patient WHERE hn = ?", hn)
        if cid not in registers(kit):
            return cid, str(hn), vn
    raise AssertionError("everybody has doses")


def give(kit: ProvinceKit, number: int, vn: str, day: date, code: str) -> None:
    """A dose in ovst_vaccine, given on a day of its own."""
    vaccine = 90000 + int(code)
    kit.his(
        HCODE,
        "INSERT OR IGNORE INTO person_vaccine (person_vaccine_id, vaccine_name, export_vaccine_code)"
        " VALUES (?, ?, ?)",
        vaccine,
        f"วัคซีน {code}",
        code,
    )
    kit.his(
        HCODE,
        "INSERT INTO ovst_vaccine (ovst_vaccine_id, vn, person_vaccine_id, immunization_datetime)"
        " VALUES (?, ?, ?, ?)",
        number,
        vn,
        vaccine,
        f"{day} 09:00:00",
    )


def test_every_register_arrives_whole_and_a_second_run_sends_nothing(kit: ProvinceKit) -> None:
    kit.configure(hospitals={HCODE: {"categories": {"immunizations": "2016-01-01"}}})
    result, calls = run(kit, day_from=date(2016, 1, 1))
    assert calls == result.counts["sent"] > 5
    expected = [
        r for r in kit.oracles[HCODE].registers.values() if "2016-01-01" <= r.newest_day <= str(LATER)
    ]
    told = [sorted(r.doses) for r in expected if r.outcome == "send"]
    assert sorted(map(sorted, registers(kit).values())) == sorted(told)
    aside = sum(r.outcome == "quarantine" for r in expected)
    assert (result.counts["quarantined"], result.counts["held"]) == (aside, 0)
    assert run(kit, day_from=date(2016, 1, 1))[1] == 0


def test_a_dose_typed_in_for_years_ago_joins_the_register(kit: ProvinceKit) -> None:
    cid, _hn, vn = adult(kit)
    give(kit, 900001, vn, DAYS[0], "815")
    assert run(kit)[1] >= 1
    assert registers(kit)[cid] == {(str(DAYS[0]), "815")}
    give(kit, 900002, vn, date(2021, 6, 1), "106")
    # its own day is outside the window; the register's day is not
    assert run(kit, day_from=DAYS[0], day_to=DAYS[0])[1] == 1
    assert registers(kit)[cid] == {(str(DAYS[0]), "815"), ("2021-06-01", "106")}


def test_a_register_whose_newest_dose_is_gone_is_held_not_sent_and_not_lost(kit: ProvinceKit) -> None:
    cid, _hn, vn = adult(kit)
    give(kit, 900001, vn, DAYS[0], "106")
    give(kit, 900002, vn, DAYS[1], "815")
    run(kit)
    kit.his(HCODE, "DELETE FROM ovst_vaccine WHERE ovst_vaccine_id = 900002")
    # only the day on which it stood is read: it has moved to the day of the older dose
    result, calls = run(kit, day_from=DAYS[1], day_to=DAYS[1])
    assert calls == 0
    rows = [row for row in immunizations(kit).values() if row["desired_reason"] == "REGISTER_SHRANK"]
    assert [(row["service_day"], row["desired_state"], row["absent_since"]) for row in rows] == [
        (DAYS[0], "held", None)
    ]
    assert len(registers(kit)[cid]) == 2
    assert result.counts["held"] >= 1


def test_a_register_whose_remaining_doses_lie_before_the_category_begins_is_asked_about(
    kit: ProvinceKit,
) -> None:
    kit.configure(hospitals={HCODE: {"categories": {"visits": "2025-10-01", "immunizations": str(DAYS[0])}}})
    cid, _hn, vn = adult(kit)
    give(kit, 900001, vn, date(2019, 5, 6), "106")
    give(kit, 900002, vn, DAYS[1], "815")
    run(kit, day_from=DAYS[0])
    both = {("2019-05-06", "106"), (str(DAYS[1]), "815")}
    assert registers(kit)[cid] == both
    kit.his(HCODE, "DELETE FROM ovst_vaccine WHERE ovst_vaccine_id = 900002")
    _result, calls = run(kit, day_from=DAYS[0])
    assert (calls, registers(kit)[cid]) == (0, both)
    rows = [row for row in immunizations(kit).values() if row["desired_reason"] == "REGISTER_SHRANK"]
    assert [(row["desired_state"], str(row["service_day"])) for row in rows] == [("held", "2019-05-06")]
    (asked,) = approvals.questions(kit.ledger)
    assert (asked["kind"], asked["action"], asked["items"]) == ("immunization", "shrink", 1)


def test_a_register_that_lost_every_dose_is_absent_and_stays_nationally(kit: ProvinceKit) -> None:
    cid, _hn, vn = adult(kit)
    give(kit, 900001, vn, DAYS[0], "106")
    run(kit)
    kit.his(HCODE, "DELETE FROM ovst_vaccine WHERE ovst_vaccine_id = 900001")
    _result, calls = run(kit)
    assert calls == 0
    assert registers(kit)[cid] == {(str(DAYS[0]), "106")}
    absent = [row for row in immunizations(kit).values() if row["absent_since"]]
    assert [row["desired_state"] for row in absent] == ["delivered"]


def test_a_dose_that_becomes_invalid_holds_the_register(kit: ProvinceKit) -> None:
    cid, _hn, vn = adult(kit)
    give(kit, 900001, vn, DAYS[0], "106")
    give(kit, 900002, vn, DAYS[1], "815")
    run(kit)
    kit.his(HCODE, "UPDATE ovst_vaccine SET person_vaccine_id = NULL WHERE ovst_vaccine_id = 900001")
    _result, calls = run(kit)
    assert calls == 0
    reasons = {row["desired_reason"] for row in immunizations(kit).values()}
    assert "CHILD_DELIVERED_NOW_INVALID" in reasons
    assert len(registers(kit)[cid]) == 2


def test_a_corrected_lot_is_sent_and_a_phone_number_is_not(kit: ProvinceKit) -> None:
    cid, hn, vn = adult(kit)
    give(kit, 900001, vn, DAYS[0], "106")
    run(kit)
    kit.his(HCODE, "UPDATE patient SET mobile_phone_number = '0899999999' WHERE hn = ?", hn)
    assert run(kit)[1] == 0
    kit.his(HCODE, "UPDATE ovst_vaccine SET vaccine_lot_no = 'LOT-7' WHERE ovst_vaccine_id = 900001")
    assert run(kit)[1] == 1
    rows = [r for r in kit.double.admin.registers(HCODE, "Immunization") if r["cid"] == cid]
    assert [row["body"]["lotNumber"] for row in rows] == ["LOT-7"]


def test_the_ledger_names_no_person(kit: ProvinceKit) -> None:
    run(kit)
    text = str(immunizations(kit))
    for patient in kit.oracles[HCODE].patients:
        assert not patient.cid or patient.cid not in text
