"""Endpoint address and credentials from connections, checked before any request (R9, controls CF1, CF2, ID7).

``moph_prompt``            host/base URL of the API; extra: environment, token_url, hmac_secret, ca_file
``moph_prompt_<hcode>``    login, password; extra: environment, hospital_code, hcode_token
                           (for visits alone, beside or instead of a login)
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from phr import faults
from phr.connections import Connection, get_connection
from phr.errors import StopEndpoint, StopHospital
from phr.settings import EndpointSettings, Hospital

ENDPOINT_CONNECTION = "moph_prompt"

#: hosts an environment may talk to (contract section 1); the sandbox may only be this machine
ALLOWED_HOSTS: dict[str, frozenset[str]] = {
    "production": frozenset({"phr1.moph.go.th", "cvp1.moph.go.th"}),
    "uat": frozenset({"203.150.143.180", "cvp1.moph.go.th"}),
}


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """Where the national API is. ``verify`` is True or a CA file; there is no way to say False."""

    environment: str
    base_url: str
    token_url: str
    hmac_secret: str = field(repr=False)
    verify: bool | str = True


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one hospital proves itself with: login and password, the fixed one-year token (2.2), or both."""

    hcode: str
    user: str = field(default="", repr=False)
    password_hash: str = field(default="", repr=False)
    fixed_token: str | None = field(default=None, repr=False)


def load_address(endpoint: EndpointSettings) -> EndpointAddress:
    """The checked address of the configured environment.

    :raises StopEndpoint: PHR-105 for a host outside the environment's allow-list, plain http to another
        machine, or TLS verification switched off.
    """
    return address_from(get_connection(ENDPOINT_CONNECTION), endpoint.environment)


def address_from(connection: Connection, environment: str) -> EndpointAddress:
    """Build and check the address of one connection (see :func:`load_address`)."""
    extra = connection.extra
    host = connection.host
    if "://" not in host:
        scheme = str(
            extra.get("scheme") or (connection.schema if connection.schema in ("http", "https") else "https")
        )
        host = f"{scheme}://{host}" + (f":{connection.port}" if connection.port else "")
    base_url = host.rstrip("/")
    token_url = str(extra.get("token_url") or f"{base_url}/token").rstrip("/")
    named = str(extra.get("environment") or "")
    if named != environment:
        detail = f"{connection.conn_id} is for {named or 'no environment'}, the settings say {environment}"
        raise StopEndpoint(faults.ENVIRONMENT_MISMATCH, detail=detail)
    if str(extra.get("verify", True)).lower() in ("false", "0", "no"):
        raise StopEndpoint(faults.API_TLS, detail="the connection asks for verify=false")
    for url in (base_url, token_url):
        check_url(url, environment)
    ca_file = str(extra.get("ca_file") or "")
    if ca_file and not Path(ca_file).is_file():
        raise StopEndpoint(faults.API_TLS, detail=f"ca_file {ca_file} does not exist")
    return EndpointAddress(
        environment=environment,
        base_url=base_url,
        token_url=token_url,
        hmac_secret=str(extra.get("hmac_secret") or ""),
        verify=ca_file or True,
    )


def check_url(url: str, environment: str) -> None:
    """Refuse hosts outside the environment, and plain http to anything but this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    loopback = _is_loopback(host)
    if environment == "sandbox":
        if not loopback:
            detail = f"the sandbox may only be on this machine, not on {host or 'an empty host'}"
            raise StopEndpoint(faults.ENVIRONMENT_MISMATCH, detail=detail)
        return
    if host not in ALLOWED_HOSTS[environment]:
        raise StopEndpoint(faults.ENVIRONMENT_MISMATCH, detail=f"host {host} is not one of {environment}")
    if parts.scheme != "https":
        raise StopEndpoint(faults.API_TLS, detail=f"{host}: https is required")


def load_credentials(hospital: Hospital, address: EndpointAddress) -> Credentials:
    """Credentials of one hospital.

    :raises StopHospital: PHR-103 when incomplete, PHR-104 when they belong to another hospital,
        PHR-105 when they belong to another environment.
    """
    connection = get_connection(hospital.credential_connection, hospital=hospital.hcode)
    extra = connection.extra
    named = str(extra.get("environment") or "")
    if named != address.environment:
        detail = (
            f"{connection.conn_id} is for {named or 'no environment'}, the endpoint is {address.environment}"
        )
        raise StopHospital(faults.ENVIRONMENT_MISMATCH, hospital=hospital.hcode, detail=detail)
    code = str(extra.get("hospital_code") or hospital.hcode)
    if code != hospital.hcode:
        detail = f"{connection.conn_id} holds credentials of {code}"
        raise StopHospital(faults.HOSPITAL_MISMATCH, hospital=hospital.hcode, detail=detail)
    fixed = str(extra.get("hcode_token") or "")
    token = None
    if fixed:
        token = fixed if ":" in fixed else f"{hospital.hcode}:{fixed}"
        if token.split(":", 1)[0] != hospital.hcode:
            detail = f"{connection.conn_id}: the fixed token belongs to another hospital"
            raise StopHospital(faults.HOSPITAL_MISMATCH, hospital=hospital.hcode, detail=detail)
    if not connection.login or not connection.password:
        if token:
            return Credentials(hospital.hcode, fixed_token=token)
        detail = f"{connection.conn_id}: login or password is empty"
        raise StopHospital(faults.CONNECTION_MISSING, hospital=hospital.hcode, detail=detail)
    digest = hmac.new(address.hmac_secret.encode(), connection.password.encode(), hashlib.sha256)
    return Credentials(
        hospital.hcode,
        user=connection.login,
        password_hash=digest.hexdigest().upper(),
        fixed_token=token,
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
