"""The sender against a misbehaving national side: what is sent again, and what is written down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from delivery_parts import HOSPITAL, Desk

from phr.delivery import BudgetWait
from phr.errors import PhrError, Retry, StopEndpoint, StopHospital
from phr.ledger.budget import RateBudget
from phr_sandbox.national.server import SandboxServer

MakeDesk = Callable[..., Desk]


def test_everything_arrives_once(desk: MakeDesk) -> None:
    here = desk("v1", "v2", "v3")
    assert here.send() == 0
    assert set(here.states().values()) == {"delivered"}
    assert (here.sender.report.sent, here.sender.report.calls, here.calls(), here.calls("token")) == (
        3,
        3,
        3,
        1,
    )
    assert here.send() == 0  # nothing is left to claim, so no call is made
    assert here.calls() == 3


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "value": 429, "retry_after": 0.2},
        {"kind": "status", "value": 503, "retry_after": 0.2},
        {"kind": "status", "value": 502},
        {"kind": "status", "value": 500},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "torn"},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('value', '')}".strip(),
)
def test_a_passing_fault_is_mended_by_a_second_call(desk: MakeDesk, fault: dict[str, object]) -> None:
    here = desk("v1", "v2")
    here.national.admin.order({**fault, "refs": [f"{HOSPITAL}:v1"], "times": 1})
    here.send()
    assert here.states() == {"v1": "delivered", "v2": "delivered"}
    assert (here.calls(reference="v1"), here.calls(reference="v2")) == (2, 1)
    assert here.writes("v1") == (2 if fault["kind"] in ("drop_after", "torn") else 1)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"kind": "status", "value": 503, "retry_after": 0.1}, "pending"),
        ({"kind": "status", "value": 429, "retry_after": 0.1}, "pending"),
        ({"kind": "status", "value": 404}, "pending"),
        ({"kind": "status", "value": 502}, "unknown"),
        ({"kind": "status", "value": 504}, "unknown"),
        ({"kind": "drop_before"}, "unknown"),
        ({"kind": "drop_after"}, "unknown"),
        ({"kind": "torn"}, "unknown"),
        ({"kind": "refuse", "message_code": 500}, "unknown"),
        ({"kind": "refuse", "message_code": 409}, "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value['kind']} {value.get('value', '')}",
)
def test_a_lasting_fault_leaves_what_is_surely_known(
    desk: MakeDesk, fault: dict[str, object], state: str
) -> None:
    here = desk("v1")
    here.national.admin.order(fault)
    here.send()
    assert here.states() == {"v1": state}
    assert here.calls() == 2
    # when the fault is gone the next try settles it
    here.national.admin.clear_faults()
    here.send()
    assert here.states() == {"v1": "delivered"}


def test_retry_after_is_honoured(desk: MakeDesk) -> None:
    here = desk("v1")
    here.national.admin.order({"kind": "status", "value": 429, "retry_after": 1, "times": 1})
    begin = time.monotonic()
    here.send()
    assert time.monotonic() - begin >= 1


def test_a_refusal_is_final_and_its_text_is_kept_without_values(desk: MakeDesk) -> None:
    here = desk("v1")
    complaint = "Patient ทดสอบหนึ่ง 1111111111119 is wrong"
    here.national.admin.order({"kind": "refuse", "message_code": 400, "value": complaint})
    here.send()
    assert here.states() == {"v1": "rejected"}
    assert here.calls() == 1
    ((severity, code, text),) = here.notes()
    assert (severity, code, text) == ("refusal", "400", "Patient ‹value› ‹value› is wrong")
    here.send()
    assert here.calls() == 1


def test_every_warning_is_kept_and_counts_as_delivered(desk: MakeDesk) -> None:
    here = desk("v1")
    warnings = [{"kind": "warn", "value": f"complaint {n}"} for n in range(3)]
    here.national.admin.order(*warnings)
    here.send()
    assert here.states() == {"v1": "delivered"}
    assert here.notes() == [("warning", "200", f"complaint {n}") for n in range(3)]
    assert here.sender.report.warned == 1


def test_a_slow_answer_is_waited_for_and_the_lease_renewed(desk: MakeDesk) -> None:
    here = desk("v1", lease_seconds=0.6)
    here.national.admin.order({"kind": "latency", "value": 1500})
    here.send()
    assert here.states() == {"v1": "delivered"}
    assert here.calls() == 1


def test_a_timed_out_call_is_unknown(desk: MakeDesk) -> None:
    here = desk("v1", timeout=0.3, attempts=1)
    here.national.admin.order({"kind": "latency", "value": 1000, "times": 1})
    here.send()
    assert here.states() == {"v1": "unknown"}


def test_an_expired_token_is_renewed_once_and_delivery_goes_on(desk: MakeDesk) -> None:
    here = desk("v1", "v2", "v3", threads=1)
    here.national.admin.order({"kind": "expire_tokens", "refs": [f"{HOSPITAL}:v2"], "times": 1})
    here.send()
    assert set(here.states().values()) == {"delivered"}
    assert here.calls("token") == 2


def test_a_fresh_token_that_is_refused_too_stops_the_hospital(desk: MakeDesk) -> None:
    here = desk("v1", "v2", "v3", threads=1)
    here.national.admin.order({"kind": "expire_tokens"})
    with pytest.raises(StopHospital, match="PHR-403"):
        here.send()
    assert set(here.states().values()) == {"pending"}
    assert (here.calls("token"), here.calls()) == (3, 3)


def test_an_account_without_the_right_stops_the_hospital(desk: MakeDesk) -> None:
    from delivery_parts import login

    here = desk("v1", credentials=login(user="noright"))
    with pytest.raises(StopHospital, match="PHR-403"):
        here.send()
    assert here.states() == {"v1": "pending"}


def test_an_unknown_call_stops_the_endpoint(desk: MakeDesk) -> None:
    here = desk("v1", "v2")
    here.national.admin.order({"kind": "refuse", "message_code": 501, "value": "no such action"})
    with pytest.raises(StopEndpoint, match="PHR-405"):
        here.send()
    assert set(here.states().values()) == {"pending"}


def test_the_breaker_stops_after_failures_in_a_row(desk: MakeDesk) -> None:
    here = desk(*[f"v{n:02}" for n in range(20)], breaker_failures=5, threads=2)
    here.national.admin.order({"kind": "status", "value": 503, "retry_after": 0.05})
    with pytest.raises(StopEndpoint, match="PHR-404"):
        here.send()
    assert here.calls() <= 5 + 2
    assert set(here.states().values()) == {"pending"}
    # all claims were given back: the next deliverer need not wait for a lease
    here.national.admin.clear_faults()
    other = Desk(here.national, here.ledger)
    other.bodies = here.bodies
    other.send()
    assert set(other.states().values()) == {"delivered"}


def test_a_server_that_is_gone_leaves_pending(desk: MakeDesk, national: SandboxServer) -> None:
    here = desk("v1", "v2")
    here.tokens.bearer()
    port, national_base = national.port, here.address
    here.client.address = type(national_base)(
        "sandbox", f"http://127.0.0.1:{_free_port(port)}", national_base.token_url, ""
    )
    here.send()
    assert set(here.states().values()) == {"pending"}


def _free_port(_not: int) -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_a_token_service_in_trouble_leaves_pending(desk: MakeDesk) -> None:
    here = desk("v1")
    here.national.admin.order({"kind": "status", "value": 503, "path": "token"})
    with pytest.raises(Retry, match="PHR-407"):
        here.send()
    assert here.states() == {"v1": "pending"}
    assert here.calls() == 0


def test_at_most_limits_the_documents_sent(desk: MakeDesk) -> None:
    here = desk("v1", "v2", "v3")
    here.sender.send(here.bodies, at_most=2)
    assert sorted(here.states().values()) == ["delivered", "delivered", "pending"]


def test_a_busy_budget_frees_the_slot_and_loses_nothing(desk: MakeDesk) -> None:
    here = desk("v1", calls_per_minute=60, wait_limit=1.0)
    RateBudget(here.ledger, here.address.base_url, 60).reserve(30)
    with pytest.raises(BudgetWait) as caught:
        here.send()
    assert caught.value.seconds > 20
    assert (here.states(), here.calls()) == ({"v1": "pending"}, 0)


def test_the_budget_paces_the_calls(desk: MakeDesk) -> None:
    here = desk(*[f"v{n}" for n in range(8)], calls_per_minute=240, threads=4)
    begin = time.monotonic()
    here.send()
    # 240 a minute = one every 250 ms; a second's worth may run ahead
    assert time.monotonic() - begin >= (8 - 1) * 0.25 - 1.0 - 0.05
    assert set(here.states().values()) == {"delivered"}


def test_outcomes_are_settled_while_others_are_still_out(desk: MakeDesk) -> None:
    here = desk("v1", "v2", threads=2)
    here.national.admin.order({"kind": "latency", "value": 2500, "refs": [f"{HOSPITAL}:v2"]})
    sending = threading.Thread(target=here.send)
    sending.start()
    time.sleep(1.8)
    during = here.states()
    sending.join()
    assert during == {"v1": "delivered", "v2": "in_flight"}
    assert here.states() == {"v1": "delivered", "v2": "delivered"}


def test_an_interrupted_sender_writes_down_what_it_knows(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(*[f"v{n}" for n in range(6)], threads=1)
    here.national.admin.order({"kind": "latency", "value": 200})

    def interrupted(claims: object) -> None:
        raise KeyboardInterrupt

    # the signal arrives while the leases are renewed: the only moment a test can choose
    monkeypatch.setattr(here.outbox, "renew", interrupted)
    here.sender.endpoint = here.endpoint.model_copy(update={"lease_seconds": 1.5})
    with pytest.raises(KeyboardInterrupt):
        here.send()
    states = list(here.states().values())
    assert "in_flight" not in states
    assert states.count("delivered") == here.calls() >= 2
    assert "pending" in states


def test_the_error_names_no_document(desk: MakeDesk) -> None:
    here = desk("650101080000", attempts=1, breaker_failures=3)
    here.national.admin.order({"kind": "expire_tokens"})
    with pytest.raises(PhrError) as caught:
        here.send()
    assert "650101080000" not in str(caught.value)
    assert "650101080000" not in repr(here.sender.report)
