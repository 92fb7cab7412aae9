"""``/_sandbox`` paths about whole hospitals: content, calls, what was destroyed, other senders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict
from starlette.responses import StreamingResponse

from phr_sandbox.national import foreign
from phr_sandbox.national.admin import loopback_only
from phr_sandbox.national.dispatch import Sandbox
from phr_sandbox.national.dump import dump
from phr_sandbox.national.rules import RefusedError

_CALLS = (
    "SELECT path, CASE WHEN fault NOT IN ('', 'warn') THEN 'faulted'"
    " WHEN message_code = 200 THEN 'accepted' ELSE 'refused' END AS outcome, COUNT(*) AS n FROM requests"
    " WHERE seq > ?1 AND (?2 = '' OR hospital_code = ?2) AND path NOT LIKE '/\\_sandbox/%' ESCAPE '\\'"
    " GROUP BY path, outcome"
)


class Heartbeat(BaseModel):
    """A computer that says it is sending."""

    model_config = ConfigDict(extra="forbid")

    hospital_code: str
    computer_name: str


def hospital_router(sandbox: Sandbox) -> APIRouter:
    """The admin paths about whole hospitals."""
    router = APIRouter(prefix="/_sandbox", dependencies=[Depends(loopback_only)])
    store = sandbox.store

    @contextmanager
    def ordered(path: str, hospital_code: str) -> Iterator[None]:
        """One transaction with a row in the call log, so that written rows name a call that is there."""
        try:
            sandbox.deletions.carry_out()
            yield
        except RefusedError as refusal:
            store.rollback()
            raise HTTPException(400, refusal.answer.message) from None
        except BaseException:
            store.rollback()
            raise
        store.log(
            method="POST",
            path=f"/_sandbox/{path}",
            action="",
            ref=hospital_code,
            hospital_code=hospital_code,
            http_status=200,
            message_code=200,
            fault="",
        )

    @router.get("/dump")
    async def get_dump(hospital_code: str) -> StreamingResponse:
        sandbox.deletions.carry_out()
        return StreamingResponse(dump(store, hospital_code), media_type="application/x-ndjson")

    @router.get("/calls")
    async def calls(after: int = 0, hospital_code: str = "") -> dict[str, dict[str, int]]:
        counted: dict[str, dict[str, int]] = {}
        for row in store.rows(_CALLS, (after, hospital_code)):
            name = row["path"].rpartition("/")[2]
            entry = counted.setdefault(name, {"accepted": 0, "refused": 0, "faulted": 0})
            entry[row["outcome"]] += row["n"]
        return counted

    @router.get("/deletions")
    async def deletions(after: int = 0, hospital_code: str = "") -> list[dict[str, Any]]:
        sandbox.deletions.carry_out()
        rows = store.rows(
            "SELECT seq, call, kind, hospital_code, ref, deleted FROM deletions"
            " WHERE seq > ?1 AND (?2 = '' OR hospital_code = ?2) ORDER BY number",
            (after, hospital_code),
        )
        return [{**row, "deleted": orjson.loads(row["deleted"])} for row in rows]

    @router.get("/summaries")
    async def summaries(hospital_code: str = "") -> list[dict[str, Any]]:
        return store.rows(
            "SELECT * FROM summaries WHERE ?1 = '' OR hospital_code = ?1"
            " ORDER BY hospital_code, period_start",
            (hospital_code,),
        )

    @router.get("/masks")
    async def masks(hospital_code: str = "") -> list[str]:
        sandbox.deletions.carry_out()
        rows = store.rows(
            "SELECT ref FROM masks WHERE ?1 = '' OR substr(ref, 1, 6) = ?1 || ':' ORDER BY ref",
            (hospital_code,),
        )
        return [row["ref"] for row in rows]

    @router.post("/foreign")
    async def post_foreign(order: foreign.ForeignVisits) -> dict[str, int]:
        with ordered("foreign", order.hospital_code):
            return {"filed": foreign.seed(sandbox, order)}

    @router.post("/touch")
    async def post_touch(order: foreign.Touch) -> dict[str, str]:
        with ordered("touch", order.ref.partition(":")[0]):
            if not foreign.touch(sandbox, order):
                raise HTTPException(404, "no such encounter")
        return {"ref": order.ref}

    @router.post("/heartbeat")
    async def post_heartbeat(order: Heartbeat) -> dict[str, str]:
        with ordered("heartbeat", order.hospital_code):
            store.write_agent(order.hospital_code, "status", order.computer_name, "processing ...")
        return {"computer_name": order.computer_name}

    return router
