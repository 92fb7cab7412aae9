"""Cutting a real TCP connection from inside the application, for the drop and torn faults."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

#: open connections by the client's address; uvicorn does not hand the transport to the application
_transports: dict[tuple[str, int], asyncio.Transport] = {}


class TrackingProtocol(AutoHTTPProtocol):  # type: ignore[misc,valid-type]
    """uvicorn's HTTP protocol, which also remembers the transport of each open connection."""

    client: tuple[str, int] | None

    def connection_made(self, transport: Any) -> None:
        """Register the connection."""
        super().connection_made(transport)
        if self.client:
            _transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self.client:
            _transports.pop(self.client, None)
        super().connection_lost(exc)


def _transport(scope: Scope) -> asyncio.Transport:
    client = scope.get("client")
    transport = _transports.get(tuple(client)) if client else None
    if transport is None:
        raise RuntimeError(
            "connections can only be cut when phr_sandbox.national.server runs the application"
        )
    return transport


async def _until_gone(transport: asyncio.Transport) -> None:
    # uvicorn must have seen connection_lost before the application returns, or it answers 500 itself
    for _ in range(100):
        await asyncio.sleep(0)
        if transport not in _transports.values():
            return


class Dropped(Response):
    """No answer at all: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Reset the connection (RST, so that the client never mistakes it for an empty answer)."""
        transport = _transport(scope)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        await _until_gone(transport)


class Torn(Response):
    """Half of an answer: headers that promise the whole body, half of it, then the end of the stream."""

    def __init__(self, whole: Response) -> None:
        self.whole = whole
        super().__init__()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send half, then close."""
        transport = _transport(scope)
        body = bytes(self.whole.body)
        await send(
            {
                "type": "http.response.start",
                "status": self.whole.status_code,
                "headers": self.whole.raw_headers,
            }
        )
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        transport.close()
        await _until_gone(transport)
