"""``/_sandbox``: order faults, look into the store, change settings. From the same machine only.

What concerns a hospital as a whole is in :mod:`phr_sandbox.national.admin_hospital`.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import ValidationError

from phr_sandbox.national.dispatch import Sandbox
from phr_sandbox.national.fault_rules import FaultRule

#: settings that may change while the double runs; back to the file's values after a restart
CHANGEABLE = (
    "resend",
    "empty_register",
    "remove_effect",
    "remove_delay_seconds",
    "month_shape",
    "day_refs_wrapped",
    "summary_days_limit",
    "mask_hides_from_summary",
    "mask_survives_removal",
    "rate_limit_per_minute",
    "rate_limit_window_seconds",
    "token_lifetime_seconds",
    "lockout_failures",
    "lockout_seconds",
    "heartbeat_seconds",
    "ekyc",
    "ekyc_default",
)


def loopback_only(request: Request) -> None:
    """Dependency of every admin path: 403 for callers on another machine."""
    host = request.client.host if request.client else ""
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise HTTPException(403, "the sandbox is administered from its own machine only")


def admin_router(sandbox: Sandbox) -> APIRouter:
    """The admin paths of one running double."""
    router = APIRouter(prefix="/_sandbox", dependencies=[Depends(loopback_only)])
    store = sandbox.store

    @router.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "seq": store.next_seq - 1}

    @router.get("/faults")
    async def get_faults() -> list[dict[str, object]]:
        return sandbox.faults.report()

    @router.post("/faults")
    async def post_faults(rules: list[FaultRule]) -> list[dict[str, object]]:
        sandbox.faults.replace(rules)
        return sandbox.faults.report()

    @router.delete("/faults")
    async def delete_faults() -> list[dict[str, object]]:
        sandbox.faults.replace([])
        return []

    @router.post("/expire-tokens")
    async def expire_tokens() -> dict[str, int]:
        sandbox.tokens.expire_all()
        return {"token_generation": store.token_generation}

    @router.get("/stats")
    async def stats() -> dict[str, Any]:
        rows = store.rows(
            "SELECT path, http_status, message_code, fault, COUNT(*) AS n FROM requests"
            " GROUP BY path, http_status, message_code, fault"
        )
        paths: dict[str, dict[str, Any]] = {}
        for row in rows:
            name = row["path"].rpartition("/")[2]
            entry = paths.setdefault(name, {"calls": 0, "results": {}})
            entry["calls"] += row["n"]
            code = "-" if row["message_code"] is None else row["message_code"]
            result = f"{row['http_status']}/{code}" + (f" {row['fault']}" if row["fault"] else "")
            entry["results"][result] = entry["results"].get(result, 0) + row["n"]
        sandbox.deletions.carry_out()
        tables = ("encounters", "children", "registers", "chronic", "patients", "deletions")
        sizes = {t: store.rows(f"SELECT COUNT(*) AS n FROM {t}")[0]["n"] for t in tables}  # noqa: S608
        return {"paths": paths, **sizes}

    @router.get("/requests")
    async def requests(path: str = "", ref: str = "", after: int = 0) -> list[dict[str, Any]]:
        return store.rows(
            "SELECT * FROM requests WHERE seq > ? AND (? = '' OR path LIKE '%/' || ?) AND (? = '' OR ref = ?)"
            " ORDER BY seq",
            (after, path, path, ref, ref),
        )

    @router.get("/encounters")
    async def encounters(hospital_code: str = "") -> list[dict[str, Any]]:
        sandbox.deletions.carry_out()
        return store.rows(
            "SELECT ref, hospital_code, service_date, writes, body_sha256, seq, received_at, sender"
            " FROM encounters"
            " WHERE ? = '' OR hospital_code = ? ORDER BY ref",
            (hospital_code, hospital_code),
        )

    @router.get("/encounter/{ref:path}")
    async def encounter(ref: str) -> dict[str, Any]:
        sandbox.deletions.carry_out()
        found = store.rows("SELECT * FROM encounters WHERE ref = ?", (ref,))
        if not found:
            raise HTTPException(404, "no such encounter")
        children: dict[str, list[Any]] = {}
        for child in store.rows("SELECT kind, body FROM children WHERE ref = ? ORDER BY key_md5", (ref,)):
            children.setdefault(child["kind"], []).append(orjson.loads(child["body"]))
        return {**found[0], "body": orjson.loads(found[0]["body"]), "children": children}

    @router.get("/registers")
    async def registers(hospital_code: str, kind: str) -> list[dict[str, Any]]:
        rows = store.rows(
            "SELECT * FROM registers WHERE hospital_code = ?1 AND kind = ?2 UNION ALL"
            " SELECT hospital_code, cid, 'ChronicDiseaseRegister', ref_code, body FROM chronic"
            " WHERE hospital_code = ?1 AND ?2 = 'ChronicDiseaseRegister' ORDER BY cid, key",
            (hospital_code, kind),
        )
        return [{**row, "body": orjson.loads(row["body"])} for row in rows]

    @router.get("/settings")
    async def get_settings() -> dict[str, Any]:
        return sandbox.settings.model_dump(include=set(CHANGEABLE))

    @router.post("/settings")
    async def settings(changes: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(changes) - set(CHANGEABLE))
        if unknown:
            raise HTTPException(400, f"cannot be changed while running: {', '.join(unknown)}")
        try:
            for name, value in changes.items():
                setattr(sandbox.settings, name, value)
        except ValidationError as error:
            raise HTTPException(400, error.errors(include_url=False, include_context=False)) from None
        return sandbox.settings.model_dump(include=set(CHANGEABLE))

    @router.post("/reset")
    async def reset() -> dict[str, str]:
        store.reset()
        sandbox.faults.replace([])
        return {"status": "ok"}

    return router
