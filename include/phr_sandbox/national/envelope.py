"""The answer envelope of the national API (contract 7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.responses import Response

_BANGKOK = timedelta(hours=7)


@dataclass(slots=True)
class Answer:
    """One answer before it is rendered. ``code`` is the MessageCode, ``http`` the status line."""

    result: Any = field(default_factory=dict)
    code: int = 200
    message: str = "OK"
    http: int = 200
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def render(self, *, port: int, elapsed_ms: int) -> Response:
        """Build the response; RequestTime is Bangkok clock time behind a literal Z (contract 3.3)."""
        local = datetime.now(UTC) + _BANGKOK
        body = {
            "result": self.result,
            "MessageCode": self.code,
            "Message": self.message,
            "RequestTime": f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}Z",
            "EndpointIP": "127.0.0.1",
            "EndpointPort": port,
            **self.extra,
            "processing_time_ms": elapsed_ms,
        }
        return Response(
            orjson.dumps(body), status_code=self.http, media_type="application/json", headers=self.headers
        )


def refused(message: str, code: int = 400) -> Answer:
    """HTTP 200 with a MessageCode that is not 200 (contract 3.5, 7.2)."""
    return Answer(code=code, message=message)


def token_refused(message: str = "JWT Expire") -> Answer:
    """An expired or invalid token: HTTP 501 whose MessageCode is 401 (contract 7.2, trap 6)."""
    return Answer(code=401, message=message, http=501)


def not_implemented() -> Answer:
    """An unknown action: HTTP 501, MessageCode 501 (contract 7.2)."""
    return Answer(code=501, message="Not implemented", http=501)


def too_many(retry_after: float) -> Answer:
    """HTTP 429 with Retry-After in whole seconds, at least 1."""
    seconds = max(1, int(retry_after) + (retry_after % 1 > 0))
    return Answer(code=429, message="Too many requests", http=429, headers={"Retry-After": str(seconds)})
