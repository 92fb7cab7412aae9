"""Client of the MOPH PHR API: one document per call, ``MessageCode`` before HTTP status (contract 3.5, 7).

Sessions come from outside and are kept here: Airflow's ``HttpHook`` inside Airflow, ``requests`` elsewhere.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import orjson
import requests

from phr import faults
from phr.delivery.credentials import EndpointAddress
from phr.delivery.tokens import USER_AGENT, TokenService, keep_headers
from phr.errors import Bug, StopEndpoint, StopHospital

#: ``retry``: surely not written; ``unknown``: it may have been written; ``auth``: the token was not taken
Kind = Literal["accepted", "refused", "retry", "unknown", "auth", "not_implemented"]


#: kind of document -> endpoint that takes it (contract 4.2 to 4.5)
UPLOAD_PATHS = {
    "encounter": "/api/UpdatePHRv1",
    "immunization": "/api/ImmunizationRegisterv1",
    "allergy": "/api/AllergyIntolerancev1",
    "chronic": "/api/PatientChronicRegisterv1",
}
_SUMMARY = "/api/OrganizationSummary"


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to remove one encounter, or to empty one register; only the guard makes one, after it has written
    the call down."""

    reference: str = field(repr=False)
    call_id: str


@dataclass(frozen=True, slots=True)
class EntriesPermit:
    """Leave to remove entries of the chronic disease register; only the guard makes one.

    :raises Bug: PHR-508 without a code or without entries: an empty list would wipe the code (trap 4).
    """

    cd_code: str
    references: tuple[str, ...] = field(repr=False)
    call_id: str

    def __post_init__(self) -> None:
        if not self.cd_code or not self.references or not all(self.references):
            raise Bug(faults.DESTRUCTIVE_REFUSED, detail="removal from a register without naming its entries")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the national side said. ``text`` and ``warnings`` may quote the body: scrub before keeping."""

    kind: Kind
    code: str
    text: str = field(default="", repr=False)
    warnings: tuple[str, ...] = field(default=(), repr=False)
    retry_after: float | None = None
    result: Any = field(default=None, repr=False)


@dataclass
class PhrClient:
    """Calls for one hospital. Never logs a body, an answer or a URL with a reference in it."""

    address: EndpointAddress
    tokens: TokenService
    session_factory: Callable[[], requests.Session]
    timeout_seconds: float = 120.0
    #: sessions not in use; a call takes one and gives it back, so connections outlive the sending threads
    _idle: queue.SimpleQueue[requests.Session] = field(default_factory=queue.SimpleQueue, repr=False)

    def upload(self, kind: str, body: bytes) -> Answer:
        """``POST`` one document of a kind (UTF-8 JSON, no BOM) to its endpoint.

        :raises StopHospital: PHR-403 when a fresh token is refused too; PHR-103 when only the fixed token is
            configured, which is for UpdatePHRv1 alone (2.2).
        :raises StopEndpoint: PHR-405 the call is not implemented, PHR-406 TLS does not verify.
        """
        return self._authorised("POST", self.path_of(kind), data=body, fixed_allowed=kind == "encounter")

    @staticmethod
    def path_of(kind: str) -> str:
        """Path of the endpoint that takes documents of this kind."""
        return UPLOAD_PATHS[kind]

    def day_references(self, day: str) -> Answer:
        """``OrganizationSummary``: references the national side holds for one service day (yyyy-mm-dd)."""
        params = {"date": day, "data": "encounter_ref_code", "hospital_code": self._hcode}
        return self._authorised("GET", _SUMMARY, params=params)

    def month_summary(self, month: str) -> Answer:
        """``OrganizationSummary``: encounters per day of one month (yyyy-mm)."""
        params = {"month": month, "data": "month_summary", "hospital_code": self._hcode}
        return self._authorised("GET", _SUMMARY, params=params)

    def send_summary(self, body: bytes) -> Answer:
        """``POST OrgEncounterSummary``: the hospital's own counts per day (contract 4.10)."""
        return self._authorised("POST", "/api/OrgEncounterSummary", data=body)

    def agent_computer(self) -> Answer:
        """``GetAgentComputerName``: the computer that sends for this hospital (contract 5, shape open)."""
        body = orjson.dumps({"hospital_code": self._hcode})
        return self._authorised("POST", "/api/GetAgentComputerName", data=body)

    def remove_encounter(self, permit: Permit) -> Answer:
        """``GET RemoveEncounter``: a GET that deletes (trap 5); made once, never repeated by itself.

        :param permit: from :mod:`phr.delivery.guard`, which has written the call down before.
        """
        params = {
            "hospital_code": self._hcode,
            "encounter_ref_code": f"{self._hcode}:{permit.reference}",
        }
        return self._authorised("GET", "/api/RemoveEncounter", params=params)

    def empty_register(self, permit: Permit, body: bytes) -> Answer:  # noqa: ARG002
        """``ImmunizationRegisterv1`` with an empty list: deletes every dose of one person here (trap 3).

        :param permit: from :mod:`phr.delivery.guard`, which has looked at the body and written the call down.
        """
        return self._authorised("POST", self.path_of("immunization"), data=body)

    def chronic_references(self, cd_code: str) -> Answer:
        """``OrganizationSummary``: ``chronic_ref_code`` of every entry of one disease (4.4)."""
        params = {"data": "patient_chronic_registry", "hospital_code": self._hcode, "cd_code": cd_code}
        return self._authorised("GET", _SUMMARY, params=params)

    def remove_chronic(self, permit: EntriesPermit) -> Answer:
        """``PatientChronicRegisterv1?mode=remove``: made once, never repeated by itself, never empty.

        :param permit: from :mod:`phr.delivery.guard`, which has written the call down before.
        """
        body = orjson.dumps(list(permit.references))
        params = {"mode": "remove", "cd_code": permit.cd_code}
        return self._authorised("POST", self.path_of("chronic"), data=body, params=params)

    @property
    def _hcode(self) -> str:
        return self.tokens.credentials.hcode

    def _authorised(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        params: dict[str, str] | None = None,
        fixed_allowed: bool = False,
    ) -> Answer:
        """One call, with a renewed token when the API calls it expired (twice at the most)."""
        for attempt in (1, 2, 3):  # a second token may run out while the call is out, a third hardly
            token = self.tokens.bearer(fixed_allowed=fixed_allowed)
            answer = self._call(method, path, token, data=data, params=params)
            if answer.kind != "auth":
                break
            self.tokens.invalidate(token)
            if attempt == 3 or (fixed_allowed and self.tokens.credentials.fixed_token):
                raise StopHospital(faults.API_TOKEN, hospital=self._hcode, detail=answer.code)
        if answer.kind == "not_implemented":
            name = path.rpartition("/")[2]
            raise StopEndpoint(faults.API_NOT_IMPLEMENTED, hospital=self._hcode, detail=name)
        return answer

    @contextlib.contextmanager
    def _session(self) -> Iterator[requests.Session]:
        try:
            session = self._idle.get_nowait()
        except queue.Empty:
            session = self.session_factory()
        try:
            yield session
        finally:
            self._idle.put(session)

    def _call(
        self,
        method: str,
        path: str,
        token: str,
        *,
        data: bytes | None = None,
        params: dict[str, str] | None = None,
    ) -> Answer:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
        }
        try:
            with self._session() as session:
                response = session.request(
                    method,
                    self.address.base_url + path,
                    data=data,
                    params=params,
                    headers=headers,
                    timeout=(10, self.timeout_seconds),
                    verify=self.address.verify,
                    allow_redirects=False,
                    auth=keep_headers,
                )
        except requests.exceptions.SSLError as error:
            if "EOF" in repr(error):  # cut after the handshake: the call may have arrived
                return Answer("unknown", type(error).__name__)
            raise StopEndpoint(faults.API_TLS, hospital=self.tokens.credentials.hcode) from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            return Answer("retry", type(error).__name__)
        except requests.ConnectionError as error:
            # refused before a byte went out, or cut in the middle: only the former is surely not written
            refused = "NewConnectionError" in repr(error) or "Connection refused" in repr(error)
            return Answer("retry" if refused else "unknown", type(error).__name__)
        except requests.RequestException as error:
            return Answer("unknown", type(error).__name__)
        return read_answer(response.status_code, response.content, response.headers.get("Retry-After"))


