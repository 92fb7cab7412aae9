"""What changes in the HIS between two runs changes just that nationally, and nothing is destroyed."""

from __future__ import annotations

from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, RunResult, assert_balanced, assert_one_record_each

HCODE = "99002"


@pytest.fixture
def delivered(mapped: ProvinceKit) -> ProvinceKit:
    """Everything of the run ``first`` has arrived."""
    mapped.deliver_first()
    return mapped


def _run(kit: ProvinceKit, **values: Any) -> tuple[RunResult, list[str]]:
    """Run the hospital again; returns the result and the references called, in order."""
    before = kit.last_call()
    result = kit.run(hospitals=[HCODE], **values)
    assert result.error is None
    assert_balanced(kit, "first", result.options.run_id)
    return result, [row["ref"] for row in kit.calls(before)]


def _visits_of_one_person(kit: ProvinceKit) -> tuple[str, list[str]]:
    """Two delivered visits of one patient: the second one had been entered for somebody else."""
    refs = sorted(kit.clean_visit(HCODE, n) for n in range(2))
    hn = kit.oracles[HCODE].visits[refs[0]].hn
    assert hn is not None
    kit.his(HCODE, "UPDATE ovst SET hn = ? WHERE vn = ?", hn, refs[1])
    assert _run(kit)[1] == [f"{HCODE}:{refs[1]}"]
    return hn, refs


def test_a_changed_diagnosis_sends_just_that_document(delivered: ProvinceKit) -> None:
    ref = delivered.clean_visit(HCODE)
    delivered.his(HCODE, "UPDATE ovstdiag SET icd10 = 'J00' WHERE vn = ? AND diagtype = '1'", ref)
    result, called = _run(delivered)
    assert called == [f"{HCODE}:{ref}"]
    assert result.counts["sent"] == 1
    assert "J00" in str(delivered.double.admin.encounter(f"{HCODE}:{ref}")["body"])
    assert_one_record_each(delivered, delivered.expected("send"))


def test_a_changed_phone_number_sends_one_visit_of_the_person(delivered: ProvinceKit) -> None:
    hn, refs = _visits_of_one_person(delivered)
    delivered.his(HCODE, "UPDATE patient SET mobile_phone_number = '0899999999' WHERE hn = ?", hn)
    _result, called = _run(delivered)
    assert called == [f"{HCODE}:{max(refs)}"], "the newest visit carries the new Patient block"
    assert "0899999999" in str(delivered.double.admin.encounter(called[0])["body"])
    assert _run(delivered)[1] == []


def test_a_deleted_visit_is_marked_absent_and_stays_nationally(delivered: ProvinceKit) -> None:
    ref = delivered.clean_visit(HCODE)
    for table in ("ovst", "opdscreen", "ovstdiag", "opitemrece"):
        delivered.his(HCODE, f"DELETE FROM {table} WHERE vn = ?", ref)
    _result, called = _run(delivered)
    assert called == []
    row = delivered.documents()[f"{HCODE}:{ref}"]
    assert row["absent_since"] is not None
    assert row["desired_state"] == "delivered"
    assert_one_record_each(delivered, delivered.expected("send"))


def test_a_deleted_visit_that_comes_back_is_no_longer_absent(delivered: ProvinceKit) -> None:
    ref = delivered.clean_visit(HCODE)
    delivered.his(HCODE, "UPDATE ovst SET ovstost = NULL WHERE vn = ?", ref)
    assert _run(delivered)[1] == []
    assert delivered.documents()[f"{HCODE}:{ref}"]["absent_since"] is not None
    delivered.his(HCODE, "UPDATE ovst SET ovstost = '99' WHERE vn = ?", ref)
    assert _run(delivered)[1] in ([], [f"{HCODE}:{ref}"])
    assert delivered.documents()[f"{HCODE}:{ref}"]["absent_since"] is None


def test_a_visit_moved_into_the_window_leaves_its_old_day_balanced(delivered: ProvinceKit) -> None:
    """The old day is not read again; its known must follow all the same."""
    days = {ref: row["service_day"] for ref, row in delivered.documents().items()}
    ref = next(
        r for r in (delivered.clean_visit(HCODE, n) for n in range(30)) if days[f"{HCODE}:{r}"] == DAYS[0]
    )
    for table in ("ovst", "opdscreen", "ovstdiag"):
        delivered.his(HCODE, f"UPDATE {table} SET vstdate = ? WHERE vn = ?", str(DAYS[-1]), ref)
    _result, called = _run(delivered, day_from=DAYS[-1])
    assert called == [f"{HCODE}:{ref}"]
    assert delivered.documents()[f"{HCODE}:{ref}"]["service_day"] == DAYS[-1]


