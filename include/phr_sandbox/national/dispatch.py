"""From request to answer: faults, token, budget, handler, commit, log; in that order for every path.

Handlers are plain functions that run to their end on the event loop, so a call is one transaction and needs
no lock; what they wrote is committed before a byte of the answer leaves.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import orjson
from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from phr_sandbox.national.deletions import Deletions
from phr_sandbox.national.envelope import Answer, not_implemented, refused, token_refused, too_many
from phr_sandbox.national.fault_rules import FaultRule, Faults
from phr_sandbox.national.rules import RefusedError
from phr_sandbox.national.settings import SandboxSettings
from phr_sandbox.national.store import Store
from phr_sandbox.national.tokens import TokenService
from phr_sandbox.national.wire import Dropped, Torn

_AT_THE_DOOR = frozenset({"latency", "status", "drop_before", "expire_tokens"})
_AT_THE_END = frozenset({"drop_after", "torn"})
_REFUSE = frozenset({"refuse"})
_WARN = frozenset({"warn"})


@dataclass(slots=True)
class Call:
    """One call to a handler. ``body`` is the parsed JSON (None for GET), ``name`` the path's last part."""

    name: str
    query: dict[str, str]
    body: Any
    hospital_code: str
    warnings: list[str] = field(default_factory=list)


Handler = Callable[["Sandbox", Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the national API: who may call it, what it is called in faults, what it does."""

    handler: Handler
    #: reference of a call, from (sandbox, query, body); shown in the log and used by fault rules
    ref: Callable[[Sandbox, dict[str, str], Any], str]
    scope: str = "MOPH_PHR_HIE"
    fixed_token: bool = False


class RateLimit:
    """Sliding window over all callers (contract 5: per-minute limit, number unpublished)."""

    def __init__(self) -> None:
        self._calls: deque[float] = deque()

    def wait(self, limit: int | None, window: float) -> float:
        """Seconds until the call would be allowed; 0 = allowed now, and counted."""
        if limit is None:
            return 0.0
        now = time.monotonic()
        while self._calls and self._calls[0] <= now - window:
            self._calls.popleft()
        if len(self._calls) >= limit:
            return self._calls[-limit] + window - now
        self._calls.append(now)
        return 0.0


class Sandbox:
    """Everything one running double holds."""

    def __init__(self, store_dir: Path, settings: SandboxSettings) -> None:
        self.settings = settings
        self.store = Store(store_dir)
        self.deletions = Deletions(self.store)
        self.tokens = TokenService(self.store, settings, store_dir / "token_key.pem")
        self.faults = Faults()
        self.limit = RateLimit()

    async def answer(self, request: Request, name: str, route: Route | None) -> Response:
        """Answer one call of the national API."""
        started = time.perf_counter()
        query = dict(request.query_params)
        raw = await request.body()
        body, readable = _parse(raw)
        # a WebApp call is told apart by its Action; anything else by its name
        action = query.get("Action", "") or query.get("mode", "") or query.get("data", "")
        ref = route.ref(self, query, body) if route else ""
        log: dict[str, Any] = {
            "method": request.method,
            "path": request.url.path,
            "action": action[:64],
            "ref": ref[:128],
            # of whom the call speaks; the token's hospital as soon as it is known
            "hospital_code": hospital_of(ref),
        }

        def done(answer: Answer, fault: str = "") -> Response:
            self.store.log(**log, http_status=answer.http, message_code=answer.code, fault=fault)
            server = request.scope.get("server") or ("", 0)
            elapsed = int((time.perf_counter() - started) * 1000)
            return answer.render(port=server[1] or 0, elapsed_ms=elapsed)

        early = await self.at_the_door(name, ref, log)
        if early is not None:
            return early
        bearer = self.tokens.check(
            request.headers.get("authorization", ""), fixed_allowed=bool(route and route.fixed_token)
        )
        if bearer is None:
            return done(token_refused())
        log["hospital_code"] = bearer.hospital_code
        wait = self.limit.wait(self.settings.rate_limit_per_minute, self.settings.rate_limit_window_seconds)
        if wait:
            return done(too_many(wait))
        if route is None:
            return done(not_implemented())
        if route.scope not in bearer.scopes:
            return done(token_refused("Invalid authorization"))
        if not readable:
            return done(refused("body is not JSON"))
        for rule in self.faults.firing(_REFUSE, name, ref):
            return done(_ordered_refusal(rule), "refuse")
        call = Call(name, query, body, bearer.hospital_code)
        self.deletions.carry_out()
        try:
            answer = route.handler(self, call)
        except RefusedError as refusal:
            self.store.rollback()
            answer = refusal.answer
        except BaseException:
            self.store.rollback()
            raise
        fault = ""
        if answer.code == 200:
            for rule in self.faults.firing(_WARN, name, ref):
                warning = str(rule.value or "ordered warning")
                answer.extra["processing_warning"] = [*answer.extra.get("processing_warning", []), warning]
                fault = "warn"
        for rule in self.faults.firing(_AT_THE_END, name, ref):
            whole = done(answer, rule.kind)
            return Dropped() if rule.kind == "drop_after" else Torn(whole)
        return done(answer, fault)

    async def at_the_door(self, name: str, ref: str, log: dict[str, Any]) -> Response | None:
        """Faults that strike before the service looks at the call; None when it may go on."""
        for rule in self.faults.firing(_AT_THE_DOOR, name, ref):
            if rule.kind == "latency":
                await anyio.sleep(float(rule.value or 0) / 1000)
            elif rule.kind == "expire_tokens":
                self.tokens.expire_all()
            elif rule.kind == "drop_before":
                self.store.log(**log, http_status=0, message_code=None, fault=rule.kind)
                return Dropped()
            else:
                status = int(rule.value or 503)
                self.store.log(**log, http_status=status, message_code=None, fault=rule.kind)
                return _ordered_status(status, rule)
        return None


def hospital_of(ref: str) -> str:
    """Hospital code in front of a reference, empty when there is none."""
    head = ref.partition(":")[0]
    return head if len(head) == 5 and head.isascii() and head.isdigit() else ""


def _parse(raw: bytes) -> tuple[Any, bool]:
    if not raw:
        return None, True
    try:
        return orjson.loads(raw), True
    except orjson.JSONDecodeError:
        return None, False


def _ordered_refusal(rule: FaultRule) -> Answer:
    answer = refused(str(rule.value or "ordered refusal"), rule.message_code)
    if rule.message_code == 500:  # a server exception shows its stack (contract 7.2)
        answer.extra["call_stack"] = "sandbox: ordered exception"
    return answer


def _ordered_status(status: int, rule: FaultRule) -> Response:
    """A front-end's answer: no envelope, as a gateway in trouble gives (429 keeps the service's own form)."""
    if status == 429:
        return too_many(rule.retry_after).render(port=0, elapsed_ms=0)
    headers = too_many(rule.retry_after).headers if status == 503 else {}
    return PlainTextResponse(f"gateway: {status}\n", status_code=status, headers=headers)
