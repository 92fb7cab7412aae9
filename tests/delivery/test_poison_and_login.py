"""Documents the API cannot take stop nobody else; a bad minute of the token service locks nobody out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from delivery_parts import HOSPITAL, Desk, login, token_service
from sqlalchemy import update

from phr.errors import StopEndpoint, StopHospital
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.credentials import MEMORY, RefusedCredentials
from phr_sandbox.national.server import SandboxServer

MakeDesk = Callable[..., Desk]
GOOD = [f"v{n:02}" for n in range(10, 30)]
BAD = [f"v{n:02}" for n in range(10)]  # first by reference, so at the front of every claim


def _poison(desk: Desk, references: list[str]) -> None:
    desk.national.admin.order(
        {"kind": "refuse", "message_code": 500, "refs": [f"{HOSPITAL}:{ref}" for ref in references]}
    )


def test_a_few_documents_that_always_fail_stop_nobody_else(desk: MakeDesk) -> None:
    here = desk(*BAD[:4], *GOOD, breaker_failures=5, attempts=3)
    _poison(here, BAD[:4])
    here.send()
    states = here.states()
    assert {states[ref] for ref in GOOD} == {"delivered"}
    assert {states[ref] for ref in BAD[:4]} == {"unknown"}


def test_what_failed_before_goes_last_so_every_run_gets_further(desk: MakeDesk) -> None:
    here = desk(*BAD, *GOOD, breaker_failures=4, attempts=1, threads=1)
    _poison(here, BAD)
    for _ in range(4):
        try:
            other = Desk(here.national, here.ledger, breaker_failures=4, attempts=1, threads=1)
            other.bodies = here.bodies
            other.send()
        except StopEndpoint as error:
            assert error.fault.code == "PHR-404"  # noqa: PT017
            assert error.hospital == HOSPITAL  # noqa: PT017
    states = here.states()
    assert {states[ref] for ref in GOOD} == {"delivered"}


def test_the_call_limit_is_named_as_such(desk: MakeDesk) -> None:
    here = desk(*GOOD, breaker_failures=3, attempts=2)
    here.national.admin.order({"kind": "status", "value": 429, "retry_after": 0.05})
    with pytest.raises(StopEndpoint, match="PHR-409"):
        here.send()
    assert set(here.states().values()) == {"pending"}


@pytest.fixture
def muttering() -> Iterator[str]:
    """A token service that answers 200 and something else than a token or a refusal."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"Message": "system maintenance, try later"}')

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()


def test_a_maintenance_text_is_no_refused_password(
    desk: MakeDesk, ledger: Ledger, national: SandboxServer, muttering: str
) -> None:
    here = desk("v1")
    here.tokens.address = replace(here.address, token_url=muttering)
    with pytest.raises(StopHospital, match="PHR-407"):
        here.send()
    assert here.states() == {"v1": "pending"}
    other = Desk(national, ledger)
    other.bodies = here.bodies
    other.send()
    assert other.states() == {"v1": "delivered"}


def test_a_refusal_is_remembered_for_a_day_or_until_told_otherwise(
    ledger: Ledger, national: SandboxServer, tmp_path: Path
) -> None:
    from delivery_parts import address_of

    wrong = login("wrong")
    service = token_service(address_of(national.base_url), ledger, wrong)
    with pytest.raises(StopHospital, match="PHR-402"):
        service.bearer()
    with pytest.raises(StopHospital, match="retry-login"):
        service.bearer()
    memory = RefusedCredentials(ledger)
    assert memory.is_refused(HOSPITAL, service.fingerprint)
    table = t.credential_refusal
    with ledger.write(HOSPITAL) as connection:
        connection.execute(update(table).values(refused_at=datetime.now(UTC) - MEMORY))
    assert not memory.is_refused(HOSPITAL, service.fingerprint)
    memory.refuse(HOSPITAL, service.fingerprint)
    assert memory.forget(HOSPITAL) == 1
    assert not memory.is_refused(HOSPITAL, service.fingerprint)
