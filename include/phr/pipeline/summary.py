"""The hospital's own counts per day, sent as OrgEncounterSummary (contract 4.10).

The counts are those of the HIS, whatever was held or quarantined: the gap to the delivered encounters is
true and is not "mended" (identity-and-privacy 2.3, rule 4; whether held ones should be left out is open).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import select

from phr import faults
from phr.delivery import PhrClient
from phr.errors import Retry
from phr.his.base import DayCount, Snapshot
from phr.ledger import tables as t
from phr.ledger.store import now, upsert
from phr.mapping.common import organization
from phr.pipeline.context import Context
from phr.settings import Hospital

#: several days a call, at most about a month (contract 4.10)
_DAYS_PER_CALL = 28


class DaySummary(NamedTuple):
    """Counts of one service day: outpatient visits, admissions begun, admissions ended."""

    opd: int
    ipd: int
    discharged: int


def day_summaries(
    snapshot: Snapshot, days: list[date], counts: dict[date, DayCount]
) -> dict[date, DaySummary]:
    """Counts of these days as the HIS has them."""
    ended = snapshot.discharges(days) or {}
    found = {}
    for day in days:
        inpatients = counts[day].admitted + counts[day].inpatient
        found[day] = DaySummary(counts[day].total - inpatients, inpatients, ended.get(day, 0))
    return found


def send_summaries(
    context: Context,
    hospital: Hospital,
    client: PhrClient,
    summaries: dict[date, DaySummary],
    reserve: Callable[[], None],
) -> int:
    """Send the days whose counts differ from what was last accepted; returns how many days went.

    :raises Retry: PHR-401 when the call was not accepted; the days go again next time.
    """
    s = t.summary_sent
    with context.ledger.read() as connection:
        rows = connection.execute(select(s).where(s.c.hospital == hospital.hcode, s.c.day.in_(summaries)))
        sent = {row.day: DaySummary(row.opd, row.ipd, row.discharged) for row in rows}
    changed = {day: found for day, found in sorted(summaries.items()) if sent.get(day) != found}
    days = list(changed)
    for start in range(0, len(days), _DAYS_PER_CALL):
        part = days[start : start + _DAYS_PER_CALL]
        reserve()
        answer = client.send_summary(_body(hospital, {day: changed[day] for day in part}))
        if answer.kind != "accepted":
            detail = f"OrgEncounterSummary {answer.code}"
            raise Retry(faults.API_UNREACHABLE, hospital=hospital.hcode, detail=detail)
        with context.ledger.write(hospital.hcode) as connection:
            upsert(
                connection,
                s,
                [
                    {"hospital": hospital.hcode, "day": day, **changed[day]._asdict(), "sent_at": now()}
                    for day in part
                ],
            )
    return len(days)


def _body(hospital: Hospital, days: dict[date, DaySummary]) -> bytes:
    return orjson.dumps(
        {
            "managingOrganization": organization(hospital.hcode, hospital.name_th),
            "EncounterSummary": [
                {
                    "period_start": day.isoformat(),
                    "opd_encounter_count": found.opd,
                    "ipd_encounter_count": found.ipd,
                    "ipd_discharge_count": found.discharged,
                }
                for day, found in days.items()
            ],
        }
    )
