"""The Account Center token of one hospital (contract 2.1): fetched once, renewed in time, never stored.

A refused password is tried once. The token is checked to belong to the hospital before it is used (R9).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import jwt
import requests

from phr import faults
from phr.delivery.credentials import Credentials, EndpointAddress
from phr.errors import Retry, StopEndpoint, StopHospital

#: words with which a token service refuses a login, in the languages it may speak
_REFUSAL = re.compile(
    r"(?i)password|passwd|credential|unauthori[sz]ed|log ?in|user|account|locked|suspend|denied|forbidden"
    r"|รหัสผ่าน|ผู้ใช้|บัญชี|ไม่ถูกต้อง|ระงับ"
)
USER_AGENT = "moph-prompt-pipeline/0.1 (provincial PHR sender)"


def keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Changes nothing: neither a ``netrc`` file nor a session's own login may replace ours."""
    return request


class RefusalMemory(Protocol):
    """Where refused credentials are remembered across processes (the ledger)."""

    def is_refused(self, hospital: str, fingerprint: str) -> bool:
        """Was this credential refused before?"""
        ...

    def refuse(self, hospital: str, fingerprint: str) -> None:
        """Remember that it was refused."""
        ...


@dataclass
class TokenService:
    """Bearer tokens for one hospital; shared by the sending threads."""

    address: EndpointAddress
    credentials: Credentials
    session_factory: Callable[[], requests.Session]
    memory: RefusalMemory
    fingerprint: str
    timeout_seconds: float = 60.0
    renew_seconds: float = 900.0
    _token: str | None = field(default=None, repr=False)
    _expires: float = 0.0
    _lifetime: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def bearer(self, *, fixed_allowed: bool = True) -> str:
        """A token with enough life left; the fixed one where it is configured and allowed (2.2).

        :raises StopHospital: PHR-103 only a fixed token is there, PHR-402 refused login (not tried again),
            PHR-104 token of another hospital.
        :raises StopEndpoint: PHR-406 TLS does not verify.
        :raises Retry: PHR-407 when the service is away or answers something that is no token.
        """
        if self.credentials.fixed_token and fixed_allowed:
            return self.credentials.fixed_token
        if not self.credentials.user:
            detail = "the fixed token is for UpdatePHRv1 alone; other calls need login and password"
            raise StopHospital(faults.CONNECTION_MISSING, hospital=self.credentials.hcode, detail=detail)
        with self._lock:
            # a token whose whole life is shorter than the margin is used for half its life
            margin = min(self.renew_seconds, self._lifetime / 2)
            if self._token is None or time.time() > self._expires - margin:
                self._fetch()
            assert self._token is not None
            return self._token

    def invalidate(self, token: str) -> None:
        """The API called this token expired; the next :meth:`bearer` fetches a new one."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _fetch(self) -> None:
        hcode = self.credentials.hcode
        if self.memory.is_refused(hcode, self.fingerprint):
            detail = "refused before; it is tried again a day later, or after 'phr hospital retry-login'"
            raise StopHospital(faults.API_LOGIN, hospital=hcode, detail=detail)
        body = {
            "user": self.credentials.user,
            "password_hash": self.credentials.password_hash,
            "hospital_code": hcode,
        }
        try:
            answer = self.session_factory().post(
                self.address.token_url,
                params={"Action": "get_moph_access_token"},
                json=body,
                timeout=(10, self.timeout_seconds),
                verify=self.address.verify,
                allow_redirects=False,
                headers={"User-Agent": USER_AGENT},
                auth=keep_headers,
            )
        except requests.exceptions.SSLError as error:
            if "EOF" in repr(error):
                raise Retry(faults.API_TOKEN_SERVICE, hospital=hcode, detail=type(error).__name__) from None
            raise StopEndpoint(faults.API_TLS, hospital=hcode, detail="token service") from None
        except requests.RequestException as error:
            raise Retry(faults.API_TOKEN_SERVICE, hospital=hcode, detail=type(error).__name__) from None
        text = answer.text.strip().strip('"')
        if text == "terminated":
            detail = "this machine's address is not allowed there"
            raise StopHospital(faults.API_TOKEN_SERVICE, hospital=hcode, detail=detail)
        if answer.status_code not in (200, 400, 401) or text.startswith("<"):
            # a gateway, a firewall page, a moved address: nobody has looked at the password
            raise Retry(faults.API_TOKEN_SERVICE, hospital=hcode, detail=f"HTTP {answer.status_code}")
        if text.count(".") != 2 or len(text) < 40:
            # failure bodies are undocumented. What speaks of the login is a refusal and is remembered, so
            # that it is not repeated; anything else (empty, maintenance) just ends this run's tries
            if answer.status_code == 401 or _REFUSAL.search(text):
                self.memory.refuse(hcode, self.fingerprint)
                raise StopHospital(faults.API_LOGIN, hospital=hcode)
            detail = f"HTTP {answer.status_code}, the answer is no token and speaks of no login"
            raise StopHospital(faults.API_TOKEN_SERVICE, hospital=hcode, detail=detail)
        self._accept(text)

    def _accept(self, token: str) -> None:
        hcode = self.credentials.hcode
        try:
            claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
            expires = float(claims["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            raise Retry(
                faults.API_TOKEN_SERVICE, hospital=hcode, detail="the token is not readable"
            ) from None
        client = claims.get("client")
        named = str((client or {}).get("hospital_code", "")) if isinstance(client, dict) else ""
        named = named or str(claims.get("sub", "")).rpartition("@")[2]
        if named != hcode:
            raise StopHospital(
                faults.HOSPITAL_MISMATCH, hospital=hcode, detail="the token belongs to another hospital"
            )
        if expires <= time.time():
            detail = "the token had already expired; check this machine's clock"
            raise Retry(faults.API_TOKEN_SERVICE, hospital=hcode, detail=detail)
        issued = float(claims.get("iat") or time.time())
        self._token, self._expires, self._lifetime = token, expires, max(0.0, expires - issued)
