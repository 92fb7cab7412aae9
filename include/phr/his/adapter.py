"""Reads a HIS whose SELECTs stand in a folder: opens snapshots, looks at the source, refuses a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from phr.his import normalise
from phr.his.base import ProbeReport, Snapshot, ThaiText
from phr.his.charset import thai_text
from phr.his.dialects import connect
from phr.his.reader import bangkok
from phr.his.snapshot import SqlSnapshot
from phr.his.source_faults import source_faults
from phr.his.sql import Statements
from phr.his.statements import spoiled
from phr.his.system import System
from phr.settings import Hospital


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlAdapter:
    """One hospital's database (:class:`phr.his.base.Adapter`). Never writes.

    Tables, columns and charset are looked at when the first snapshot opens; hospital code and clock at
    every one.
    """

    def __init__(
        self, hospital: Hospital, system: System, url: str, now: Callable[[], datetime] | None = None
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._now = now or _utc_now
        self._dialect, self._engine = connect(hospital, url, system.dialects)
        self._statements: Statements | None = None

    @contextmanager
    def open(self) -> Iterator[Snapshot]:
        """Open a snapshot; raises ``StopHospital`` with a fault PHR-201..210."""
        with self._transaction() as (connection, taken_at):
            with source_faults(self._hospital.hcode):
                statements = self._checked(connection, taken_at)
            yield SqlSnapshot(self._hospital, self._system, connection, statements, taken_at)

    def probe(self) -> ProbeReport:
        """Look at the source; raises ``StopHospital`` only when it cannot be read at all."""
        with self._transaction() as (connection, taken_at), source_faults(self._hospital.hcode):
            return self._look(connection, taken_at)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Connection, datetime]]:
        with source_faults(self._hospital.hcode):
            connection = self._engine.connect()
        try:
            with source_faults(self._hospital.hcode):
                self._dialect.begin(connection)
                taken_at = self._dialect.clock(connection) or self._now()
            yield connection, taken_at
        finally:
            with source_faults(self._hospital.hcode):
                connection.close()

    def _checked(self, connection: Connection, taken_at: datetime) -> Statements:
        if self._statements is None:
            problems = self._look(connection, taken_at).problems
        else:
            problems = self._report(connection, taken_at, self._statements, thai="unknown").problems
        if problems:
            self._statements = None
            raise problems[0]
        assert self._statements is not None
        return self._statements

    def _look(self, connection: Connection, taken_at: datetime) -> ProbeReport:
        found = self._dialect.columns(connection, self._system.tables)
        self._statements = Statements(
            self._system,
            self._dialect,
            found,
            self._hospital.hcode,
            admissions="admissions" in self._hospital.categories,
        )
        thai: ThaiText = "unknown"
        if self._statements.can("name_sample"):
            sample = connection.execute(self._statements.get("name_sample")).all()
            thai = thai_text([name for row in sample for name in row])
        return self._report(connection, taken_at, self._statements, thai=thai, whole=True)

    def _report(
        self,
        connection: Connection,
        taken_at: datetime,
        statements: Statements,
        *,
        thai: ThaiText,
        whole: bool = False,
    ) -> ProbeReport:
        found = statements.found
        last_day: date | None = None
        undated: int | None = None
        if whole and statements.can("last_visit_day"):
            today = bangkok(taken_at).date().isoformat()
            last = connection.execute(statements.get("last_visit_day"), {"today": today}).scalar()
            iso = normalise.date(last, "last_visit_day", [])
            last_day = date.fromisoformat(iso) if iso else None
            undated = int(connection.execute(statements.get("undated_visits")).scalar_one())
        return ProbeReport(
            hcode=self._hospital.hcode,
            dialect=self._dialect.name,
            server_version=self._dialect.version(connection),
            hospital_code=self._hospital_code(connection, statements),
            states_hospital=statements.can("hospital_code"),
            found={table: tuple(sorted(columns)) for table, columns in found.items()},
            missing_required=spoiled(self._system, statements, tuple(self._system.missing_required(found))),
            missing_optional=tuple(self._system.missing_optional(found)),
            writable=self._dialect.may_write(connection) if whole else None,
            last_visit_day=last_day,
            undated_visits=undated,
            thai_text=thai,
            clock_skew_seconds=(taken_at - self._now()).total_seconds(),
            replica_lag_seconds=self._dialect.replica_lag(connection) if whole else None,
            non_transactional=tuple(self._dialect.non_transactional(connection, found)) if whole else (),
            fingerprint=statements.fingerprint(),
            remarks=self._remarks(connection, statements),
        )

    def _remarks(self, connection: Connection, statements: Statements) -> tuple[tuple[str, str, int], ...]:
        if not statements.can("remarks"):
            return ()
        rows = connection.execute(statements.get("remarks")).all()
        return tuple((str(file), str(what), int(lines)) for file, what, lines in rows)

    def _hospital_code(self, connection: Connection, statements: Statements) -> str | None:
        if not statements.can("hospital_code"):
            return None
        rows = connection.execute(statements.get("hospital_code")).all()
        codes = sorted({code for row in rows if (code := normalise.text(row[0]))})
        if self._system.shared and self._hospital.hcode in codes:
            return self._hospital.hcode
        return ",".join(codes) or None  # more than one never equals the configured code