def read_answer(status: int, content: bytes, retry_after: str | None = None) -> Answer:
    """Judge an answer by its ``MessageCode``, and by the HTTP status only where there is none."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _without_code(status, retry_after, content)
    if not isinstance(body, dict) or "MessageCode" not in body:
        return _without_code(status, retry_after, content)
    text = str(body.get("Message") or "")
    name = str(body["MessageCode"]).strip()
    if not (name.isascii() and name.isdigit() and len(name) <= 6):
        return Answer("unknown", "no-code", text=text)
    code = int(name)
    if code == 200:
        if status >= 500:  # a gateway's error around somebody's 200: believe neither
            return Answer("unknown", f"HTTP-{status}", text=text)
        return Answer("accepted", name, text, _warnings(body), result=body.get("result"))
    if code == 401 or _speaks_of_the_token(text):
        return Answer("auth", name, text)
    if code == 429 or status == 429:
        return Answer("retry", name, text, retry_after=_seconds(retry_after))
    if code == 501:
        return Answer("not_implemented", name, text)
    if code in (408, 409) or code >= 500:
        # a database that is busy or an exception inside: nobody says whether rows were written
        return Answer("unknown", name, text)
    return Answer("refused", name, text, _warnings(body))


def _speaks_of_the_token(text: str) -> bool:
    lower = text.lower()
    return "jwt" in lower or "invalid authorization" in lower


def _without_code(status: int, retry_after: str | None, content: bytes) -> Answer:
    """No envelope: a proxy, a firewall, or an answer torn on the way."""
    name = f"HTTP-{status}"
    if status == 501 and _speaks_of_the_token(content[:2000].decode("utf-8", "replace")):
        return Answer("auth", name)  # the older service says it in plain text (7.2)
    if status == 429:
        return Answer("retry", name, retry_after=_seconds(retry_after))
    if status == 503:  # 502 and 504 come from a gateway that may have passed the call on
        return Answer("retry", name, retry_after=_seconds(retry_after))
    if status == 401:
        return Answer("auth", name)
    if status in (403, 404, 405) or 300 <= status < 400:
        return Answer("retry", name)
    return Answer("unknown", name)


def _warnings(body: dict[str, Any]) -> tuple[str, ...]:
    raw = body.get("processing_warning") or []
    return tuple(str(item) for item in (raw if isinstance(raw, list) else [raw]))


def _seconds(text: str | None) -> float | None:
    """``Retry-After`` in seconds or as an HTTP date; never more than five minutes."""
    if not text:
        return None
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        if text.strip().isdigit():
            return min(float(text), 300.0)
        return max(0.0, min(parsedate_to_datetime(text).timestamp() - time.time(), 300.0))
    return None
