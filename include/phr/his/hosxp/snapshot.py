"""One snapshot of a HOSxP database: which visits were touched, how many, and their complete rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection

from phr import faults
from phr.canonical import TABLES, CanonicalRow, Visit
from phr.errors import Bug
from phr.his import normalise
from phr.his.base import DayCount
from phr.his.hosxp import people, rows
from phr.his.source_faults import source_faults
from phr.his.sql import Statements
from phr.settings import Hospital

#: keys in one IN list (it is sent as text and planned by range)
KEYS = 1000
#: days in one IN list; each stands twice, in both eras
DAYS = 400
#: raw rows held at once
PARTITION = 2000
#: a day no visit has, for lists that may not be empty
_NO_DAY = "1000-01-01"
_T = TypeVar("_T")
_BANGKOK = timezone(timedelta(hours=7), "Asia/Bangkok")  # no daylight saving since 1920

#: canonical child table -> builder of its rows; the SELECT has the table's name
_CHILDREN: dict[str, Callable[..., CanonicalRow | rows.Screening]] = {
    "vital_sign": rows.screening,
    "diagnosis": rows.diagnosis,
    "coverage": rows.coverage,
    "appointment": rows.appointment,
    "lab_result": rows.lab_result,
    "drug_dispense": rows.drug_dispense,
}
_COLUMNS = {
    "visit": tuple(inspect.signature(rows.visit).parameters),
    "patient": tuple(people.PATIENT_COLUMNS),
    **{name: tuple(inspect.signature(build).parameters) for name, build in _CHILDREN.items()},
}


def bangkok(moment: datetime) -> datetime:
    """The clock time HIS rows are written in (rule R15)."""
    return moment.astimezone(_BANGKOK)


class HosxpSnapshot:
    """See :class:`phr.his.base.Snapshot`."""

    def __init__(
        self, hospital: Hospital, connection: Connection, statements: Statements, taken_at: datetime
    ) -> None:
        self._hospital = hospital
        self._connection = connection
        self._statements = statements
        self._taken_at = taken_at
        self._cutoff = bangkok(taken_at) - timedelta(minutes=hospital.settle_minutes)

    @property
    def taken_at(self) -> datetime:
        """Aware UTC, by the clock of the HIS server."""
        return self._taken_at

    def feed_days(self, feed: str, days: Sequence[date]) -> list[date]:
        """Service days on which something of a feed happened in these days, ascending.

        A visit whose own date is impossible belongs to no service day and is left to the probe.
        """
        if feed == "visits":
            return sorted(set(days))
        found: set[date] = set()
        for part in _batched(sorted(set(days)), DAYS):
            for (day,) in self._rows(f"days_{feed}", "", {"days": _both_eras(part)}):
                if iso := normalise.date(day, "service_day", []):
                    found.add(date.fromisoformat(iso))
        return sorted(found)

    def touched(self, days: Sequence[date]) -> Iterator[str]:
        """Visit references of eligible visits, by (service day, reference).

        One day is fetched at a time and fully, so a caller may read documents in between (a server-side
        cursor would block the connection); memory is that of the busiest day.
        """
        for day in sorted(set(days)):
            found = [str(ref) for (ref,) in self._rows("touched", "window", self._window([day]))]
            yield from sorted(found)

    def count(self, days: Sequence[date]) -> dict[date, DayCount]:
        """Independent counts; every asked day is present.

        :raises Bug: PHR-901 when the eligible visits counted as such and as what remains of all disagree.
        """
        kinds: dict[date, dict[str, int]] = {day: {} for day in sorted(set(days))}
        eligible = dict.fromkeys(kinds, 0)
        for part in _batched(kinds, DAYS):
            for day, kind, visits in self._rows(
                "count_all", "", {"days": _both_eras(part)} | self._window(part)
            ):
                of_day = kinds[_service_day(day)]
                of_day[kind] = of_day.get(kind, 0) + int(visits)
            for day, visits in self._rows("count_eligible", "window", self._window(part)):
                eligible[_service_day(day)] += int(visits)
        for day, of_day in kinds.items():
            if of_day.get("eligible", 0) != eligible[day]:
                raise Bug(
                    faults.UNEXPECTED,
                    hospital=self._hospital.hcode,
                    detail=f"two counts of {day.isoformat()} disagree",
                )
        return {day: DayCount(**of_day) for day, of_day in kinds.items()}

    def count_rows(self, days: Sequence[date]) -> dict[str, int]:
        """Canonical child table -> COUNT(*) of the rows of the eligible visits of these days."""
        totals = dict.fromkeys(_CHILDREN, 0)
        for part in _batched(sorted(set(days)), DAYS):
            for table in totals:
                for (counted,) in self._rows(table, "window", self._window(part), counted=True):
                    totals[table] += int(counted)
        return totals

    def documents(self, refs: Sequence[str]) -> dict[str, list[CanonicalRow]]:
        """Complete canonical rows of these visits, their patients and the identity evidence.

        Every table is a key. Rows stand by (visit_ref, row_key); memory grows with the references given.
        """
        wanted = set(refs)
        vns = [ref for ref in wanted if not ref.startswith("~")]
        guids = [ref[1:] for ref in wanted if len(ref) > 1 and ref.startswith("~")]
        result: dict[str, list[CanonicalRow]] = {table: [] for table in TABLES}
        complaints: dict[str, str] = {}
        hns: list[object] = []
        for table, build in (*_CHILDREN.items(), ("visit", rows.visit)):
            out = result[table]
            for scope, keys in (("vns", vns), ("guids", guids)):
                for raw in self._by_keys(table, scope, keys):
                    if raw[0] not in wanted:  # a collation may find more spellings than were asked for
                        continue
                    row = build(*raw)
                    if isinstance(row, rows.Screening):
                        if row.chief_complaint:
                            complaints.setdefault(raw[0], row.chief_complaint)
                        row = row.row
                    elif isinstance(row, Visit):
                        hns.append(raw[1])
                        row = row._replace(chief_complaint=complaints.get(raw[0]))
                    out.append(row)
            out.sort(key=itemgetter(0) if table == "visit" else itemgetter(0, 1))
        patients, evidence = people.read_people(
            self._by_keys,
            hns,
            person=self._statements.has("person"),
            address=self._statements.has("thaiaddress"),
        )
        result["patient"] = sorted(patients, key=itemgetter(0))
        result["identity_evidence"] = sorted(evidence, key=itemgetter(0, 1, 2))
        return result

    def _window(self, days: Iterable[date]) -> dict[str, object]:
        """Parameters of the window scope: all days, the settled ones, and the one whose time decides."""
        cutoff = self._cutoff.date()
        days = list(days)
        return {
            "days": _both_eras(days) or [_NO_DAY],
            "settled_days": _both_eras(day for day in days if day < cutoff) or [_NO_DAY],
            "cutoff_days": _both_eras(day for day in days if day == cutoff) or [_NO_DAY],
            "cutoff_time": self._cutoff.time().isoformat("seconds"),
        }

    def _by_keys(self, name: str, scope: str, keys: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        for part in _batched(sorted(keys, key=str), KEYS):
            yield from self._rows(name, scope, {"keys": list(part)})

    def _rows(
        self, name: str, scope: str, parameters: dict[str, object], *, counted: bool = False
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of one SELECT, streamed; at most one of these generators is read at a time."""
        statement = self._statements.get(name, scope, counted)
        with source_faults(self._hospital.hcode):
            result = self._connection.execute(
                statement, parameters, execution_options={"stream_results": True}
            )
            with result:
                if name in _COLUMNS and not counted and tuple(result.keys()) != _COLUMNS[name]:
                    raise Bug(faults.UNEXPECTED, detail=f"columns of {name}.sql and its builder differ")
                for partition in result.partitions(PARTITION):
                    yield from partition


def _batched(items: Iterable[_T], size: int) -> Iterator[tuple[_T, ...]]:
    source = iter(items)
    while part := tuple(islice(source, size)):
        yield part


def _both_eras(days: Iterable[date]) -> list[str]:
    """ISO days, and the same days as a hospital that types Buddhist years stores them.

    29 February is left out of the latter: the Buddhist year is then no leap year, so no DATE can hold it.
    """
    out = []
    for day in days:
        out.append(day.isoformat())
        if (day.month, day.day) != (2, 29):
            out.append(f"{day.year + normalise.BUDDHIST_OFFSET}-{day:%m-%d}")
    return out


def _service_day(raw: object) -> date:
    iso = normalise.date(raw, "service_day", [])
    assert iso is not None  # only days that were asked for come back
    return date.fromisoformat(iso)
