"""Drains a batch of documents: claim, check, call in threads, settle within 100 or one second (R3)."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import orjson
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from phr import faults
from phr.delivery.breaker import Breaker
from phr.delivery.client import Answer, PhrClient
from phr.delivery.guard import EntryNames, Guard, NotProved, Refused
from phr.errors import Bug, PhrError
from phr.ledger.brake import Brake
from phr.ledger.budget import Lane, RateBudget
from phr.ledger.decide import REMOVAL_BRAKE
from phr.ledger.destructive import Destructive
from phr.ledger.outbox import Claim, Outbox, Outcome
from phr.privacy.redact import leaf_texts, scrub_values
from phr.settings import EndpointSettings

_BATCH = 100
_SETTLE_SECONDS = 1.0
SUPERSEDED = "SUPERSEDED"


class BudgetWait(Exception):
    """The shared budget asks for a longer wait than this slot may be held for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"waiting {seconds:.0f} s for the shared call budget")


class _TryAgain(Exception):
    """One call failed in a way that another try may mend."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.code)


class _Stopped(Exception):
    """Delivery was stopped while a removal waited for its turn: no further call is made."""


@dataclass
class SendReport:
    """Counts of one delivery; no references, no texts."""

    sent: int = 0
    warned: int = 0
    rejected: int = 0
    pending: int = 0
    unknown: int = 0
    superseded: int = 0
    #: held for a person, because the brake let no more go
    held: int = 0
    calls: int = 0
    codes: Counter[str] = field(default_factory=Counter)


@dataclass
class Sender:
    """Sends claimed documents of one hospital."""

    outbox: Outbox
    client: PhrClient
    budget: RateBudget
    endpoint: EndpointSettings
    wait_limit_seconds: float | None = None
    brake: Brake = field(default_factory=Brake)
    #: lane of everything this sender sends; None: by document, today's first sends before corrections
    lane: Lane | None = None
    #: first service day that counts as today's work
    today: date | None = None
    #: of kinds whose entries are removed by name
    entry_names: EntryNames | None = None
    progress: Callable[[int], None] = lambda _n: None
    retry_wait: tuple[float, float] = (0.5, 20.0)
    report: SendReport = field(default_factory=SendReport)

    def __post_init__(self) -> None:
        self._breaker = Breaker(self.endpoint.breaker_failures, self.outbox.hospital)
        self._stop = threading.Event()
        self._error: PhrError | None = None
        self._lock = threading.Lock()
        self._buffer: list[Outcome] = []
        self._stale = 0
        book = Destructive(
            self.outbox.ledger, self.outbox.run_id, self.outbox.hospital, self.outbox.kind, self.brake
        )
        self.guard = Guard(self.client, book, self.endpoint, self._reserve_for_removal, self.entry_names)

    def send(self, bodies: Mapping[str, tuple[str, bytes]], *, at_most: int | None = None) -> int:
        """Send those of ``bodies`` (reference -> content hash, body) that the ledger still wants sent.

        Returns how many are left: with another living deliverer, or to be sent once more because a lease
        was lost while the call was out.

        :raises BudgetWait: the budget asks for more patience than ``wait_limit_seconds``; nothing is lost.
        :raises PhrError: what stopped delivery; all claims have been settled or given back before.
        """
        # what failed before goes last: documents the API cannot take must not keep the others from arriving
        busy, references, left = 0, self.outbox.in_order(list(bodies), self.today), at_most
        self._stale = 0
        for start in range(0, len(references), _BATCH):
            part = references[start : start + _BATCH]
            if left is not None:
                part = part[:left]
            if not part:
                break
            self._respect_budget_limit()
            claims, leased = self.outbox.claim({ref: bodies[ref][0] for ref in part})
            busy += leased
            if left is not None:
                left -= len(claims)
            if claims:
                self._send_claims(claims, bodies)
            if self._error:
                raise self._error
        return busy + self._stale

    def _respect_budget_limit(self) -> None:
        if self.wait_limit_seconds is None:
            return
        wait = self.budget.expected_wait(self.lane or Lane.FIRST)
        if wait > self.wait_limit_seconds:
            raise BudgetWait(wait)

    def _send_claims(self, claims: list[Claim], bodies: Mapping[str, tuple[str, bytes]]) -> None:
        done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        waiting = {claim.reference: claim for claim in claims}
        threads = min(self.endpoint.threads, len(claims))
        # a thread that waits for a lower lane's turn must not stand before what has the right of way
        claims = sorted(claims, key=self._lane_of)
        with ThreadPoolExecutor(threads, thread_name_prefix="deliver") as pool:
            try:
                for claim in claims:
                    pool.submit(lambda c: done.put(self._send_one(c, bodies[c.reference][1])), claim)
                self._collect(waiting, done)
            except BaseException:
                # a signal, or the ledger went away: make no further call, write down what is already known
                self._stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                self._settle_rest(waiting, done)
                raise

    def _collect(self, waiting: dict[str, Claim], done: queue.SimpleQueue[Outcome]) -> None:
        """Settle outcomes as they come, never more than 100 or one second behind; keep the leases alive.

        A claim leaves ``waiting`` when its outcome stands in the ledger.
        """
        buffer: list[Outcome] = []
        renew_every = self.endpoint.lease_seconds / 3
        renew_at = time.monotonic() + renew_every
        flush_at = time.monotonic() + _SETTLE_SECONDS
        self._buffer = buffer
        while waiting:
            with contextlib.suppress(queue.Empty):
                buffer.append(done.get(timeout=max(0.02, min(flush_at, renew_at) - time.monotonic())))
            clock = time.monotonic()
            if buffer and (len(buffer) >= min(_BATCH, len(waiting)) or clock >= flush_at):
                self._settle(buffer)
                for outcome in buffer:
                    del waiting[outcome.claim.reference]
                buffer.clear()
            if clock >= flush_at:
                flush_at = clock + _SETTLE_SECONDS
            if clock >= renew_at:
                self.outbox.renew(list(waiting.values()))
                renew_at = clock + renew_every

    def _settle_rest(self, waiting: dict[str, Claim], done: queue.SimpleQueue[Outcome]) -> None:
        rest = list(self._buffer)
        while not done.empty():
            rest.append(done.get())
        known = {outcome.claim.reference for outcome in rest}
        # the others were never begun: their threads had not started when the pool was closed
        rest += [Outcome(c, "unsent", "STOPPED") for c in waiting.values() if c.reference not in known]
        self._settle(rest)

    def _settle(self, outcomes: list[Outcome]) -> None:
        self._stale += self.outbox.settle(outcomes)
        for outcome in outcomes:
            if outcome.result == "delivered":
                self.report.sent += 1
                self.report.warned += any(note[0] == "warning" for note in outcome.notes)
            elif outcome.result == "rejected":
                self.report.rejected += 1
            elif outcome.code == REMOVAL_BRAKE:
                self.report.held += 1
            elif outcome.result == "unknown":
                self.report.unknown += 1
            elif outcome.code == SUPERSEDED:
                self.report.superseded += 1
            else:
                self.report.pending += 1
            self.report.codes[outcome.code or "none"] += 1
        self.progress(len(outcomes))

    # -- one document, in a thread ---------------------------------------------------------------

    def _send_one(self, claim: Claim, body: bytes) -> Outcome:
        """Send one document; never raises, so that every claim gets an outcome."""
        tries: list[Answer] = []
        try:
            try:
                return self._try(claim, body, tries)
            except _TryAgain:
                self._breaker.gave_up(tries[-1])
                return Outcome(claim, _worst(tries), tries[-1].code)
            except Refused:
                return Outcome(claim, _worst(tries) if tries else "unsent", REMOVAL_BRAKE)
            except _Stopped:
                return Outcome(claim, _worst(tries) if tries else "unsent", "STOPPED")
        except PhrError as error:
            self._halt(error)
            return Outcome(claim, _worst(tries), error.fault.code)
        except Exception as error:  # noqa: BLE001 - a bug of ours must not leave a claim without an outcome
            self._halt(Bug(faults.UNEXPECTED, hospital=self.outbox.hospital, detail=type(error).__name__))
            return Outcome(claim, "unknown", faults.UNEXPECTED.code)

    def _try(self, claim: Claim, body: bytes, tries: list[Answer]) -> Outcome:
        self.guard.check(claim, body)
        retrying = Retrying(
            stop=stop_after_attempt(self.endpoint.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(_TryAgain),
            sleep=self._sleep,
            reraise=True,
        )
        lane = self._lane_of(claim)
        to_remove = self.guard.must_remove_first(claim)
        for attempt in retrying:
            with attempt:
                self._reserve(lane)
                if self._stop.is_set():
                    return Outcome(claim, _worst(tries) if tries else "unsent", "STOPPED")
                if not self.outbox.still_mine(claim):
                    return Outcome(claim, _worst(tries) if tries else "unsent", SUPERSEDED)
                if to_remove:
                    if not self._remove(claim, tries):
                        return Outcome(claim, "unsent", SUPERSEDED)
                    to_remove = False
                    tries.clear()  # it is proved: what was answered on the way leaves no doubt
                    if not self.outbox.still_mine(claim):  # removal and proof may have taken long
                        return Outcome(claim, "unsent", SUPERSEDED)
                self._call(claim, body, tries)
        return _outcome(claim, tries, body)

    def _lane_of(self, claim: Claim) -> Lane:
        """Today's first sends before everything else, corrections and older days after them."""
        if self.lane is not None:
            return self.lane
        recent = self.today is None or (claim.service_day is not None and claim.service_day >= self.today)
        return Lane.FIRST if claim.new and recent else Lane.CORRECTION

    def _remove(self, claim: Claim, tries: list[Answer]) -> bool:
        """What is there goes first, and that it is gone is proved; False when the lease was lost."""
        try:
            return self.guard.remove_first(claim, self.outbox)
        except NotProved as error:
            tries.append(error.answer)
            raise _TryAgain(error.answer) from None

    def _call(self, claim: Claim, body: bytes, tries: list[Answer]) -> None:
        permission = None if self.guard.must_remove_first(claim) else self.guard.takes_away(claim)
        with self._lock:
            self.report.calls += 1
        answer = self.client.upload(self.outbox.kind, body)
        tries.append(answer)
        self._breaker.answered(answer)
        if permission:
            self.guard.book.answered(permission.call_id, answer.code)
            if answer.kind == "accepted":
                self.guard.book.proved(permission, claim.reference, "replaced")
        if answer.kind in ("retry", "unknown"):
            raise _TryAgain(answer)

    def _reserve(self, lane: Lane) -> None:
        """Wait for a call of the shared budget; lower lanes wait as long as a higher one wants calls."""
        while not self._stop.is_set():
            grant = self.budget.reserve(1, lane)
            self._sleep(grant.wait)
            if grant.given:
                return

    def _reserve_for_removal(self) -> None:
        self._reserve(Lane.RETRACTION)
        if self._stop.is_set():
            raise _Stopped

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _TryAgain) and error.answer.retry_after is not None:
            return error.answer.retry_after
        return float(wait_exponential_jitter(multiplier=self.retry_wait[0], max=self.retry_wait[1])(state))

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._stop.wait(seconds)

    def _halt(self, error: PhrError) -> None:
        if self._error is None:
            self._error = error
        self._stop.set()


def _worst(answers: list[Answer]) -> Literal["unknown", "retry"]:
    """A document one of whose tries may have been written is *unknown*; otherwise it may simply go again."""
    return "unknown" if any(a.kind == "unknown" for a in answers) else "retry"


def _outcome(claim: Claim, tries: list[Answer], body: bytes) -> Outcome:
    answer, values = tries[-1], None
    doubtful = any(earlier.kind == "unknown" for earlier in tries[:-1])
    notes: list[tuple[str, str | None, str]] = []
    if answer.warnings or answer.kind == "refused":
        values = list(leaf_texts(orjson.loads(body)))
    for warning in answer.warnings:
        notes.append(("warning", answer.code, scrub_values(warning, values or [])))
    if answer.kind == "refused":
        notes.insert(0, ("refusal", answer.code, scrub_values(answer.text, values or [])))
        return Outcome(claim, "rejected", answer.code, tuple(notes), doubtful=doubtful)
    return Outcome(claim, "delivered", answer.code, tuple(notes))
