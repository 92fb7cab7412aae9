"""Address, TLS, credentials: what is refused, and that it is before any request (R9, CF1-CF3, ID7)."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from delivery_parts import (
    FIXED_TOKEN,
    HOSPITAL,
    OTHER,
    SECRET,
    Desk,
    address_of,
    body_of,
    login,
    token_service,
)

from phr import connections
from phr.connections import Connection, FileConnections
from phr.delivery import Credentials, PhrClient, load_credentials
from phr.delivery.credentials import address_from
from phr.errors import PhrError, Retry, StopEndpoint, StopHospital
from phr.ledger import Ledger
from phr.settings import Hospital
from phr_sandbox.national.server import SandboxServer

MakeDesk = Callable[..., Desk]
PRODUCTION = "https://phr1.moph.go.th"


def connection(host: str, environment: str, **extra: object) -> Connection:
    return Connection("moph_prompt", host=host, extra={"environment": environment, **extra})


@pytest.mark.parametrize(
    ("host", "said", "wanted", "extra", "code"),
    [
        (PRODUCTION, "uat", "production", {}, "PHR-105"),
        (PRODUCTION, "", "production", {}, "PHR-105"),
        (PRODUCTION, "uat", "uat", {}, "PHR-105"),
        ("https://203.150.143.180", "production", "production", {}, "PHR-105"),
        ("https://phr1.moph.go.th.evil.example", "production", "production", {}, "PHR-105"),
        ("https://evil.example@phr1.moph.go.th:1@evil.example", "production", "production", {}, "PHR-105"),
        (PRODUCTION, "production", "production", {"token_url": "https://evil.example/token"}, "PHR-105"),
        ("http://phr1.moph.go.th", "production", "production", {}, "PHR-406"),
        (PRODUCTION, "production", "production", {"verify": False}, "PHR-406"),
        (PRODUCTION, "production", "production", {"verify": "no"}, "PHR-406"),
        (PRODUCTION, "production", "production", {"ca_file": "/nowhere.pem"}, "PHR-406"),
        (PRODUCTION, "sandbox", "sandbox", {}, "PHR-105"),
        ("http://192.168.1.5", "sandbox", "sandbox", {}, "PHR-105"),
    ],
)
def test_an_address_of_another_environment_is_refused(
    host: str, said: str, wanted: str, extra: dict[str, object], code: str
) -> None:
    with pytest.raises(StopEndpoint) as caught:
        address_from(connection(host, said, **extra), wanted)
    assert caught.value.fault.code == code


def test_the_right_addresses_pass() -> None:
    address = address_from(
        connection(PRODUCTION, "production", token_url="https://cvp1.moph.go.th/token"), "production"
    )
    assert (address.base_url, address.verify) == (PRODUCTION, True)
    assert address_from(connection("127.0.0.1:8000", "sandbox", scheme="http"), "sandbox").verify is True


class Source:
    """Connections of a test, by id."""

    def __init__(self, **known: Connection) -> None:
        self._known = known

    def get(self, conn_id: str) -> Connection:
        return self._known[conn_id]


@pytest.fixture
def credential() -> Iterator[Callable[..., Credentials]]:
    """credential(environment=..., login=...): loads what such a connection gives for the test hospital."""

    def load(*, user: str = "agent", password: str = "right", **extra: object) -> Credentials:
        name = f"moph_prompt_{HOSPITAL}"
        connections.set_source(Source(**{name: Connection(name, login=user, password=password, extra=extra)}))
        hospital = Hospital(hcode=HOSPITAL, name_th="รพ.สมมติ", his="hosxp")
        return load_credentials(hospital, address_of("http://127.0.0.1:1"))

    before = connections._source
    yield load
    connections.set_source(before)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"environment": "production"}, "PHR-105"),
        ({}, "PHR-105"),
        ({"environment": "sandbox", "hospital_code": OTHER}, "PHR-104"),
        ({"environment": "sandbox", "hcode_token": f"{OTHER}:{FIXED_TOKEN}"}, "PHR-104"),
        ({"environment": "sandbox", "password": ""}, "PHR-103"),
    ],
)
def test_credentials_of_another_place_are_refused(
    credential: Callable[..., Credentials], changes: dict[str, str], code: str, national: SandboxServer
) -> None:
    before = national.admin.health()["seq"]
    with pytest.raises(StopHospital) as caught:
        credential(**changes)
    assert (caught.value.fault.code, caught.value.hospital) == (code, HOSPITAL)
    assert national.admin.health()["seq"] == before  # not one request
    assert FIXED_TOKEN not in str(caught.value)


def test_a_fixed_token_gets_its_hospital_in_front(credential: Callable[..., Credentials]) -> None:
    loaded = credential(environment="sandbox", hcode_token=FIXED_TOKEN)
    assert loaded.fixed_token == f"{HOSPITAL}:{FIXED_TOKEN}"
    assert FIXED_TOKEN not in repr(loaded)


def test_the_fixed_token_delivers_without_the_token_service(desk: MakeDesk) -> None:
    here = desk("v1", credentials=Credentials(HOSPITAL, fixed_token=f"{HOSPITAL}:{FIXED_TOKEN}"))
    here.send()
    assert (here.states(), here.calls("token")) == ({"v1": "delivered"}, 0)


def test_the_fixed_token_is_for_visits_alone(desk: MakeDesk) -> None:
    alone = desk(credentials=Credentials(HOSPITAL, fixed_token=f"{HOSPITAL}:{FIXED_TOKEN}"))
    with pytest.raises(StopHospital, match="PHR-103"):
        alone.client.day_references("2025-11-03")
    with pytest.raises(StopHospital, match="PHR-103"):
        alone.client.upload("immunization", b"{}")
    both = desk("v1", credentials=replace(login(), fixed_token=f"{HOSPITAL}:{FIXED_TOKEN}"))
    both.send()
    assert both.calls("token") == 0
    assert both.client.day_references("2025-11-03").kind == "accepted"
    assert both.calls("token") == 1


def test_a_refused_fixed_token_stops_at_once(desk: MakeDesk) -> None:
    here = desk("v1", credentials=Credentials(HOSPITAL, fixed_token=f"{HOSPITAL}:{{wrong}}"))
    with pytest.raises(StopHospital, match="PHR-403"):
        here.send()
    assert (here.states(), here.calls()) == ({"v1": "pending"}, 1)


def test_a_wrong_password_is_tried_once_until_it_changes(desk: MakeDesk) -> None:
    here = desk("v1", "v2", credentials=login("wrong"))
    with pytest.raises(StopHospital, match="PHR-402"):
        here.send()
    # another process: nothing but the ledger is shared
    again = Desk(here.national, Ledger.open(str(here.ledger.engine.url)), credentials=login("wrong"))
    again.bodies = here.bodies
    with pytest.raises(StopHospital, match="PHR-402"):
        again.send()
    assert (here.calls("token"), here.calls()) == (1, 0)
    right = Desk(here.national, here.ledger)
    right.bodies = here.bodies
    right.send()
    assert set(right.states().values()) == {"delivered"}


@pytest.mark.parametrize("status", [403, 404, 502])
def test_a_gateway_in_the_way_of_the_token_service_is_no_wrong_password(desk: MakeDesk, status: int) -> None:
    here = desk("v1")
    here.national.admin.order({"kind": "status", "value": status, "path": "token"})
    with pytest.raises(Retry, match="PHR-407"):
        here.send()
    here.national.admin.clear_faults()
    Desk(here.national, here.ledger).tokens.bearer()


def test_a_token_of_another_hospital_is_refused_before_any_upload(
    national: SandboxServer, ledger: Ledger
) -> None:
    tokens = token_service(address_of(national.base_url), ledger, login())
    strange = requests.post(
        f"{national.base_url}/token?Action=get_moph_access_token",
        json={"user": "agent", "password_hash": login().password_hash, "hospital_code": OTHER},
        timeout=5,
    ).text
    with pytest.raises(StopHospital, match="PHR-104"):
        tokens._accept(strange)
    assert national.admin.requests(path="UpdatePHRv1") == []


@pytest.mark.parametrize(("lifetime", "fetched"), [(18000, 1), (1, 2)])
def test_a_token_is_renewed_when_little_is_left(
    desk: MakeDesk, national: SandboxServer, lifetime: int, fetched: int
) -> None:
    national.admin.settings(token_lifetime_seconds=lifetime)
    here = desk("v1")
    here.tokens.bearer()
    threading.Event().wait(0.7)
    here.tokens.bearer()
    assert here.calls("token") == fetched
    here.tokens.renew_seconds = 900
    here.tokens._expires = dt.datetime.now().timestamp() + 899
    here.tokens._lifetime = 18000
    here.tokens.bearer()
    assert here.calls("token") == fetched + 1


class _Redirect(BaseHTTPRequestHandler):
    """Sends every caller to another port of this machine and notes who comes."""

    target = ""
    seen: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(307)
        self.send_header("Location", type(self).target)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def redirecting(national: SandboxServer) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Redirect)
    _Redirect.target = f"{national.base_url}/api/UpdatePHRv1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_redirects_are_not_followed(redirecting: str, national: SandboxServer, ledger: Ledger) -> None:
    fixed = Credentials(HOSPITAL, fixed_token=f"{HOSPITAL}:{FIXED_TOKEN}")
    address = address_of(redirecting)
    client = PhrClient(address, token_service(address, ledger, fixed), requests.Session, timeout_seconds=5)
    assert client.upload("encounter", body_of("v1")).kind == "retry"
    with pytest.raises(Retry, match="PHR-407"):
        token_service(address, ledger, login()).bearer()
    assert national.admin.requests(path="UpdatePHRv1") == []


def test_a_netrc_file_does_not_replace_our_token(
    desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    here = desk("v1")
    here.send()
    assert here.states() == {"v1": "delivered"}


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[str]:
    """A server with a self-signed certificate for 127.0.0.1, and its certificate as cert.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "cert.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = tmp_path / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    server = HTTPServer(("127.0.0.1", 0), _Redirect)
    _Redirect.target = "/"
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_certificate_that_does_not_verify_stops_everything(tls_server: str, ledger: Ledger) -> None:
    address = address_of(tls_server)
    fixed = Credentials(HOSPITAL, fixed_token=f"{HOSPITAL}:{FIXED_TOKEN}")
    client = PhrClient(address, token_service(address, ledger, fixed), requests.Session, timeout_seconds=5)
    with pytest.raises(StopEndpoint, match="PHR-406"):
        client.upload("encounter", body_of("v1"))
    with pytest.raises(StopEndpoint, match="PHR-406"):
        token_service(address, ledger, login()).bearer()


