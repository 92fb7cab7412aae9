"""The ledger's engine and its runs. Documents: ``register``; delivery: ``outbox``; equations: ``balance``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from phr.errors import PhrError
from phr.ledger import schema
from phr.ledger import tables as t


def now() -> datetime:
    """The ledger's clock: aware UTC."""
    return datetime.now(UTC)


@dataclass
class Ledger:
    """An opened ledger."""

    engine: Engine

    @classmethod
    def open(cls, url: str, *, migrate: bool | None = None) -> Ledger:
        """Open a ledger. SQLite migrates itself (embedded default); others must be migrated on purpose.

        :raises StopEndpoint: PHR-503 when the schema is not the newest.
        """
        engine = schema.make_engine(url)
        embedded = engine.dialect.name == "sqlite"
        if migrate or (migrate is None and embedded):
            try:
                schema.require_current(engine)
            except PhrError:
                schema.upgrade(engine)
        else:
            schema.require_current(engine)
        return cls(engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction that does not wait for writers."""
        options: dict[str, Any] = {"phr_read": True}
        if self.engine.dialect.name == "postgresql":
            # one snapshot for all queries of a reader, as SQLite gives: totals and terms must belong together
            options["isolation_level"] = "REPEATABLE READ"
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def write(self, hospital: str) -> Iterator[Connection]:
        """A writing transaction; writers of one hospital follow each other."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                lock = int.from_bytes(hashlib.sha256(hospital.encode()).digest()[:7], "big")
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
            yield connection

    def is_empty(self) -> bool:
        """True while no document is known."""
        with self.read() as connection:
            return connection.execute(select(t.document.c.reference).limit(1)).first() is None

    # -- runs ------------------------------------------------------------------------------------

    def plan_run(
        self, run_id: str, category: str, options: Mapping[str, Any], hospitals: Sequence[str]
    ) -> None:
        """Write down a run and the hospitals it owes; planning again keeps what is done."""
        stamp = now()
        with self.write(run_id) as connection:
            upsert(
                connection,
                t.run,
                [
                    {
                        "run_id": run_id,
                        "category": category,
                        "options": json.dumps(options, ensure_ascii=False, default=str),
                        "dry_run": bool(options.get("dry_run")),
                        "purpose": str(options.get("purpose") or "feed"),
                        "started_at": stamp,
                        "finished_at": None,
                        "status": "running",
                    }
                ],
            )
            known = set(
                connection.execute(
                    select(t.run_hospital.c.hospital).where(t.run_hospital.c.run_id == run_id)
                ).scalars()
            )
            fresh = [
                {
                    "run_id": run_id,
                    "hospital": h,
                    "category": category,
                    "status": "planned",
                    "updated_at": stamp,
                }
                for h in hospitals
                if h not in known
            ]
            if fresh:
                connection.execute(insert(t.run_hospital), fresh)
            gone = known.difference(hospitals)
            if gone:
                connection.execute(
                    delete(t.run_hospital).where(
                        t.run_hospital.c.run_id == run_id, t.run_hospital.c.hospital.in_(gone)
                    )
                )

    def set_hospital(self, run_id: str, hospital: str, **values: Any) -> None:
        """Progress of one hospital in a run; a step that succeeds clears an earlier failure."""
        values = {
            "failed_step": None,
            "error_code": None,
            "error_action": None,
            "error_text": None,
            **values,
            "updated_at": now(),
        }
        with self.write(hospital) as connection:
            connection.execute(
                update(t.run_hospital)
                .where(t.run_hospital.c.run_id == run_id, t.run_hospital.c.hospital == hospital)
                .values(**values)
            )

    def fail_hospital(self, run_id: str, hospital: str, step: str, error: PhrError) -> None:
        """One hospital stopped: step, code and safe message stand in the ledger."""
        self.set_hospital(
            run_id,
            hospital,
            status="failed",
            failed_step=step,
            error_code=error.fault.code,
            error_action=error.action,
            error_text=error.message(),
        )

    def skip_hospital(self, run_id: str, hospital: str, code: str, reason: str) -> None:
        """One hospital is left out of a run on purpose: nothing is owed, and the reason stands in the ledger.

        :param code: number of the fault it would be if the hospital had been asked for by name.
        :param reason: safe text, Thai first.
        """
        self.set_hospital(run_id, hospital, status="skipped", error_code=code, error_text=reason)

    def run_hospitals(self, run_id: str) -> list[dict[str, Any]]:
        """Rows of ``run_hospital`` of one run, by hospital code."""
        query = select(t.run_hospital).where(t.run_hospital.c.run_id == run_id)
        with self.read() as connection:
            return [
                dict(row) for row in connection.execute(query.order_by(t.run_hospital.c.hospital)).mappings()
            ]

    def run_row(self, run_id: str) -> dict[str, Any] | None:
        """The run itself, or None."""
        with self.read() as connection:
            row = connection.execute(select(t.run).where(t.run.c.run_id == run_id)).mappings().first()
        return dict(row) if row else None

    def newest_runs(self, limit: int = 5) -> list[str]:
        """Ids of the runs that started last, the newest first."""
        with self.read() as connection:
            return list(
                connection.execute(
                    select(t.run.c.run_id).order_by(t.run.c.started_at.desc()).limit(limit)
                ).scalars()
            )

    def finish_run(self, run_id: str, status: str) -> None:
        """Close a run as ``success`` or ``failed``."""
        with self.write(run_id) as connection:
            connection.execute(
                update(t.run).where(t.run.c.run_id == run_id).values(status=status, finished_at=now())
            )

    def record_counts(
        self,
        run_id: str,
        category: str,
        kind: str,
        hospital: str,
        snapshot_at: datetime,
        days: Mapping[date, Mapping[str, int]],
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        """Store the independent counts of a snapshot: keys per day, rows per child table.

        :param days: day -> ``eligible`` and every name of ``OUT_OF_SCOPE``.
        :param rows: ``table_name``, ``counted``, ``accepted``, ``quarantined``.
        """
        with self.write(hospital) as connection:
            connection.execute(
                delete(t.run_day).where(t.run_day.c.run_id == run_id, t.run_day.c.hospital == hospital)
            )
            record_days(connection, run_id, category, kind, hospital, snapshot_at, days)
        self.record_rows(run_id, hospital, rows)

    def record_rows(self, run_id: str, hospital: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store a finished map's row counts: ``table_name``, ``counted``, ``accepted``, ``quarantined``."""
        table = t.run_rows
        with self.write(hospital) as connection:
            connection.execute(delete(table).where(table.c.run_id == run_id, table.c.hospital == hospital))
            if rows:
                connection.execute(
                    insert(table), [{"run_id": run_id, "hospital": hospital, **row} for row in rows]
                )


def record_days(
    connection: Connection,
    run_id: str,
    category: str,
    kind: str,
    hospital: str,
    snapshot_at: datetime,
    days: Mapping[date, Mapping[str, int]],
    *,
    elsewhere: int = 0,
) -> None:
    """Store the counts of these service days for the run, and for the state unless a newer snapshot did.

    :param elsewhere: documents among them that a newer snapshot has found on another day.
    """
    record_run_days(connection, run_id, category, hospital, days)
    newer = set(
        connection.execute(
            select(t.service_day.c.day).where(
                t.service_day.c.hospital == hospital,
                t.service_day.c.kind == kind,
                t.service_day.c.snapshot_at > snapshot_at,
            )
        ).scalars()
    )
    fresh = [
        {
            "hospital": hospital,
            "kind": kind,
            "day": day,
            "snapshot_at": snapshot_at,
            "counted": count["eligible"] - elsewhere,
            **{name: count[name] for name in t.OUT_OF_SCOPE},
        }
        for day, count in days.items()
        if day not in newer
    ]
    upsert(connection, t.service_day, fresh)


def record_run_days(
    connection: Connection,
    run_id: str,
    category: str,
    hospital: str,
    days: Mapping[date, Mapping[str, int]],
) -> None:
    """Store the counts of these service days for the run alone."""
    rows = [
        {
            "run_id": run_id,
            "hospital": hospital,
            "day": day,
            "category": category,
            "seen": count["eligible"],
            **{name: count[name] for name in t.OUT_OF_SCOPE},
        }
        for day, count in days.items()
    ]
    upsert(connection, t.run_day, rows)


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or overwrite the given columns where the primary key exists (all rows: same columns)."""
    if not rows:
        return
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key.columns]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))