def test_a_delivered_row_that_becomes_invalid_holds_the_document(delivered: ProvinceKit) -> None:
    ((ref,),) = delivered.his(
        HCODE,
        f"SELECT MIN(vn) FROM opitemrece WHERE vn IN ({','.join('?' * 20)}) AND icode LIKE '1%'",
        *(delivered.clean_visit(HCODE, n) for n in range(20)),
    )
    body = delivered.national()[f"{HCODE}:{ref}"]["body_sha256"]
    delivered.his(HCODE, "UPDATE opitemrece SET qty = -1 WHERE vn = ? AND icode LIKE '1%'", ref)
    result, called = _run(delivered)
    assert called == []
    row = delivered.documents()[f"{HCODE}:{ref}"]
    assert (row["desired_state"], row["desired_reason"]) == ("held", "CHILD_DELIVERED_NOW_INVALID")
    assert row["delivered_version"] is not None, "held over delivered: listed as stale"
    assert result.counts["held"] == len(delivered.expected("hold", HCODE)) + 1
    assert delivered.national()[f"{HCODE}:{ref}"]["body_sha256"] == body

    delivered.his(HCODE, "UPDATE opitemrece SET qty = 7 WHERE vn = ? AND icode LIKE '1%'", ref)
    assert _run(delivered)[1] == [f"{HCODE}:{ref}"]
    assert delivered.states()[f"{HCODE}:{ref}"] == "delivered"


def test_a_held_document_whose_diagnosis_is_corrected_is_sent(delivered: ProvinceKit) -> None:
    ref = min(delivered.oracles[HCODE].refs("hold"))
    # whatever held it, code or word: afterwards it is a common cold
    for sql in (
        "DELETE FROM ovstdiag WHERE vn = ?1"
        " AND ovst_diag_id > (SELECT MIN(ovst_diag_id) FROM ovstdiag WHERE vn = ?1)",
        "UPDATE ovstdiag SET icd10 = 'J00' WHERE vn = ?1",
        "UPDATE opdscreen SET cc = 'ไข้', hpi = NULL WHERE vn = ?1",
        "UPDATE ovst SET diag_text = NULL, spclty = '01', main_dep = '010' WHERE vn = ?1",
        "DELETE FROM opitemrece WHERE vn = ?1",
        "DELETE FROM lab_head WHERE vn = ?1",
    ):
        delivered.his(HCODE, sql, ref)
    result, called = _run(delivered)
    assert called == [f"{HCODE}:{ref}"]
    assert result.counts["held"] == len(delivered.expected("hold", HCODE)) - 1
    assert delivered.states()[f"{HCODE}:{ref}"] == "delivered"


def test_a_delivered_document_whose_person_becomes_doubtful_stays_and_comes_back(
    delivered: ProvinceKit,
) -> None:
    ref = f"{HCODE}:{delivered.clean_visit(HCODE)}"
    hn = delivered.oracles[HCODE].visits[delivered.clean_visit(HCODE)].hn
    ((cid,),) = delivered.his(HCODE, "SELECT cid FROM patient WHERE hn = ?", hn)
    delivered.his(HCODE, "UPDATE patient SET cid = '' WHERE hn = ?", hn)
    assert _run(delivered)[1] == []
    assert delivered.states()[ref] == "quarantined"
    assert ref in delivered.national()
    delivered.his(HCODE, "UPDATE patient SET cid = ? WHERE hn = ?", cid, hn)
    assert _run(delivered)[1] == [], "the content that is there needs no second call"
    assert delivered.states()[ref] == "delivered"


def test_a_late_visit_is_found_by_the_next_run(delivered: ProvinceKit) -> None:
    """The oldest silent loss of all: a row entered after its day was read."""
    columns = [row[1] for row in delivered.his(HCODE, "PRAGMA table_info(ovst)")]
    template = delivered.clean_visit(HCODE)
    fresh = f"{template[:6]}235959"
    values = ", ".join({"vn": "?", "hos_guid": "'late-guid'"}.get(name, name) for name in columns)
    delivered.his(HCODE, f"INSERT INTO ovst SELECT {values} FROM ovst WHERE vn = ?", fresh, template)
    result, called = _run(delivered)
    assert called == [f"{HCODE}:{fresh}"]
    assert result.counts["sent"] == 1
