"""The token service of the double: what it issues, refuses, locks and forgets (contract 2)."""

from __future__ import annotations

import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from phr_sandbox.national.settings import password_hash

FIXED = "99999:{AAAAAAAA-0000-4000-8000-000000000001}"


def is_auth_refusal(answer: requests.Response) -> bool:
    return answer.status_code == 501 and answer.json()["MessageCode"] == 401


def test_a_token_is_raw_text_with_the_claims_of_the_account_center(national):
    answer = national.login()
    assert not answer.text.startswith(('"', "{"))
    assert jwt.get_unverified_header(answer.text)["alg"] == "RS512"
    claims = jwt.decode(answer.text, options={"verify_signature": False})
    assert claims["sub"] == "agent@99999"
    assert (claims["iss"], claims["aud"]) == ("MOPH Account Center", "MOPH API")
    assert claims["exp"] - claims["iat"] == 18000
    assert claims["client"]["hospital_code"] == "99999"
    assert "[MOPH_PHR_HIE:1]" in claims["client"]["scope_list"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_three_fields_also_work_in_the_query_string(national, method):
    fields = {
        "user": "agent",
        "password_hash": _hash(national),
        "hospital_code": "99999",
    }
    answer = requests.request(
        method,
        f"{national.base_url}/token",
        params={"Action": "get_moph_access_token", **fields},
        timeout=10,
    )
    assert answer.text.count(".") == 2


def _hash(national) -> str:
    return password_hash("right", national.settings.hmac_secret)


def test_the_password_hash_is_compared_without_regard_to_case(national):
    assert national.login(password_hash=_hash(national).lower()).text.count(".") == 2


@pytest.mark.parametrize(
    ("user", "password", "hospital"),
    [("agent", "wrong", "99999"), ("nobody", "right", "99999"), ("uploader", "right", "99998")],
    ids=["wrong password", "unknown user", "hospital not of this account"],
)
def test_a_refused_login_is_a_text_that_is_no_jwt(national, user, password, hospital):
    answer = national.login(user, password, hospital)
    assert answer.status_code == 200
    assert answer.text.count(".") != 2


def test_bad_logins_lock_the_account_and_the_lock_ends(national):
    national.admin.settings(lockout_failures=3, lockout_seconds=1)
    for _ in range(2):
        national.login(password="wrong")
    assert national.login().text.count(".") == 2  # a good login forgets the failures
    for _ in range(3):
        national.login(password="wrong")
    assert "locked" in national.login().text
    assert national.login("uploader").text.count(".") == 2  # other accounts are not touched
    time.sleep(1.05)
    assert national.login().text.count(".") == 2


def test_an_unknown_action_of_the_token_service_is_501(national):
    answer = requests.post(f"{national.base_url}/token?Action=other", json={}, timeout=10)
    assert (answer.status_code, answer.json()["MessageCode"]) == (501, 501)


def test_a_token_ends_with_its_lifetime(national, sample):
    national.admin.settings(token_lifetime_seconds=2)
    token = national.login().text
    assert national.upload(sample(), token=token)["MessageCode"] == 200
    time.sleep(2.05)
    answer = national.call("POST", "/api/UpdatePHRv1", token=token, json=sample())
    assert is_auth_refusal(answer)
    assert answer.json()["Message"] == "JWT Expire"


def test_expiring_all_tokens_spares_the_next_one(national, sample):
    old = national.token()
    national.admin.expire_tokens()
    assert is_auth_refusal(national.call("POST", "/api/UpdatePHRv1", token=old, json=sample()))
    national.forget_tokens()
    assert national.upload(sample())["MessageCode"] == 200


def _forged(national, algorithm: str) -> str:
    genuine = national.token()
    claims = jwt.decode(genuine, options={"verify_signature": False})
    headers = {"kid": jwt.get_unverified_header(genuine)["kid"]}
    key = {
        "RS512": lambda: rsa.generate_private_key(65537, 2048),
        "HS512": lambda: "x" * 64,
        "none": lambda: None,
    }
    return jwt.encode(claims, key[algorithm](), algorithm=algorithm, headers=headers)


@pytest.mark.parametrize("algorithm", ["RS512", "HS512", "none"])
def test_a_forged_token_is_refused(national, sample, algorithm):
    answer = national.call("POST", "/api/UpdatePHRv1", token=_forged(national, algorithm), json=sample())
    assert is_auth_refusal(answer)


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "99999:{WRONG}", "99998:" + FIXED[6:]])
def test_what_is_no_token_is_refused(national, sample, token):
    assert is_auth_refusal(national.call("POST", "/api/UpdatePHRv1", token=token, json=sample()))


def test_a_fixed_token_opens_only_the_upload(national, sample):
    assert national.upload(sample(), token=FIXED)["MessageCode"] == 200
    day = "/api/OrganizationSummary?date=2025-01-15&data=encounter_ref_code&hospital_code=99999"
    assert is_auth_refusal(national.call("GET", day, token=FIXED))


def test_a_right_the_account_lacks_is_an_auth_refusal(national):
    token = national.login("uploader").text
    body = {"cid": "1111111111119"}
    assert is_auth_refusal(national.call("POST", "/idp/api/check_ekyc", token=token, json=body))
    assert national.call("POST", "/idp/api/check_ekyc", json=body).json()["result"] == 1
