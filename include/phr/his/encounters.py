"""The visits of one snapshot: which were touched, how many, and their complete rows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from phr import faults
from phr.canonical import CanonicalRow, Diagnosis, DrugDispense, Screening, Visit
from phr.errors import Bug, StopHospital
from phr.his import normalise, people, rows
from phr.his.base import DayCount
from phr.his.reader import (
    DAYS,
    KEYS,
    NO_DAY,
    Reader,
    bangkok,
    batched,
    both_eras,
    distinct_days,
    on_days,
    one_day,
)

#: canonical child table -> builder of its rows; the SELECT has the table's name
CHILDREN: dict[str, Callable[..., CanonicalRow | rows.Triage]] = {
    "vital_sign": rows.triage,
    "screening": rows.screening,
    "diagnosis": rows.diagnosis,
    "coverage": rows.coverage,
    "appointment": rows.appointment,
    "lab_result": rows.lab_result,
    "drug_dispense": rows.drug_dispense,
}
#: tables of which an admission has rows of its own, asked for by scopes that begin with this
OF_ADMISSION, ADMISSION = ("diagnosis", "lab_result", "drug_dispense"), "an_"
#: canonical tables of an encounter, in the order of extraction
TABLES_READ = ("visit", "patient", "identity_evidence", *CHILDREN)
COLUMNS = {
    "visit": tuple(inspect.signature(rows.visit).parameters),
    "patient": tuple(people.PATIENT_COLUMNS),
    "admission": tuple(inspect.signature(rows.admission).parameters),
    **{name: tuple(inspect.signature(build).parameters) for name, build in CHILDREN.items()},
}


class EncounterSource:
    """See :class:`phr.his.base.KeySource`; a reference is a visit number, or ``~`` and a name of the row."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._cutoff = bangkok(reader.taken_at) - timedelta(minutes=reader.hospital.settle_minutes)

    def feed_days(self, feed: str, days: Sequence[date]) -> list[date]:
        """Service days on which something of a feed happened in these days, ascending.

        ``visits`` are found by their service day itself, ``labs`` by order or report date, ``drugs`` by
        dispense date, ``admissions`` by the day they ended. A visit whose own date is impossible has no
        service day and is left to the probe.

        :raises StopHospital: PHR-212 when admissions are asked for and this HIS keeps none that can be read.
        """
        if feed == "visits":
            return distinct_days(days)
        if feed == "admissions" and not self._reader.statements.admissions:
            raise StopHospital(faults.SOURCE_KIND, hospital=self._reader.hospital.hcode, detail=feed)
        found: set[date] = set()
        for part in batched(distinct_days(days), DAYS):
            for (day,) in self._reader.rows(f"days_{feed}", "", on_days(part)):
                if iso := normalise.date(day, "service_day", []):
                    found.add(date.fromisoformat(iso))
        return sorted(found)

    def not_whole(self) -> list[str]:
        """None: what a visit lacks is judged by its day (:meth:`tells`)."""
        return []

    def tells(self, days: Sequence[date]) -> list[date]:
        """Every day, unless the source holds some days only: then those it holds visits of."""
        if not self._reader.system.partial:
            return distinct_days(days)
        found = {
            one_day(day)
            for part in batched(distinct_days(days), DAYS)
            for (day,) in self._reader.rows("covered_days", "", {"days": both_eras(part)})
        }
        return sorted(found)

    def touched(self, days: Sequence[date]) -> Iterator[str]:
        """Visit references of eligible visits, by (service day, reference).

        One day is fetched at a time and fully, so a caller may read documents in between (a server-side
        cursor would block the connection); memory is that of the busiest day.
        """
        for day in distinct_days(days):
            found = [str(ref) for (ref,) in self._reader.rows("touched", "window", self._window([day]))]
            yield from sorted(found)

    def touched_keys(self, refs: Sequence[str]) -> dict[str, date]:
        """Those of these visits that are eligible now, each with its service day."""
        wanted = set(refs)
        return {
            str(ref): one_day(day)
            for scope, part in self._parts(refs)
            for ref, day in self._reader.rows("days_of_keys", f"eligible_{scope}", self._keys(part))
            if ref in wanted
        }

    def count(self, days: Sequence[date]) -> dict[date, DayCount]:
        """Independent counts; every asked day is present.

        :raises Bug: PHR-901 when the eligible visits counted as such and as what remains of all disagree.
        """
        kinds: dict[date, dict[str, int]] = {day: {} for day in distinct_days(days)}
        eligible = dict.fromkeys(kinds, 0)
        for part in batched(kinds, DAYS):
            for day, kind, visits in self._reader.rows("count_all", "", self._window(part)):
                of_day = kinds[one_day(day)]
                of_day[kind] = of_day.get(kind, 0) + int(visits)
            for day, visits in self._reader.rows("count_eligible", "window", self._window(part)):
                eligible[one_day(day)] += int(visits)
        for day, of_day in kinds.items():
            if inpatient := of_day.get("inpatient"):
                of_day["eligible"] = of_day.get("eligible", 0) + inpatient
            if of_day.get("eligible", 0) != eligible[day]:
                raise Bug(
                    faults.UNEXPECTED,
                    hospital=self._reader.hospital.hcode,
                    detail=f"two counts of {day.isoformat()} disagree",
                )
        return {day: DayCount(**of_day) for day, of_day in kinds.items()}

    def count_keys(self, refs: Sequence[str]) -> dict[date, int]:
        """Independent count of the eligible visits among these references, per service day."""
        counts: dict[date, int] = {}
        for scope, part in self._parts(refs):
            for day, visits in self._reader.rows("count_eligible", f"eligible_{scope}", self._keys(part)):
                counts[one_day(day)] = counts.get(one_day(day), 0) + int(visits)
        return counts

    def count_rows(self, days: Sequence[date]) -> dict[str, int]:
        """Canonical child table -> COUNT(*) of the rows of the eligible visits of these days."""
        totals = dict.fromkeys(CHILDREN, 0)
        for part in batched(distinct_days(days), DAYS):
            for table in totals:
                for scope in self._scopes(table, "window"):
                    for (counted,) in self._reader.rows(table, scope, self._window(part), counted=True):
                        totals[table] += int(counted)
        return totals

    def count_key_rows(self, refs: Sequence[str]) -> dict[str, int]:
        """Canonical child table -> COUNT(*) of the rows of the eligible visits among these references."""
        totals = dict.fromkeys(CHILDREN, 0)
        for table in totals:
            for key_scope, part in self._parts(refs):
                for scope in self._scopes(table, f"eligible_{key_scope}"):
                    for (counted,) in self._reader.rows(table, scope, self._keys(part), counted=True):
                        totals[table] += int(counted)
        return totals

    def documents(self, refs: Sequence[str]) -> dict[str, list[CanonicalRow]]:
        """Complete canonical rows of these visits, their patients and the identity evidence.

        Every table of an encounter is a key. Rows stand by (visit_ref, row_key); memory grows with the
        references given.

        :raises StopHospital: PHR-208 when one visit number stands on visits of two patients: not every HIS
            forbids it, and the rows of the one would go out under the name of the other.
        """
        wanted = set(refs)
        keys_of = self._reader.system.split(wanted)
        result: dict[str, list[CanonicalRow]] = {table: [] for table in TABLES_READ}
        beside: dict[str, rows.Triage] = {}
        hns: list[object] = []
        admissions = self._ended(keys_of)
        for table, build in (*CHILDREN.items(), ("visit", rows.visit)):
            out = result[table]
            for scope, raw in self._rows_of(table, keys_of):
                if raw[0] in wanted:  # a collation may find more spellings than were asked for
                    row = build(*raw)
                    if isinstance(row, rows.Triage):
                        _keep_texts(beside, raw[0], row)
                        row = row.row
                    elif isinstance(row, Screening):
                        row = rows.coded(row, self._reader.hospital.screening_codes)
                    elif isinstance(row, Visit):
                        hns.append(raw[1])
                        if texts := beside.get(raw[0]):
                            row = row._replace(
                                chief_complaint=texts.chief_complaint, present_illness=texts.present_illness
                            )
                        if ended := admissions.get(raw[0]):
                            row = ended.told_by(row)
                    if scope.startswith(ADMISSION) and isinstance(row, Diagnosis | DrugDispense):
                        row = row._replace(of_admission=True)
                    out.append(row)
            out.sort(key=itemgetter(0) if table == "visit" else itemgetter(0, 1))
        owner: dict[str, str | None] = {}
        for visit in result["visit"]:
            if isinstance(visit, Visit) and owner.setdefault(visit.visit_ref, visit.hn) != visit.hn:
                detail = "one visit number on visits of two patients"
                raise StopHospital(faults.SOURCE_QUERY, hospital=self._reader.hospital.hcode, detail=detail)
        patients, evidence = people.read_people(
            self._reader.by_keys,
            hns,
            person=self._reader.statements.can("person"),
            address=self._reader.statements.can("address"),
        )
        result["patient"] = sorted(patients, key=itemgetter(0))
        result["identity_evidence"] = sorted(evidence, key=itemgetter(0, 1, 2))
        return result

    def _scopes(self, table: str, scope: str) -> Iterator[str]:
        yield scope
        if table in OF_ADMISSION and self._reader.statements.admissions:
            yield f"{ADMISSION}{scope}"

    def _rows_of(self, table: str, keys_of: dict[str, list[str]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for key_scope, keys in keys_of.items():
            for scope in self._scopes(table, key_scope):
                for raw in self._reader.by_keys(table, scope, keys):
                    yield scope, raw

    def _ended(self, keys_of: dict[str, list[str]]) -> dict[str, rows.Admission]:
        """Visit reference -> the admission it ended in, where those are sent."""
        if not self._reader.statements.admissions:
            return {}
        return {
            raw[0]: rows.admission(*raw)
            for scope, keys in keys_of.items()
            for raw in self._reader.by_keys("admission", scope, keys)
        }

    def resolve(self, wanted: Callable[[str], bool]) -> Iterator[str]:  # noqa: ARG002
        """A visit number is its own reference, so nothing has to be searched for.

        :raises Bug: PHR-901 always.
        """
        raise Bug(faults.UNEXPECTED, detail="visit references are never pseudonyms")

    def _window(self, days: Iterable[date]) -> dict[str, object]:
        """Parameters of the window scope: all days, the settled ones, and the one whose time decides."""
        cutoff = self._cutoff.date()
        days = list(days)
        return {
            **on_days(days),
            **self._cutoffs(),
            "settled_days": both_eras(day for day in days if day < cutoff) or [NO_DAY],
            "cutoff_days": both_eras(day for day in days if day == cutoff) or [NO_DAY],
        }

    def _keys(self, keys: Iterable[str]) -> dict[str, object]:
        """Parameters of the eligible-by-key scopes."""
        return {"keys": list(keys), **self._cutoffs()}

    def _cutoffs(self) -> dict[str, object]:
        era = [*both_eras([self._cutoff.date()]), NO_DAY]  # 29 February has no Buddhist twin
        return {
            "cutoff_day": era[0],
            "cutoff_buddhist_day": era[1],
            "cutoff_time": self._cutoff.time().isoformat("seconds"),
        }

    def _parts(self, refs: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for scope, keys in self._reader.system.split(refs).items():
            for part in batched(sorted(keys), KEYS):
                yield scope, part


def _keep_texts(beside: dict[str, rows.Triage], ref: str, found: rows.Triage) -> None:
    """Texts of a visit with several triage rows: of each kind the first that says something."""
    known = beside.setdefault(ref, found)
    beside[ref] = known._replace(
        chief_complaint=known.chief_complaint or found.chief_complaint,
        present_illness=known.present_illness or found.present_illness,
    )
