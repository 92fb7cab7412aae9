"""The feeds of encounter documents: late results, changed drug lines, any order, all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit, RunResult, assert_balanced, assert_one_record_each

from phr.pipeline.context import RunOptions

HCODE = "99002"
#: days after the window of the visits feed
LATER = DAYS[-1] + timedelta(days=5)


def _feed(kit: ProvinceKit, category: str, **values: Any) -> tuple[RunResult, list[str]]:
    before = kit.last_call()
    kit.runs += 1
    values = {"day_from": DAYS[0], "day_to": DAYS[-1], "hospitals": [HCODE], **values}
    options = RunOptions(category=category, run_id=f"{category}-{kit.runs}", **values)
    result = kit.run(options)
    assert result.error is None
    assert_balanced(kit, options.run_id)
    return result, [row["ref"] for row in kit.calls(before)]


def _lab_of(kit: ProvinceKit) -> tuple[str, int]:
    """A delivered visit with a laboratory form, and the number of the form."""
    sent = kit.expected("send", HCODE)
    rows = kit.his(HCODE, "SELECT vn, lab_order_number FROM lab_head WHERE department = 'OPD' ORDER BY vn")
    clean = {ref for ref, visit in kit.oracles[HCODE].visits.items() if not visit.tag}
    return next((vn, int(number)) for vn, number in rows if f"{HCODE}:{vn}" in sent and vn in clean)


@pytest.fixture
def delivered(mapped: ProvinceKit) -> ProvinceKit:
    """Everything of the visits feed has arrived."""
    mapped.deliver_first()
    return mapped


def test_a_result_reported_days_later_is_found_by_its_report_date(delivered: ProvinceKit) -> None:
    vn, number = _lab_of(delivered)
    sql = "UPDATE lab_order SET lab_order_result = '99.5' WHERE lab_order_number = ?"
    delivered.his(HCODE, sql, number)
    delivered.his(HCODE, "UPDATE lab_head SET report_date = ? WHERE lab_order_number = ?", str(LATER), number)
    # the visits feed of the later day would never look at this visit again
    result, called = _feed(delivered, "labs", day_from=LATER, day_to=LATER)
    assert called == [f"{HCODE}:{vn}"]
    assert result.counts["sent"] == 1
    assert "99.5" in str(delivered.double.admin.encounter(called[0])["body"])
    assert _feed(delivered, "labs", day_from=LATER, day_to=LATER)[1] == []


def test_a_changed_drug_line_is_found_by_its_dispense_date(delivered: ProvinceKit) -> None:
    rows = delivered.his(
        HCODE, "SELECT vn, hos_guid FROM opitemrece WHERE an IS NULL AND qty > 0 ORDER BY vn"
    )
    drugs = {icode for (icode,) in delivered.his(HCODE, "SELECT icode FROM drugitems")}
    sent = delivered.expected("send", HCODE)
    clean = {ref for ref, visit in delivered.oracles[HCODE].visits.items() if not visit.tag}
    vn, guid = next(
        (vn, guid)
        for vn, guid in rows
        if f"{HCODE}:{vn}" in sent
        and vn in clean
        and delivered.his(HCODE, "SELECT icode FROM opitemrece WHERE hos_guid = ?", guid)[0][0] in drugs
    )
    sql = "UPDATE opitemrece SET qty = 77, rxdate = ? WHERE hos_guid = ?"
    delivered.his(HCODE, sql, str(LATER), guid)
    _result, called = _feed(delivered, "drugs", day_from=LATER, day_to=LATER)
    assert called == [f"{HCODE}:{vn}"]
    assert _feed(delivered, "drugs")[1] == []


def test_a_day_without_laboratory_work_is_an_empty_run_not_a_suspect_day(delivered: ProvinceKit) -> None:
    result, called = _feed(delivered, "labs", day_from=LATER, day_to=LATER)
    assert (called, result.counts.get("seen", 0)) == ([], 0)


@pytest.mark.parametrize("order", [("labs", "drugs", "visits"), ("drugs", "visits", "labs")], ids="-".join)
def test_the_order_of_the_feeds_makes_no_difference(
    new_province: Callable[..., ProvinceKit], order: tuple[str, ...]
) -> None:
    kit = new_province()
    for category in order:
        _feed(kit, category)
    assert_one_record_each(kit, kit.expected("send", HCODE))
    for category in order:
        assert _feed(kit, category)[1] == [], "everything twice sends nothing the second time"


def test_all_feeds_at_once_give_the_same_national_state(new_province: Callable[..., ProvinceKit]) -> None:
    kit = new_province()
    results: dict[str, RunResult] = {}

    def run(category: str) -> None:
        options = RunOptions(
            category=category, run_id=category, day_from=DAYS[0], day_to=DAYS[-1], hospitals=[HCODE]
        )
        results[category] = kit.run(options)

    threads = [threading.Thread(target=run, args=(category,)) for category in ("visits", "labs", "drugs")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=200)
    assert {name: result.error for name, result in results.items()} == dict.fromkeys(results)
    assert_balanced(kit, "visits", "labs", "drugs")
    assert_one_record_each(kit, kit.expected("send", HCODE))
    assert len(kit.calls()) == len(kit.expected("send", HCODE)), "no document was sent by two feeds"
    for category in ("drugs", "labs", "visits"):
        assert _feed(kit, category)[1] == [], "nor is any sent by a later one"
