"""Hook of connection type ``moph_prompt``: Airflow's HTTP connection, made safe for patient data."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from airflow.providers.http.hooks.http import HttpHook
from requests.utils import get_environ_proxies

from moph_prompt import connections
from moph_prompt.get_provider_info import EXTRA_KEYS
from phr import faults
from phr.delivery import EndpointAddress, load_credentials
from phr.delivery.credentials import ALLOWED_HOSTS, address_from
from phr.delivery.tokens import USER_AGENT, TokenService
from phr.errors import PhrError, StopEndpoint, StopHospital
from phr.settings import Hospital


def checked_address(connection: Any) -> EndpointAddress:
    """The endpoint a connection names, if patient data may go there.

    :raises StopEndpoint: PHR-101 for an Extra key nobody reads or an unknown environment, PHR-105 for a host
        outside the environment (plain http is for this very machine), PHR-406 when TLS is not verified.
    """
    extra = connection.extra_dejson
    for key in ("verify", "verify_ssl"):
        if str(extra.get(key, True)).lower() not in ("true", "1"):
            raise StopEndpoint(faults.API_TLS, detail=f"extra {key} must not switch verification off")
    unknown = sorted(set(extra) - EXTRA_KEYS - {"verify", "verify_ssl"})
    if unknown:
        raise StopEndpoint(faults.CONFIG_MALFORMED, detail=f"unknown extra {', '.join(unknown)}")
    environment = str(extra.get("environment") or "")
    if environment not in (*ALLOWED_HOSTS, "sandbox"):
        detail = f"environment {environment or 'is empty'}: production, uat or sandbox"
        raise StopEndpoint(faults.CONFIG_MALFORMED, detail=detail)
    return address_from(connections.to_domain(connection), environment)


class _NotRemembered:
    """A test by hand is one try, whatever was refused before; nothing is written down."""

    def is_refused(self, hospital: str, fingerprint: str) -> bool:
        del hospital, fingerprint
        return False

    def refuse(self, hospital: str, fingerprint: str) -> None:
        del hospital, fingerprint


class MophPromptHook(HttpHook):
    """Sessions for the national API.

    Unlike its parent it never sends login or Extra as headers, always verifies TLS, follows no redirect,
    ignores ``.netrc`` (which would replace our Authorization header) and never logs an answer.

    :param moph_prompt_conn_id: the endpoint connection, or a credential connection to test.
    """

    conn_name_attr = "moph_prompt_conn_id"
    default_conn_name = "moph_prompt"
    conn_type = "moph_prompt"
    hook_name = "MOPH-PROMPT (หมอพร้อม)"

    def __init__(self, moph_prompt_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(http_conn_id=moph_prompt_conn_id, **kwargs)
        self.moph_prompt_conn_id = moph_prompt_conn_id
        self._lock = threading.Lock()
        self._address: EndpointAddress | None = None

    @property
    def address(self) -> EndpointAddress:
        """The checked endpoint, looked up once; raises ``StopEndpoint`` as :func:`checked_address`."""
        with self._lock:
            if self._address is None:
                self._address = checked_address(self.get_connection(self.moph_prompt_conn_id))
            return self._address

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """A new session; whoever asks keeps it (the client hands its sessions from call to call).

        :param headers: default headers of the session.
        :param extra_options: refused: what it could change must not change.
        :raises StopEndpoint: the connection is malformed or unsafe.
        """
        if extra_options:
            raise StopEndpoint(faults.CONFIG_MALFORMED, detail="session options cannot be overridden")
        self.base_url = self.address.base_url
        session = self._configure_session_from_mount_adapters(requests.Session())
        session.trust_env = False
        session.proxies = get_environ_proxies(self.base_url)
        session.verify = self.address.verify
        session.max_redirects = 0  # a redirected upload would carry patient data elsewhere
        session.headers["User-Agent"] = USER_AGENT
        session.headers.update(headers or {})
        return session

    def check_response(self, response: requests.Response) -> None:
        """Like the parent, but the answer's text, which may quote patient data, is not logged (LG2)."""
        if not response.ok:
            raise requests.HTTPError(f"HTTP {response.status_code}")

    def test_connection(self) -> tuple[bool, str]:
        """Ask the token service (credentials) or the endpoint (address); the message carries no secret."""
        try:
            connection = self.get_connection(self.moph_prompt_conn_id)
            if connection.login or connection.extra_dejson.get("hcode_token"):
                return True, self._ask_token(connection)
            return True, self._ask_endpoint()
        except PhrError as error:
            return False, str(error)
        except requests.exceptions.SSLError:
            return False, str(StopEndpoint(faults.API_TLS))
        except requests.RequestException as error:
            return False, str(StopEndpoint(faults.API_UNREACHABLE, detail=type(error).__name__))

    def _ask_endpoint(self) -> str:
        answer = self.get_conn().get(
            self.address.base_url, timeout=(5, 15), allow_redirects=False, stream=True
        )
        answer.close()
        host = urlsplit(self.address.base_url).hostname
        return f"ติดต่อ {host} ได้ (HTTP {answer.status_code}) / the endpoint answers"

    def _ask_token(self, connection: Any) -> str:
        """One login, and one only: repeated refusals lock the account (contract 2.1)."""
        connections.install()
        hcode = str(connection.extra_dejson.get("hospital_code") or "")
        if not hcode:
            raise StopHospital(faults.CONFIG_MALFORMED, detail="hospital_code of the connection is empty")
        endpoint = MophPromptHook()  # an account is tested at the endpoint it is for
        address = endpoint.address
        # looked up under the id being tested: the form may hold values that are not saved yet
        tested = SimpleNamespace(hcode=hcode, credential_connection=self.moph_prompt_conn_id)
        credentials = load_credentials(cast(Hospital, tested), address)
        if credentials.fixed_token:
            return "โทเคนคงที่อยู่ในรูปแบบที่ถูกต้อง (ยังไม่ได้ลองส่ง) / fixed token is well-formed, not tried"
        service = TokenService(address, credentials, endpoint.get_conn, _NotRemembered(), "")
        service.bearer()
        return f"ได้รับโทเคนของ {hcode} แล้ว / the token service accepted this account"
