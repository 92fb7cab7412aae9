"""Summaries: what the service holds of a hospital, and what the hospital says it has (contract 5, 4.10)."""

from __future__ import annotations

import re
from typing import Any

from phr_sandbox.national.chronic import chronic_refs
from phr_sandbox.national.dispatch import Call, Sandbox
from phr_sandbox.national.envelope import Answer, not_implemented, refused
from phr_sandbox.national.rules import RefusedError, check_organization, is_day, organization_code

_COUNTS = ("opd_encounter_count", "ipd_encounter_count", "ipd_discharge_count")


def query_hospital(_sandbox: Sandbox, query: dict[str, str], _body: Any) -> str:
    """Reference of a summary read: ``hcode:day``, ``hcode:month`` or ``hcode:cd_code``."""
    what = query.get("date") or query.get("month") or query.get("cd_code") or ""
    return f"{query.get('hospital_code', '')}:{what}"


def body_organization(_sandbox: Sandbox, _query: dict[str, str], body: Any) -> str:
    """Reference of an OrgEncounterSummary: the hospital code."""
    organization = body.get("managingOrganization") if isinstance(body, dict) else None
    return organization_code(organization) or ""


def organization_summary(sandbox: Sandbox, call: Call) -> Answer:
    """``GET /api/OrganizationSummary``: own references of a day, counts of a month, chronic references."""
    query = call.query
    if query.get("hospital_code") != call.hospital_code:
        return refused("hospital_code is not the hospital of the token")
    if query.get("data") == "encounter_ref_code":
        return _day(sandbox, call)
    if query.get("data") == "month_summary":
        return _month(sandbox, call)
    if query.get("data") == "patient_chronic_registry":
        return chronic_refs(sandbox, call)
    return not_implemented()


def _day(sandbox: Sandbox, call: Call) -> Answer:
    day, settings = call.query.get("date", ""), sandbox.settings
    if not is_day(day) or len(day) != 10:
        return refused("date missing or invalid")
    refs = sandbox.store.refs_of_day(
        call.hospital_code, day, with_masked=not settings.mask_hides_from_summary
    )
    return Answer(result=[{"encounter_ref_code": ref} for ref in refs] if settings.day_refs_wrapped else refs)


def _month(sandbox: Sandbox, call: Call) -> Answer:
    month, settings = call.query.get("month", ""), sandbox.settings
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        return refused("month missing or invalid")
    counts = sandbox.store.counts_of_month(
        call.hospital_code, month, with_masked=not settings.mask_hides_from_summary
    )
    listed = [{"date": day, "encounter_count": count} for day, count in counts]
    shapes: dict[str, Any] = {
        "list": listed,
        "map": dict(counts),
        "wrapped": {"days": listed},
        "unknown": "Invalid variant operation",
    }
    return Answer(result=shapes[settings.month_shape])


def encounter_summary(sandbox: Sandbox, call: Call) -> Answer:
    """``POST /api/OrgEncounterSummary``: numbers per day, the newest of a day stands (contract 4.10).

    Keys that nobody knows are passed over without a word, as UAT did; a number under a misspelt key is
    stored as null.
    """
    check_organization(call.body, call.hospital_code)
    days = call.body.get("EncounterSummary")
    if not isinstance(days, list) or not days:
        raise RefusedError("EncounterSummary missing")
    if len(days) > sandbox.settings.summary_days_limit:
        raise RefusedError("EncounterSummary holds too many days")
    for row in days:
        start = row.get("period_start") if isinstance(row, dict) else None
        if not isinstance(start, str) or not is_day(start):
            raise RefusedError("EncounterSummary.period_start missing or invalid")
        sandbox.store.db.execute(
            "INSERT INTO summaries VALUES (?,?,?,?,?,1,?) ON CONFLICT (hospital_code, period_start) DO UPDATE"
            " SET opd_encounter_count=excluded.opd_encounter_count,"
            " ipd_encounter_count=excluded.ipd_encounter_count,"
            " ipd_discharge_count=excluded.ipd_discharge_count, writes=writes+1, seq=excluded.seq",
            (
                call.hospital_code,
                start[:10],
                *(_number(row.get(name)) for name in _COUNTS),
                sandbox.store.next_seq,
            ),
        )
    return Answer()


def _number(value: Any) -> int | None:
    """A count; also one that was written as text (3.5: amounts as strings pass without a warning)."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        return int(value)
    # beyond 15 digits it would not fit the store
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15 else None
