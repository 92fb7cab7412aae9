"""Deliver: drain what the ledger wants sent of this run, from the bodies staged by map."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import date, timedelta

import requests
from sqlalchemy import func, select

from phr import faults
from phr.delivery import PhrClient, Sender, load_address, load_credentials
from phr.delivery.credentials import Credentials, EndpointAddress
from phr.delivery.guard import EntryNames
from phr.delivery.tokens import TokenService
from phr.errors import Retry
from phr.ledger.balance import refresh_roll_up
from phr.ledger.brake import ask
from phr.ledger.budget import Lane, RateBudget
from phr.ledger.credentials import RefusedCredentials
from phr.ledger.outbox import Outbox
from phr.ledger.tables import run_document
from phr.mapping.chronic import national_codes, national_key
from phr.pipeline.context import Context
from phr.pipeline.documents import child_hash
from phr.pipeline.extract import read_manifest
from phr.privacy import StagingArea
from phr.settings import EndpointSettings, Hospital
from phr.settings.endpoint import MOST_THREADS


def plain_session() -> requests.Session:
    """A session outside Airflow, kept by the client; proxies come from the environment."""
    return requests.Session()


def weighted(endpoint: EndpointSettings, hospital: Hospital) -> EndpointSettings:
    """The endpoint with this hospital's share of threads: 1 to 64, rounded.

    Threads queue for the shared call budget, so hospitals that deliver at the same time get calls in
    proportion to their threads.
    """
    threads = round(endpoint.threads * hospital.budget_weight)
    return endpoint.model_copy(update={"threads": min(max(threads, 1), MOST_THREADS)})


def make_client(
    context: Context, hospital: Hospital, session_factory: Callable[[], requests.Session] | None
) -> tuple[PhrClient, EndpointAddress]:
    """The API client of one hospital, address and credentials checked (R9)."""
    endpoint = context.province.endpoint
    address = load_address(endpoint)
    credentials = load_credentials(hospital, address)
    factory = session_factory or plain_session
    tokens = TokenService(
        address=address,
        credentials=credentials,
        session_factory=factory,
        memory=RefusedCredentials(context.ledger),
        fingerprint=_fingerprint(context, credentials),
        renew_seconds=endpoint.token_renew_seconds,
    )
    return PhrClient(address, tokens, factory, timeout_seconds=endpoint.timeout_seconds), address


def deliver_hospital(
    context: Context,
    hospital: Hospital,
    *,
    session_factory: Callable[[], requests.Session] | None,
    wait_limit_seconds: float | None,
    progress: Callable[[int], None],
) -> dict[str, int]:
    """Send this run's documents of one hospital; returns counts.

    :raises Retry: PHR-401/404 when documents are left pending or unknown by an outage.
    """
    options, area = context.options, context.area(hospital.hcode)
    if options.dry_run:
        return {}
    manifest = read_manifest(context, hospital.hcode)
    names = area.names("docs-")
    counts: dict[str, int] = {}
    if names:
        counts = _send(context, hospital, area, names, session_factory, wait_limit_seconds, progress)
    days = [date.fromisoformat(day) for day in (*manifest["days"], *manifest["key_counts"])]
    refresh_roll_up(context.ledger, hospital.hcode, context.category.kind, days)
    left = _left(context, hospital, counts)
    if left:
        raise Retry(faults.API_OUTAGE, hospital=hospital.hcode, detail=f"{left} documents wait")
    context.ledger.set_hospital(options.run_id, hospital.hcode, status="done")
    return counts


def _left(context: Context, hospital: Hospital, counts: dict[str, int]) -> int:
    """Documents of this run that still wait, as the ledger knows them (one may have been tried twice)."""
    if context.options.limit is not None:  # the others wait because they were asked to
        return counts.get("pending", 0) + counts.get("unknown", 0)
    table = run_document
    query = select(func.count()).where(
        table.c.run_id == context.options.run_id,
        table.c.hospital == hospital.hcode,
        table.c.kind == context.category.kind,
        table.c.disposition == "pending",
    )
    with context.ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def _send(
    context: Context,
    hospital: Hospital,
    area: StagingArea,
    names: list[str],
    session_factory: Callable[[], requests.Session] | None,
    wait_limit_seconds: float | None,
    progress: Callable[[int], None],
) -> dict[str, int]:
    endpoint = weighted(context.province.endpoint, hospital)
    client, address = make_client(context, hospital, session_factory)
    outbox = Outbox(
        context.ledger, context.options.run_id, hospital.hcode, context.category.kind, endpoint.lease_seconds
    )
    sender = Sender(
        outbox=outbox,
        client=client,
        budget=RateBudget(context.ledger, address.base_url, endpoint.calls_per_minute),
        endpoint=endpoint,
        wait_limit_seconds=wait_limit_seconds,
        brake=hospital.brake,
        lane=Lane.BACKFILL if context.options.yields else None,
        today=context.today - timedelta(days=1),
        entry_names=EntryNames(
            national_codes(endpoint),
            lambda code, reference: child_hash(context.keyring, national_key(code, reference)),
        ),
        progress=progress,
    )
    patience = time.monotonic() + 4 * endpoint.lease_seconds + endpoint.timeout_seconds
    while True:
        busy = 0
        for name in names:
            bodies = {ref: (digest, body.encode()) for ref, (digest, body) in area.read(name).items()}
            limit = context.options.limit
            left = None if limit is None else max(0, limit - sender.report.sent)
            busy += sender.send(bodies, at_most=left)
        # another deliverer holds the rest: a living one finishes, a dead one's lease runs out
        if not busy or time.monotonic() > patience:
            break
        time.sleep(min(1.0, endpoint.lease_seconds / 4))
    report = sender.report
    if report.held:
        kind = context.category.kind
        with context.ledger.write(hospital.hcode) as connection:
            ask(connection, hospital=hospital.hcode, kind=kind, run_id=context.options.run_id)
    return {
        "sent": report.sent,
        "warned": report.warned,
        "rejected": report.rejected,
        "pending": report.pending + busy,
        "unknown": report.unknown,
        "held": report.held,
        "calls": report.calls,
    }


def _fingerprint(context: Context, credentials: Credentials) -> str:
    key = context.keyring.subkey("credential", context.keyring.content)
    text = f"{credentials.hcode}\x1f{credentials.user}\x1f{credentials.password_hash}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
