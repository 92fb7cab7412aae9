"""Run the rules over the canonical rows of a work unit and name the rows that fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phr import faults
from phr.canonical import TABLES, CanonicalRow
from phr.errors import Bug
from phr.quality.cid import default_placeholders
from phr.quality.engine import Engine, preload
from phr.quality.facts import HospitalFacts
from phr.quality.frames import FRAMES, HOSPITAL, ROW_NUMBER
from phr.quality.rules import EXPECTATIONS
from phr.quality.values import text
from phr.settings import IdentityPolicy, UnmappedCodes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that failed one rule.

    ``row`` is the index in the list given for ``hospital`` and ``table``; look ``rule`` up in ``RULES``.
    A failure of scope ``document`` takes out the document ``ref`` (a visit number, or the person of a
    register); where that is None (patient rows), all documents of ``hn``. On child rows of a visit ``hn`` is
    the HN of the visit, None when it is unknown.
    """

    hospital: str
    table: str
    row: int
    ref: str | None
    hn: str | None
    row_key: str | None
    rule: str


@dataclass(slots=True)
class Tally:
    """Counts of one rule over everything checked: rows looked at, rows without a value, rows that failed."""

    judged: int = 0
    skipped: int = 0
    failed: int = 0


#: tables whose rows are entries of the register of a person
_ENTRIES = ("immunization", "allergy", "chronic_register")
#: hospital code -> table -> rows
UnitRows = Mapping[str, Mapping[str, list[CanonicalRow]]]


class Checker:
    """All suites, built once; one suite run per table and work unit, failures split per hospital.

    :param today: the last day that is not in the future, Asia/Bangkok.
    :param placeholder_cids: ids that name nobody, in place of the shipped list.
    :param facility_codes: known hcode5, to tell temporary ids (0 + code) from mistyped ones.
    :param identity_policies: ``Hospital.identity_policy`` by hospital code, ``checksum`` for those not named.
    :param unmapped_codes: ``Hospital.unmapped_codes`` by hospital code, its defaults for those not named.
    """

    def __init__(
        self,
        *,
        today: date,
        placeholder_cids: frozenset[str] | None = None,
        facility_codes: frozenset[str] = frozenset(),
        identity_policies: Mapping[str, IdentityPolicy] | None = None,
        unmapped_codes: Mapping[str, UnmappedCodes] | None = None,
    ) -> None:
        preload()
        self._today = today
        self._placeholders = default_placeholders() if placeholder_cids is None else placeholder_cids
        self._facility_codes = facility_codes
        self._identity_policies = dict(identity_policies or {})
        self._unmapped_codes = dict(unmapped_codes or {})
        self._engine = Engine()
        self._tallies = {
            table: {spec.rule_id: Tally() for spec in specs} for table, specs in EXPECTATIONS.items()
        }

    def check(self, rows: UnitRows) -> list[BadRow]:
        """Failing rows, by table, rule and row; a row appears once per rule it fails.

        Every table of a hospital belongs to one call: rules compare tables with each other, so a child whose
        visit is not in the same call fails. Absent tables are empty.

        :raises Bug: PHR-901 for a table that is not canonical, or a rule that could not be computed.
        """
        for tables in rows.values():
            if unknown := set(tables) - set(TABLES):
                raise Bug(faults.UNEXPECTED, detail=f"no canonical table {', '.join(sorted(unknown))}")
        facts = {
            hospital: HospitalFacts.of(
                tables,
                today=self._today,
                placeholders=self._placeholders,
                facility_codes=self._facility_codes,
                identity_policy=self._identity_policies.get(hospital, "checksum"),
                unmapped_codes=self._unmapped_codes.get(hospital),
            )
            for hospital, tables in rows.items()
        }
        return [bad for table in TABLES for bad in self._check_table(table, rows, facts)]

    def _check_table(
        self, table: str, rows: UnitRows, facts: Mapping[str, HospitalFacts]
    ) -> Iterator[BadRow]:
        places = [(code, i) for code, tables in rows.items() for i in range(len(tables.get(table, ())))]
        if not places:
            return
        outcomes = self._engine.run(table, _frame(table, rows, facts))
        for rule_id, outcome in outcomes.items():
            tally = self._tallies[table][rule_id]
            tally.judged += outcome.judged
            tally.skipped += outcome.skipped
            tally.failed += len(outcome.failed)
            for row_number in sorted(outcome.failed):
                hospital, index = places[row_number]
                yield _bad_row(hospital, table, index, rows[hospital][table][index], rule_id, facts[hospital])

    def write_data_docs(self, folder: Path) -> None:
        """Write Data Docs of everything checked so far: counts and percentages, no values, no keys."""
        from phr.quality.datadocs import write_data_docs

        write_data_docs(folder, self._tallies, self._today)


def _frame(table: str, rows: UnitRows, facts: Mapping[str, HospitalFacts]) -> pd.DataFrame:
    """One frame over all hospitals, types fixed by the frame's definition, never guessed from the data."""
    import pandas as pd

    shape = FRAMES[table]
    hospitals: list[str] = []
    records: list[tuple[object, ...]] = []
    for hospital, tables in rows.items():
        filled = list(shape.records(facts[hospital], tables.get(table, [])))
        hospitals.extend([hospital] * len(filled))
        records.extend(filled)
    columns: dict[str, Any] = {
        HOSPITAL: pd.Series(hospitals, dtype=object),
        ROW_NUMBER: range(len(records)),
    }
    for name, values in zip(shape.columns, zip(*records, strict=True), strict=True):
        # guessed types would turn an all-empty text column into floats, and dates into timestamps
        columns[name] = pd.Series(list(values), dtype="float64" if name in shape.numbers else object)
    return pd.DataFrame(columns)


def _bad_row(hospital: str, table: str, index: int, row: Any, rule_id: str, facts: HospitalFacts) -> BadRow:
    ref, hn, row_key = None, None, None
    if table == "patient":
        hn = text(row.hn)
    elif table == "identity_evidence":
        hn = text(row.local_id) if row.source == "patient" else None
    elif table == "visit":
        ref, hn = text(row.visit_ref), text(row.hn)
    elif table == "register_person":
        ref, hn = text(row.person_ref), text(row.hn)
    elif table in _ENTRIES:
        ref, hn, row_key = text(row.person_ref), text(row.hn), text(row.row_key)
    else:
        ref, row_key = text(row.visit_ref), text(row.row_key)
        visit = facts.visits.get(row.visit_ref)
        hn = text(visit.hn) if visit else None
    return BadRow(hospital, table, index, ref, hn, row_key, rule_id)
