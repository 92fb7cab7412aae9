"""Calls by path and outcome, as the service counted them."""

from __future__ import annotations

import pytest
import requests


def test_calls_are_counted_by_what_became_of_them(national, sample):
    national.upload(sample(visit="V1"))
    national.upload({})
    national.admin.order({"kind": "warn", "refs": ["99999:V2"]}, {"kind": "refuse", "refs": ["99999:V3"]})
    for visit in ("V2", "V3"):
        national.upload(sample(visit=visit))
    for kind in ("drop_after", "drop_before", "torn", "status"):
        national.admin.order({"kind": kind, "times": 1})
        if kind == "status":
            assert national.call("POST", "/api/UpdatePHRv1", json=sample(visit="V4")).status_code == 503
        else:
            with pytest.raises(requests.RequestException):
                national.upload(sample(visit="V4"))
    assert national.admin.calls() == {
        "UpdatePHRv1": {"accepted": 2, "refused": 1, "faulted": 5},
        "token": {"accepted": 1, "refused": 0, "faulted": 0},
    }


def test_calls_are_counted_behind_a_call_and_of_one_hospital(national, sample):
    national.upload(sample(visit="V1"))
    seq = national.admin.health()["seq"]
    national.upload(sample(visit="V1"), token="not.a.token")
    national.admin.order({"kind": "drop_before", "path": "UpdatePHRv1"})
    with pytest.raises(requests.ConnectionError):
        national.upload(sample(visit="V1"))
    expected = {"UpdatePHRv1": {"accepted": 0, "refused": 1, "faulted": 1}}
    assert national.admin.calls(after=seq) == expected
    assert national.admin.calls(after=seq, hospital_code="99999") == expected
    assert national.admin.calls(hospital_code="99998") == {}


@pytest.mark.parametrize(
    ("ref", "code"), [("99999:V1", "99999"), ("cd:001", ""), ("9999", ""), ("๙๙๙๙๙", "")]
)
def test_a_call_is_its_hospitals_only_when_the_reference_says_so(ref, code):
    from phr_sandbox.national.dispatch import hospital_of

    assert hospital_of(ref) == code


def test_admin_paths_are_no_calls(national):
    national.admin.heartbeat("99999", "PC")
    national.admin.stats()
    assert national.admin.calls() == {}