def test_the_ca_file_of_the_environment_is_enough(tls_server: str, tmp_path: Path, ledger: Ledger) -> None:
    address = address_of(tls_server, ca_file=str(tmp_path / "cert.pem"))
    fixed = Credentials(HOSPITAL, fixed_token=f"{HOSPITAL}:{FIXED_TOKEN}")
    client = PhrClient(address, token_service(address, ledger, fixed), requests.Session, timeout_seconds=5)
    assert (
        client.upload("encounter", body_of("v1")).code == "HTTP-307"
    )  # it answered, so the handshake was good


def test_a_connection_shows_no_secret(phr_home: Path) -> None:
    raw = (
        '{"conn_type": "http", "host": "h", "login": "someone", "password": "s3cret", "extra": {"k": "tok"}}'
    )
    parsed = connections.parse_connection("c", raw)
    assert not {"someone", "s3cret", "tok"} & set(repr(parsed).replace("'", " ").split())
    (phr_home / "connections.json").write_text('{"password": "s3cret"')
    with pytest.raises(PhrError, match="PHR-101") as caught:
        FileConnections().get("c")
    assert "s3cret" not in str(caught.value)


def test_both_forms_of_a_connection_mean_the_same() -> None:
    uri = "http://us%40er:p%2Fw@host:81/db?environment=uat"
    a = connections.parse_connection("c", uri)
    b = connections.parse_connection(
        "c",
        {
            "conn_type": "http",
            "host": "host",
            "login": "us@er",
            "password": "p/w",
            "schema": "db",
            "port": "81",
            "extra": '{"environment": "uat"}',
        },
    )
    assert a == b


def test_the_password_travels_only_as_a_keyed_hash() -> None:
    assert login("right").password_hash != "right"
    assert SECRET not in repr(address_of("http://127.0.0.1:1"))
