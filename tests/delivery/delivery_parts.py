"""Sample bodies, addresses and a sender with short waits."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import requests
from sqlalchemy import select

from phr.connections import Connection
from phr.delivery import Credentials, EndpointAddress, PhrClient, Sender
from phr.delivery.credentials import address_from
from phr.delivery.tokens import TokenService
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.brake import Brake
from phr.ledger.budget import RateBudget
from phr.ledger.credentials import RefusedCredentials
from phr.ledger.decide import Desired
from phr.ledger.outbox import Outbox
from phr.ledger.register import Registration
from phr.settings import EndpointSettings
from phr_sandbox.national.server import SandboxServer
from phr_sandbox.national.settings import password_hash

HOSPITAL, OTHER = "99999", "99998"
SECRET = "c0n$tant with {braces} & $dollar"
FIXED_TOKEN = "{AAAAAAAA-0000-4000-8000-000000000001}"
DAY = date(2025, 11, 3)
START = datetime(2025, 11, 4, 18, 30, tzinfo=UTC)
_SAMPLES = Path(__file__).parents[1] / "sandbox" / "samples.json"
SAMPLE = json.loads(_SAMPLES.read_text(encoding="utf-8"))["UpdatePHRv1"]["minimal"]


def body_of(reference: str, text: str = "", day: date = DAY) -> bytes:
    body = copy.deepcopy(SAMPLE)
    body["Encounter"][0]["identifier"][0]["value"] = reference
    body["Encounter"][0]["period"] = dict.fromkeys(("start", "end"), f"{day}T09:00:00.000Z")
    if text:
        body["Encounter"][0]["serviceProvider"] = {"display": text}
    return orjson.dumps(body)


def digest(body: bytes) -> str:
    return f"k1:{hashlib.sha256(body).hexdigest()[:16]}"


def address_of(base_url: str, **extra: Any) -> EndpointAddress:
    connection = Connection(
        "moph_prompt",
        host=base_url,
        extra={"environment": "sandbox", "hmac_secret": SECRET, **extra},
    )
    return address_from(connection, "sandbox")


def login(password: str = "right", *, user: str = "agent", hcode: str = HOSPITAL) -> Credentials:
    return Credentials(hcode, user=user, password_hash=password_hash(password, SECRET))


def token_service(address: EndpointAddress, ledger: Ledger, credentials: Credentials) -> TokenService:
    return TokenService(
        address=address,
        credentials=credentials,
        session_factory=requests.Session,
        memory=RefusedCredentials(ledger),
        fingerprint=hashlib.sha256(credentials.password_hash.encode()).hexdigest()[:16],
        timeout_seconds=10,
    )


class Desk:
    """The documents of one hospital that wait in a ledger, and a sender for them."""

    def __init__(
        self,
        national: SandboxServer,
        ledger: Ledger,
        *,
        credentials: Credentials | None = None,
        run_id: str = "r1",
        calls_per_minute: int | None = None,
        wait_limit: float | None = None,
        timeout: float = 10.0,
        session: Callable[[], requests.Session] = requests.Session,
        base_url: str | None = None,
        **endpoint: Any,
    ) -> None:
        self.national, self.ledger, self.run_id = national, ledger, run_id
        settings = {"threads": 2, "attempts": 2, "lease_seconds": 5.0, **endpoint}
        self.endpoint = EndpointSettings(calls_per_minute=calls_per_minute, **settings)
        self.address = address_of(base_url or national.base_url)
        self.tokens = token_service(self.address, ledger, credentials or login())
        self.client = PhrClient(self.address, self.tokens, session, timeout_seconds=timeout)
        self.outbox = Outbox(ledger, run_id, HOSPITAL, "encounter", self.endpoint.lease_seconds)
        self.brake = Brake()
        self._wait_limit = wait_limit
        self.sender = self.new_sender()
        self.bodies: dict[str, tuple[str, bytes]] = {}

    def new_sender(self) -> Sender:
        """A sender as another process would have it: it remembers nothing but what the ledger knows."""
        self.sender = Sender(
            outbox=self.outbox,
            client=self.client,
            budget=RateBudget(self.ledger, self.address.base_url, self.endpoint.calls_per_minute),
            endpoint=self.endpoint,
            wait_limit_seconds=self._wait_limit,
            brake=self.brake,
            retry_wait=(0.02, 0.1),
        )
        return self.sender

    def want(
        self, *references: str, text: str = "", minute: int = 0, day: date = DAY, **changes: Any
    ) -> None:
        """Enter a snapshot of one day that wants exactly these visits.

        :param changes: fields of ``Desired``, such as ``keys`` and ``person_key``.
        """
        wants = []
        for reference in references:
            body = body_of(reference, text, day)
            self.bodies[reference] = (digest(body), body)
            wants.append(
                Desired(
                    reference,
                    day,
                    **{
                        "state": "pending",
                        "person_key": "k1:p",
                        "content_hash": digest(body),
                        "patient_hash": "k1:x",
                        "mapping": "1",
                        "policy": "1",
                        **changes,
                    },
                )
            )
        self.ledger.plan_run(self.run_id, "visits", {}, [HOSPITAL])
        at = START + timedelta(minutes=minute)
        registration = Registration(
            self.ledger, self.run_id, "visits", "encounter", HOSPITAL, at, brake=self.brake
        )
        count = {"eligible": len(wants), **dict.fromkeys(t.OUT_OF_SCOPE, 0)}
        registration.register_day(day, wants, count)
        registration.close([day])

    def send(self) -> int:
        return self.sender.send(self.bodies)

    def states(self) -> dict[str, str]:
        d = t.document
        with self.ledger.read() as connection:
            query = select(d.c.reference, d.c.desired_state)
            return {row.reference: row.desired_state for row in connection.execute(query)}

    def notes(self) -> list[tuple[str, str | None, str]]:
        n = t.delivery_note
        with self.ledger.read() as connection:
            query = select(n.c.severity, n.c.code, n.c.text).order_by(n.c.reference, n.c.position)
            return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]

    def calls(self, path: str = "UpdatePHRv1", reference: str = "") -> int:
        ref = f"{HOSPITAL}:{reference}" if reference else ""
        return len(self.national.admin.requests(path=path, ref=ref))

    def writes(self, reference: str) -> int:
        """How often the double stored this visit."""
        return int(self.national.admin.encounter(f"{HOSPITAL}:{reference}")["writes"])
