"""Every fault that can be ordered: what the client sees, and whether the write happened."""

from __future__ import annotations

import time

import pytest
import requests

from phr_sandbox.national.fault_rules import chosen


def writes(national):
    return {row["ref"]: row["writes"] for row in national.admin.encounters()}


def test_latency_delays_the_answer(national, sample):
    national.token()
    national.admin.order({"kind": "latency", "value": 300})
    started = time.monotonic()
    assert national.upload(sample(visit="V1"))["MessageCode"] == 200
    assert 0.3 <= time.monotonic() - started < 3


def test_latency_of_one_call_does_not_hold_up_another(national, sample):
    national.token()
    national.admin.order({"kind": "latency", "value": 3000, "refs": ["99999:SLOW"]})
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{national.base_url}/api/UpdatePHRv1",
            json=sample(visit="SLOW"),
            headers={"Authorization": f"Bearer {national.token()}"},
            timeout=0.2,
        )
    started = time.monotonic()
    national.upload(sample(visit="QUICK"))
    assert time.monotonic() - started < 2
    # it is written later, and must not be in the middle of another test
    while "99999:SLOW" not in writes(national):
        assert time.monotonic() - started < 30
        time.sleep(0.1)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_gateway_status_writes_nothing_and_is_no_json(national, sample, status):
    national.admin.order({"kind": "status", "value": status})
    answer = national.call("POST", "/api/UpdatePHRv1", json=sample())
    assert answer.status_code == status
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert writes(national) == {}


def test_an_ordered_429_carries_retry_after(national, sample):
    national.admin.order({"kind": "status", "value": 429, "retry_after": 7})
    answer = national.call("POST", "/api/UpdatePHRv1", json=sample())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["MessageCode"] == 429


def test_drop_before_resets_the_connection_and_writes_nothing(national, sample):
    national.token()
    national.admin.order({"kind": "drop_before", "times": 1})
    with pytest.raises(requests.ConnectionError):
        national.upload(sample(visit="V1"))
    assert writes(national) == {}
    assert national.upload(sample(visit="V1"))["MessageCode"] == 200
    assert [row["fault"] for row in national.admin.requests(path="UpdatePHRv1")] == ["drop_before", ""]


def test_drop_after_resets_the_connection_but_the_write_is_there(national, sample):
    national.token()
    national.admin.order({"kind": "drop_after", "times": 1})
    with pytest.raises(requests.ConnectionError):
        national.upload(sample(visit="V1"))
    assert writes(national) == {"99999:V1": 1}
    national.upload(sample(visit="V1"))
    assert writes(national) == {"99999:V1": 2}


def test_torn_gives_half_an_answer_but_the_write_is_there(national, sample):
    national.token()
    national.admin.order({"kind": "torn"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        national.upload(sample(visit="V1"))
    with requests.post(
        f"{national.base_url}/api/UpdatePHRv1",
        json=sample(visit="V1"),
        headers={"Authorization": f"Bearer {national.token()}"},
        stream=True,
        timeout=10,
    ) as answer:
        assert answer.status_code == 200
        assert answer.raw.read(20).startswith(b'{"result":{}')
    assert writes(national) == {"99999:V1": 2}


def test_drops_also_strike_on_a_kept_connection(national, sample):
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {national.token()}"
        url = f"{national.base_url}/api/UpdatePHRv1"
        assert session.post(url, json=sample(visit="V1"), timeout=10).status_code == 200
        national.admin.order({"kind": "drop_after", "refs": ["99999:V2"]})
        with pytest.raises(requests.ConnectionError):
            session.post(url, json=sample(visit="V2"), timeout=10)
        assert session.post(url, json=sample(visit="V3"), timeout=10).json()["MessageCode"] == 200
    assert writes(national) == {"99999:V1": 1, "99999:V2": 1, "99999:V3": 1}


def test_refuse_is_http_200_with_another_message_code(national, sample):
    national.admin.order({"kind": "refuse", "value": "database busy", "message_code": 409})
    answer = national.call("POST", "/api/UpdatePHRv1", json=sample())
    assert answer.status_code == 200
    assert (answer.json()["MessageCode"], answer.json()["Message"]) == (409, "database busy")
    assert writes(national) == {}


def test_a_server_exception_shows_a_call_stack(national, sample):
    national.admin.order({"kind": "refuse", "message_code": 500})
    assert "call_stack" in national.upload(sample())


def test_warn_adds_a_warning_to_an_accepted_write(national, sample):
    national.admin.order({"kind": "warn", "value": "first"}, {"kind": "warn", "value": "second"})
    assert national.upload(sample(visit="V1"))["processing_warning"] == ["first", "second"]
    assert writes(national) == {"99999:V1": 1}


def test_expire_tokens_strikes_in_the_middle_of_a_run(national, sample):
    national.admin.order({"kind": "expire_tokens", "refs": ["99999:V2"], "times": 1})
    assert national.upload(sample(visit="V1"))["MessageCode"] == 200
    assert national.upload(sample(visit="V2"))["MessageCode"] == 401
    assert national.upload(sample(visit="V3"))["MessageCode"] == 401
    national.forget_tokens()
    assert national.upload(sample(visit="V2"))["MessageCode"] == 200


def test_the_share_is_chosen_by_reference_and_seed(national, sample):
    visits = [f"V{number}" for number in range(40)]
    expected = {visit for visit in visits if chosen("night", f"99999:{visit}", 0.3)}
    assert 0 < len(expected) < 40
    national.admin.order({"kind": "refuse", "rate": 0.3, "seed": "night"})
    for _ in range(2):
        refused = {visit for visit in visits if national.upload(sample(visit=visit))["MessageCode"] != 200}
        assert refused == expected


def test_chosen_hits_about_its_share():
    hit = sum(chosen(1, f"99999:V{number}", 0.2) for number in range(5000))
    assert 850 < hit < 1150
    assert not any(chosen(1, f"V{number}", 0.0) for number in range(100))
    assert all(chosen(1, f"V{number}", 1.0) for number in range(100))


def test_times_counts_for_each_reference(national, sample):
    national.admin.order({"kind": "refuse", "times": 2})
    codes = [national.upload(sample(visit=v))["MessageCode"] for v in ("V1", "V1", "V2", "V1", "V2", "V2")]
    assert codes == [400, 400, 400, 200, 400, 200]
    assert national.admin.faults()[0]["fired"] == 4


def test_rules_are_bound_to_a_path(national, sample):
    national.admin.order({"kind": "status", "path": "RemoveEncounter"}, {"kind": "status", "path": "token"})
    assert national.login().status_code == 503
    national.admin.order({"kind": "status", "path": "RemoveEncounter", "refs": ["99999:V1"]})
    national.upload(sample(visit="V1"))
    query = "/api/RemoveEncounter?hospital_code=99999&encounter_ref_code="
    assert national.call("GET", query + "V1").status_code == 503
    assert national.call("GET", query + "V2").status_code == 200
    national.admin.clear_faults()
    assert national.call("GET", query + "V1").json()["MessageCode"] == 200


def test_the_token_service_can_drop_too(national):
    national.admin.order({"kind": "drop_before", "path": "token", "times": 1})
    with pytest.raises(requests.ConnectionError):
        national.login()
    assert national.login().text.count(".") == 2


@pytest.mark.parametrize(
    "rule", [{"kind": "earthquake"}, {"kind": "warn", "rate": 2}, {"kind": "warn", "ref": "x"}]
)
def test_an_unknown_order_is_refused(national, rule):
    with pytest.raises(requests.HTTPError, match="422"):
        national.admin.order(rule)
