"""The application: paths of the national API on one host (contract 1, 4, 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from phr_sandbox.national import chronic, citizen, reading, summaries, support, upload
from phr_sandbox.national.admin import admin_router
from phr_sandbox.national.admin_hospital import hospital_router
from phr_sandbox.national.dispatch import Route, Sandbox
from phr_sandbox.national.envelope import not_implemented
from phr_sandbox.national.settings import SandboxSettings

#: (method, path) -> route; every other path under /api and /idp/api is an unknown action
ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/api/UpdatePHRv1"): Route(upload.update_phr, upload.encounter_ref, fixed_token=True),
    ("POST", "/api/ImmunizationRegisterv1"): Route(upload.update_immunizations, upload.person_ref),
    ("POST", "/api/AllergyIntolerancev1"): Route(upload.update_allergies, upload.person_ref),
    ("POST", "/api/PatientChronicRegisterv1"): Route(chronic.chronic_register, chronic.chronic_ref),
    ("POST", "/api/OrgEncounterSummary"): Route(summaries.encounter_summary, summaries.body_organization),
    ("GET", "/api/OrganizationSummary"): Route(summaries.organization_summary, summaries.query_hospital),
    ("GET", "/api/RemoveEncounter"): Route(support.remove_encounter, support.query_encounter),
    ("POST", "/api/UpdateAgentStatus"): Route(support.update_agent_status, support.body_hospital),
    ("POST", "/api/GetAgentComputerName"): Route(support.agent_computer_name, support.body_hospital),
    ("POST", "/api/MaskEncounter"): Route(citizen.mask_encounter, citizen.body_encounter),
    ("GET", "/api/WebApp"): Route(reading.web_app, support.no_ref),
    ("POST", "/api/WebApp"): Route(reading.web_app, support.no_ref),
    ("POST", "/idp/api/check_ekyc"): Route(support.check_ekyc, support.no_ref, scope="MOPH_IDP_API"),
}


def create_app(store_dir: Path, settings: SandboxSettings) -> FastAPI:
    """The double over the store in `store_dir` (made when missing).

    :raises StoreInUseError: when another process serves the same directory.
    """
    sandbox = Sandbox(store_dir, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        sandbox.store.close()

    app = FastAPI(title="MOPH PHR API double", openapi_url=None, lifespan=lifespan)
    app.state.sandbox = sandbox
    app.include_router(admin_router(sandbox))
    app.include_router(hospital_router(sandbox))

    async def token(request: Request) -> Response:
        return await _token(sandbox, request)

    async def call(request: Request) -> Response:
        path = request.url.path
        return await sandbox.answer(request, path.rpartition("/")[2], ROUTES.get((request.method, path)))

    # Starlette routes: these bodies are parsed once, by hand, and never validated as a whole
    app.router.add_route("/token", token, methods=["GET", "POST"])
    for prefix in ("/api", "/idp/api"):
        app.router.add_route(prefix + "/{name:path}", call, methods=["GET", "POST"])
    return app


async def _token(sandbox: Sandbox, request: Request) -> Response:
    """``/token?Action=get_moph_access_token``: fields as JSON body or query string, raw JWT back (2.1)."""
    query = dict(request.query_params)
    fields: dict[str, Any] = query
    raw = await request.body()
    if raw.strip():
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            body = None
        fields = {**query, **body} if isinstance(body, dict) else {}
    user, given_hash, hospital_code = (
        str(fields.get(name) or "") for name in ("user", "password_hash", "hospital_code")
    )
    # the log names the hospital, not the login: fault rules for "token" use the hospital code as reference
    log = {
        "method": request.method,
        "path": "/token",
        "action": query.get("Action", "")[:64],
        "ref": hospital_code[:128],
        "hospital_code": hospital_code[:5],
    }
    early = await sandbox.at_the_door("token", hospital_code, log)
    if early is not None:
        return early
    if query.get("Action") != "get_moph_access_token":
        sandbox.store.log(**log, http_status=501, message_code=501, fault="")
        return not_implemented().render(port=0, elapsed_ms=0)
    text = sandbox.tokens.issue(user, given_hash, hospital_code)
    granted = text.count(".") == 2
    sandbox.store.log(**log, http_status=200, message_code=200 if granted else 401, fault="")
    return PlainTextResponse(text)
