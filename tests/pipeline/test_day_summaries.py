"""OrgEncounterSummary counts an inpatient as one, whether or not the hospital sends admissions."""

from __future__ import annotations

from datetime import date
from typing import Any

from phr.his.base import DayCount
from phr.pipeline.summary import DaySummary, day_summaries

DAY = date(2026, 1, 12)


class Ended:
    """A snapshot that knows of two discharges."""

    def discharges(self, _days: list[date]) -> dict[date, int]:
        return {DAY: 2}


def test_admissions_among_the_eligible_count_as_inpatients() -> None:
    snapshot: Any = Ended()
    off = day_summaries(snapshot, [DAY], {DAY: DayCount(eligible=5, admitted=3)})
    on = day_summaries(snapshot, [DAY], {DAY: DayCount(eligible=7, admitted=1, inpatient=2)})
    assert off == on == {DAY: DaySummary(5, 3, 2)}
