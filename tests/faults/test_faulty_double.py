"""A national side that refuses, warns, drops, tears, stalls and limits: nothing is lost and nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from province_kit import ProvinceKit, assert_balanced, assert_one_record_each
from sqlalchemy import select

from phr.ledger import tables as t
from phr_sandbox.national.fault_rules import chosen

REFUSAL, WARNING = "sandbox refuses this one", "sandbox warns about this one"


def _hit(seed: str, rate: float, refs: set[str]) -> set[str]:
    found = {ref for ref in refs if chosen(seed, ref, rate)}
    assert found, f"the seed {seed} hits no document"
    return found


def _notes(kit: ProvinceKit, text: str) -> set[str]:
    note = t.delivery_note
    query = select(note.c.hospital, note.c.reference).where(note.c.text == text)
    with kit.ledger.read() as connection:
        return {f"{hospital}:{ref}" for hospital, ref in connection.execute(query)}


def test_refusals_warnings_and_dropped_connections(province: ProvinceKit) -> None:
    sendable = province.expected("send")
    refused, warned = _hit("r", 0.05, sendable), _hit("w", 0.10, sendable)
    dropped = _hit("a", 0.05, sendable)
    province.double.admin.order(
        {"kind": "drop_before", "rate": 0.05, "seed": "b", "times": 1},
        {"kind": "refuse", "rate": 0.05, "seed": "r", "value": REFUSAL},
        {"kind": "warn", "rate": 0.10, "seed": "w", "value": WARNING},
        {"kind": "drop_after", "rate": 0.05, "seed": "a", "times": 1},
    )
    result = province.run()
    assert result.error is None
    assert_balanced(province, result.options.run_id)
    states = province.states()
    assert {ref for ref, state in states.items() if state == "rejected"} == refused
    assert _notes(province, REFUSAL) == refused
    assert _notes(province, WARNING) == warned - refused
    assert result.counts["rejected"] == len(refused)
    assert_one_record_each(province, sendable - refused)
    # what was written before the cut was sent again, onto the same record
    assert {ref for ref, row in province.national().items() if row["writes"] > 1} == dropped - refused

    province.double.admin.clear_faults()
    before = province.last_call()
    again = province.run()  # a refusal is final until content, mapping or policy changes (R11)
    assert again.error is None
    assert province.calls(before) == []
    assert again.counts["rejected"] == len(refused)
    assert_balanced(province, again.options.run_id)
    wanted = province.run(resend_unchanged=True)
    assert wanted.error is None
    assert_one_record_each(province, sendable)
    assert_balanced(province, wanted.options.run_id)


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([{"kind": "torn", "rate": 0.3, "seed": "t", "times": 1}], id="torn_answers"),
        pytest.param(
            [{"kind": "status", "value": 429, "retry_after": 0.05, "rate": 0.5, "seed": "l", "times": 2}],
            id="http_429",
        ),
        pytest.param(
            [
                {"kind": "status", "value": code, "retry_after": 0.05, "rate": 0.2, "seed": code, "times": 1}
                for code in (500, 502, 503, 504)
            ],
            id="http_5xx",
        ),
        pytest.param([{"kind": "latency", "value": 40, "rate": 0.5, "seed": "s"}], id="latency"),
        pytest.param([{"kind": "expire_tokens", "rate": 0.1, "seed": "x", "times": 1}], id="expired_tokens"),
        pytest.param(
            [{"kind": "refuse", "message_code": 500, "rate": 0.2, "seed": "e", "times": 1}],
            id="exception_inside",
        ),
    ],
)
def test_passing_trouble_delivers_everything_in_one_run(
    new_province: Callable[..., ProvinceKit], rules: list[dict[str, Any]]
) -> None:
    province = new_province()
    province.double.admin.order(*rules)
    result = province.run(hospitals=["99002", "99003"])
    assert result.step_errors == []
    assert result.error is None
    assert sum(rule["fired"] for rule in province.double.admin.faults()) > 0
    assert_balanced(province, result.options.run_id)
    assert_one_record_each(province, province.expected("send", "99002", "99003"))


def test_lasting_trouble_leaves_documents_waiting_and_the_next_run_delivers_them(
    new_province: Callable[..., ProvinceKit],
) -> None:
    province = new_province(attempts=2)
    hcodes = ("99002", "99003")
    sendable = province.expected("send", *hcodes)
    never, unclear = _hit("b", 0.2, sendable), _hit("a", 0.2, sendable)
    province.double.admin.order(
        {"kind": "drop_before", "rate": 0.2, "seed": "b"},
        {"kind": "drop_after", "rate": 0.2, "seed": "a"},
    )
    result = province.run(hospitals=list(hcodes))
    assert result.code == "PHR-505"
    assert "PHR-404" in str(result.error)
    assert_balanced(province, result.options.run_id)
    states = province.states()
    # a cut connection proves nothing either way: both kinds are unknown, and both go again
    assert {ref for ref, state in states.items() if state == "unknown"} == never | unclear
    assert set(province.national()) == sendable - never

    province.double.admin.clear_faults()
    again = province.run(hospitals=list(hcodes))
    assert again.error is None
    assert_balanced(province, result.options.run_id, again.options.run_id)
    assert_one_record_each(province, sendable)
    # the first run learns what became of its documents, too
    assert set(province.dispositions(result.options.run_id).values()) == {"sent", "held", "quarantined"}


def test_clearing_deliver_of_the_failed_run_is_enough(new_province: Callable[..., ProvinceKit]) -> None:
    province = new_province(attempts=1)
    province.double.admin.order({"kind": "status", "value": 503, "retry_after": 0.05, "rate": 0.4, "seed": 1})
    options = province.options(hospitals=["99002"])
    result = province.run(options)
    assert result.code == "PHR-505"
    assert_balanced(province, options.run_id)
    assert "pending" in province.states().values()
    province.double.admin.clear_faults()
    units = [{"unit_id": "amphoe", "label_th": "", "hcodes": ["99002"]}]
    assert province.steps(options, units[0], ("deliver",)) == []
    from phr.pipeline import steps

    assert steps.finish_run(options)["pending"] == 0
    assert_one_record_each(province, province.expected("send", "99002"))
    assert_balanced(province, options.run_id)


def test_an_outage_trips_the_breaker_and_everything_stays_pending(
    new_province: Callable[..., ProvinceKit],
) -> None:
    province = new_province(breaker_failures=5, attempts=10)
    province.double.admin.order({"kind": "status", "value": 503, "retry_after": 0.02})
    result = province.run(hospitals=["99002"])
    assert result.code == "PHR-505"
    assert [error.fault.code for error in result.step_errors] == ["PHR-404"]
    assert_balanced(province, result.options.run_id)
    assert len(province.calls()) < 20
    assert {s for s in province.states().values()} == {"pending", "held", "quarantined"}
    province.double.admin.clear_faults()
    assert province.run(hospitals=["99002"]).error is None
    assert_one_record_each(province, province.expected("send", "99002"))
