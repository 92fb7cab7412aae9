"""A national side that refuses, warns, drops, tears, stalls and limits: nothing lost, nothing doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from province_kit import ProvinceKit, assert_balanced, assert_one_record_each
from sqlalchemy import select

from phr.errors import StopHospital
from phr.ledger import tables as t
from phr.pipeline import steps
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


def test_refusals_warnings_and_dropped_connections(mapped: ProvinceKit) -> None:
    province = mapped
    sendable = province.expected("send")
    refused, warned = _hit("r", 0.05, sendable), _hit("w", 0.10, sendable)
    dropped = _hit("a", 0.05, sendable)
    province.double.admin.order(
        {"kind": "drop_before", "rate": 0.05, "seed": "b", "times": 1},
        {"kind": "refuse", "rate": 0.05, "seed": "r", "value": REFUSAL},
        {"kind": "warn", "rate": 0.10, "seed": "w", "value": WARNING},
        {"kind": "drop_after", "rate": 0.05, "seed": "a", "times": 1},
    )
    options = province.deliver_first()
    assert_balanced(province, options.run_id)
    states = province.states()
    assert {ref for ref, state in states.items() if state == "rejected"} == refused
    assert _notes(province, REFUSAL) == refused
    assert _notes(province, WARNING) == warned - refused
    assert Counter(province.dispositions(options.run_id).values())["rejected"] == len(refused)
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
            [{"kind": "status", "value": 429, "retry_after": 0.05, "rate": 0.05, "seed": "l", "times": 1}],
            id="http_429",
        ),
        pytest.param(
            [
                {"kind": "status", "value": code, "retry_after": 0.05, "rate": 0.03, "seed": code, "times": 1}
                for code in (500, 502, 503, 504)
            ],
            id="http_5xx",
        ),
        pytest.param([{"kind": "latency", "value": 40, "rate": 0.5, "seed": "s"}], id="latency"),
        pytest.param(
            [{"kind": "refuse", "message_code": 500, "rate": 0.2, "seed": "e", "times": 1}],
            id="exception_inside",
        ),
    ],
)
def test_passing_trouble_delivers_everything_in_one_run(
    mapped: ProvinceKit, rules: list[dict[str, Any]]
) -> None:
    mapped.double.admin.order(*rules)
    options = mapped.deliver_first()
    assert all(rule["fired"] for rule in mapped.double.admin.faults())
    assert_balanced(mapped, options.run_id)
    assert_one_record_each(mapped, mapped.expected("send"))


def test_a_token_that_expires_on_the_way_is_renewed(mapped: ProvinceKit) -> None:
    ref = sorted(mapped.expected("send", "99001"))[40]
    mapped.double.admin.order({"kind": "expire_tokens", "refs": [ref], "times": 1})
    options = mapped.deliver_first()
    assert len(mapped.double.admin.requests(path="token")) == 4, "one for each hospital, and one renewed"
    assert_balanced(mapped, options.run_id)
    assert_one_record_each(mapped, mapped.expected("send"))


def test_lasting_trouble_leaves_documents_waiting_and_the_next_run_delivers_them(
    new_mapped: Callable[..., ProvinceKit],
) -> None:
    province = new_mapped(attempts=2)
    sendable = province.expected("send")
    never, unclear = _hit("b", 0.2, sendable), _hit("a", 0.2, sendable)
    province.double.admin.order(
        {"kind": "drop_before", "rate": 0.2, "seed": "b"},
        {"kind": "drop_after", "rate": 0.2, "seed": "a"},
    )
    first = province.first
    assert first is not None
    (error,) = province.deliver(first)
    assert error.fault.code == "PHR-404"
    with pytest.raises(StopHospital, match=r"PHR-505.*99002 PHR-404"):
        steps.finish_run(first)
    assert_balanced(province, first.run_id)
    states = province.states()
    # a cut connection proves nothing either way: both kinds are unknown, and both go again
    assert {ref for ref, state in states.items() if state == "unknown"} == never | unclear
    assert set(province.national()) == sendable - never

    province.double.admin.clear_faults()
    again = province.run()
    assert again.error is None
    assert_balanced(province, first.run_id, again.options.run_id)
    assert_one_record_each(province, sendable)
    # the first run learns what became of its documents, too
    assert set(province.dispositions(first.run_id).values()) == {"sent", "held", "quarantined"}


def test_clearing_deliver_of_the_failed_run_is_enough(new_mapped: Callable[..., ProvinceKit]) -> None:
    province = new_mapped(attempts=1)
    first = province.first
    assert first is not None
    province.double.admin.order({"kind": "status", "value": 503, "retry_after": 0.05, "rate": 0.4, "seed": 1})
    assert [e.fault.code for e in province.deliver(first)] == ["PHR-404"]
    assert_balanced(province, first.run_id)
    assert "pending" in province.states().values()
    province.double.admin.clear_faults()
    assert province.deliver(first) == []
    assert steps.finish_run(first)["pending"] == 0
    assert_one_record_each(province, province.expected("send"))
    assert_balanced(province, first.run_id)


def test_an_outage_trips_the_breaker_and_everything_stays_pending(
    new_mapped: Callable[..., ProvinceKit],
) -> None:
    province = new_mapped(breaker_failures=5, attempts=10)
    first = province.first
    assert first is not None
    province.double.admin.order({"kind": "status", "value": 503, "retry_after": 0.02})
    assert [e.fault.code for e in province.deliver(first, "99002")] == ["PHR-404"]
    with pytest.raises(StopHospital, match="PHR-505"):
        steps.finish_run(first)
    assert_balanced(province, first.run_id)
    assert len(province.calls()) < 20
    assert set(province.states().values()) == {"pending", "held", "quarantined"}
    province.double.admin.clear_faults()
    province.deliver_first()
    assert_one_record_each(province, province.expected("send"))
