"""The hook: safe sessions, a test button that tells the truth, and a form Airflow can draw."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from phr.errors import PhrError

pytestmark = pytest.mark.airflow

Define = Callable[..., None]
SANDBOX = {"environment": "sandbox"}


def hook(conn_id: str = "moph_prompt") -> Any:
    from moph_prompt.hooks import MophPromptHook

    return MophPromptHook(conn_id)


def test_a_session_verifies_and_sends_no_credential(connection: Define) -> None:
    connection(
        "moph_prompt",
        host="https://phr1.moph.go.th",
        login="somebody",
        password="secret-word",
        extra={
            "environment": "production",
            "token_url": "https://cvp1.moph.go.th/token",
            "hmac_secret": "key-word",
        },
    )
    kept = hook()
    session = kept.get_conn()
    assert kept.get_conn() is not session
    assert session.verify is True
    assert session.auth is None
    assert session.trust_env is False
    assert not any("word" in str(value) for value in session.headers.values())
    assert not set(session.headers) & {"environment", "token_url", "hmac_secret"}
    assert kept.base_url == "https://phr1.moph.go.th"


def test_a_ca_file_is_used(connection: Define, tmp_path: Path) -> None:
    file = tmp_path / "uat.pem"
    file.write_text("certificate")
    connection(
        "moph_prompt",
        host="https://203.150.143.180",
        extra={
            "environment": "uat",
            "token_url": "https://cvp1.moph.go.th/token",
            "ca_file": str(file),
        },
    )
    assert hook().get_conn().verify == str(file)


PRODUCTION = {"environment": "production", "token_url": "https://cvp1.moph.go.th/token"}


@pytest.mark.parametrize(
    ("host", "extra", "code"),
    [
        ("https://phr1.moph.go.th", PRODUCTION | {"verify": False}, "PHR-406"),
        ("https://phr1.moph.go.th", PRODUCTION | {"verify": "false"}, "PHR-406"),
        ("https://phr1.moph.go.th", PRODUCTION | {"verify": None}, "PHR-406"),
        ("https://phr1.moph.go.th", PRODUCTION | {"verify_ssl": 0}, "PHR-406"),
        ("https://phr1.moph.go.th", PRODUCTION | {"ca_file": "/nowhere.pem"}, "PHR-406"),
        ("http://phr1.moph.go.th", PRODUCTION, "PHR-406"),
        ("http://192.0.2.7:8099", SANDBOX, "PHR-105"),
        ("https://example.org", PRODUCTION, "PHR-105"),
        ("https://phr1.moph.go.th", {"environment": "test"}, "PHR-101"),
        ("https://phr1.moph.go.th", {}, "PHR-101"),
        ("https://phr1.moph.go.th", PRODUCTION | {"verfy": True}, "PHR-101"),
    ],
    ids=lambda value: str(value),
)
def test_an_unsafe_connection_is_refused_before_any_request(
    connection: Define, host: str, extra: dict[str, Any], code: str
) -> None:
    connection("moph_prompt", host=host, extra=extra)
    with pytest.raises(PhrError) as caught:
        hook().get_conn()
    assert caught.value.fault.code == code
    worked, message = hook().test_connection()
    assert not worked
    assert message.startswith(code)


def test_verification_cannot_be_switched_off_by_the_caller(connection: Define) -> None:
    connection("moph_prompt", host="http://127.0.0.1:9", extra=SANDBOX)
    with pytest.raises(PhrError, match="PHR-101"):
        hook().get_conn(extra_options={"verify": False})


def test_a_redirect_is_not_followed(connection: Define, redirecting_server: str) -> None:
    connection("moph_prompt", host=redirecting_server, extra=SANDBOX)
    with pytest.raises(requests.TooManyRedirects):
        hook().get_conn().post(redirecting_server, data=b"{}", timeout=5)


def test_an_error_answer_is_not_logged(connection: Define, caplog: pytest.LogCaptureFixture) -> None:
    answer = requests.Response()
    answer.status_code, answer._content = 500, b"1101700230708 somebody"
    with pytest.raises(requests.HTTPError) as caught:
        hook().check_response(answer)
    assert "1101700230708" not in caplog.text + repr(caught.value)


def test_the_test_button_against_the_double(connection: Define, double: Any) -> None:
    from phr_sandbox.national.settings import SETTINGS_FILE, SandboxSettings

    settings = SandboxSettings.load(double.store_dir / SETTINGS_FILE)
    password = settings.accounts["phr-99001"].password
    connection(
        "moph_prompt",
        host=double.base_url,
        extra=SANDBOX | {"token_url": f"{double.base_url}/token", "hmac_secret": settings.hmac_secret},
    )
    assert hook().test_connection()[0] is True

    def account(login: str, word: str, **extra: Any) -> tuple[bool, str]:
        connection("form", login=login, password=word, extra=SANDBOX | {"hospital_code": "99001"} | extra)
        return hook("form").test_connection()

    worked, message = account("phr-99001", password)
    assert worked, message
    worked, message = account("phr-99001", "not-the-password")
    assert not worked
    assert message.startswith("PHR-402")
    assert "not-the-password" not in message
    assert settings.hmac_secret not in message
    assert account("phr-99001", password, hospital_code="99002")[1].startswith("PHR-402")
    assert account("phr-99001", password, hospital_code=None)[1].startswith("PHR-101")
    assert account("phr-99001", password, environment="uat")[1].startswith("PHR-105")


def test_the_test_button_says_when_nobody_answers(connection: Define) -> None:
    connection("moph_prompt", host="http://127.0.0.1:9", extra=SANDBOX)
    worked, message = hook().test_connection()
    assert not worked
    assert message.startswith("PHR-401")


def test_the_form_airflow_draws() -> None:
    from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService

    from moph_prompt.get_provider_info import EXTRA_KEYS

    form = next(m for m in HookMetaService.hook_meta_data() if m.connection_type == "moph_prompt")
    assert form.hook_class_name == "moph_prompt.hooks.MophPromptHook"
    assert form.standard_fields is not None
    assert form.standard_fields.url_schema is not None
    assert form.standard_fields.url_schema.hidden
    assert form.standard_fields.host is not None
    assert "Base URL" in str(form.standard_fields.host.title)
    assert set(form.extra_fields or {}) == EXTRA_KEYS
    fields = form.extra_fields or {}
    assert fields["environment"]["schema"]["enum"] == ["production", "uat", "sandbox"]
    assert fields["hmac_secret"]["schema"]["format"] == "password"
    assert fields["hcode_token"]["schema"]["format"] == "password"


def test_the_provider_is_known_to_airflow() -> None:
    from airflow.providers_manager import ProvidersManager

    from moph_prompt.hooks import MophPromptHook

    info = ProvidersManager().hooks["moph_prompt"]
    assert info is not None
    assert info.connection_id_attribute_name == "moph_prompt_conn_id"
    assert info.connection_testable
    assert "moph_prompt_conn_id" in inspect.signature(MophPromptHook.__init__).parameters


def test_a_connection_nobody_defined_is_a_clear_error(airflow_db: None) -> None:
    from moph_prompt.connections import AirflowConnections

    with pytest.raises(PhrError, match="PHR-103") as caught:
        AirflowConnections().get("his_00000")
    assert caught.value.__cause__ is None
