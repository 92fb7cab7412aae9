"""Documents of one snapshot enter the ledger: desired slots, dispositions of the run, absences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.absence import count_older, mark_absent
from phr.ledger.brake import Brake, ask, hold_beyond
from phr.ledger.decide import (
    PATIENT_CHANGED,
    Desired,
    Verdict,
    decide,
)
from phr.ledger.lookups import Lookups
from phr.ledger.retractions import void_returned
from phr.ledger.run_documents import count_moved, supersede
from phr.ledger.store import Ledger, now, record_days, record_run_days, upsert

#: days without a document entered in one transaction
_EMPTY_DAYS = 200


@dataclass
class Registration:
    """Registers the documents of one (run, hospital) from one snapshot, batch by batch."""

    ledger: Ledger
    run_id: str
    category: str
    kind: str
    hospital: str
    snapshot_at: datetime
    resend_unchanged: bool = False
    dry_run: bool = False
    #: adapter SQL and schema of the snapshot (R7)
    fingerprint: str | None = None
    brake: Brake = field(default_factory=Brake)
    #: documents of another sender that this run may still replace by ours
    takeover_left: int = 0
    #: the settings allow the removal call of kinds that have one
    may_remove: bool = False
    #: persons whose changed Patient block already travels with a document of this run
    patients_on_the_way: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    #: documents marked absent so far
    absent: int = 0
    #: documents held by the brake when the run was closed
    braked: int = 0
    #: documents that a newer snapshot knows on another day than this one does
    _elsewhere: Counter[date] = field(default_factory=Counter)
    #: documents of older snapshots met again in a dry run, by the service day the ledger has for them
    _met_again: Counter[date] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._look = Lookups(self.run_id, self.hospital, self.kind)

    def register(self, batch: Sequence[Desired]) -> set[str]:
        """Enter a batch in one transaction; returns the references whose content has to be sent.

        Newest service days first: a changed Patient block then travels with the newest visit.
        """
        if self.dry_run:
            with self.ledger.read() as connection:
                return self._apply(connection, batch)
        with self.ledger.write(self.hospital) as connection:
            return self._apply(connection, batch)

    def register_keys(self, batch: Sequence[Desired]) -> set[str]:
        """Enter documents that were read by key: their days are not read whole, so no count of a day changes.

        A document that the ledger does not know, knows on another day, or has missed on its day, is left to a
        reading of its whole day and counts as superseded. Their own count is written by :meth:`close`.
        Returns the references whose content has to be sent.
        """
        if self.dry_run:
            with self.ledger.read() as connection:
                return self._apply(connection, batch, by_key=True)
        with self.ledger.write(self.hospital) as connection:
            return self._apply(connection, batch, by_key=True)

    def register_day(self, day: date, batch: Sequence[Desired], count: Mapping[str, int]) -> set[str]:
        """Enter one whole service day in one transaction: documents, absences and the count of its keys.

        Whenever the process dies, a day stands in the ledger either as it was or as the snapshot has it,
        so both equations hold. Returns the references whose content has to be sent.

        :param count: ``eligible`` and every name of ``OUT_OF_SCOPE``, counted in the source.
        """
        if self.dry_run:
            return self.register(batch)
        with self.ledger.write(self.hospital) as connection:
            self._elsewhere.clear()
            to_send = self._apply(connection, batch)
            self._enter_days(connection, {day: count}, elsewhere=self._elsewhere[day])
        return to_send

    def register_empty_days(self, counts: Mapping[date, Mapping[str, int]]) -> None:
        """:meth:`register_day` for days without any document, many in one transaction: registers are
        looked for over years of days.
        """
        if self.dry_run:
            return
        days = sorted(counts)
        for start in range(0, len(days), _EMPTY_DAYS):
            part = days[start : start + _EMPTY_DAYS]
            with self.ledger.write(self.hospital) as connection:
                self._enter_days(connection, {day: counts[day] for day in part})

    def _enter_days(
        self, connection: Connection, counts: Mapping[date, Mapping[str, int]], elsewhere: int = 0
    ) -> None:
        self._close(connection, list(counts))
        run = (self.run_id, self.category, self.kind, self.hospital, self.snapshot_at)
        record_days(connection, *run, counts, elsewhere=elsewhere)

    def _apply(self, connection: Connection, batch: Sequence[Desired], *, by_key: bool = False) -> set[str]:
        references = [want.reference for want in batch]
        existing = self._look.documents(connection, references)
        already = self._look.of_this_run(connection, references)
        patients = self._look.patients(connection, {w.person_key for w in batch if w.person_key})
        newer_days = self._look.newer_days(connection, {want.service_day for want in batch}, self.snapshot_at)
        contents = {want.reference: want.content_hash for want in batch if want.content_hash}
        approved = approvals.approved(connection, self.hospital, self.kind, "shrink", contents)
        inserts: list[dict[str, Any]] = []
        updates: list[dict[str, Any]] = []
        run_rows: list[dict[str, Any]] = []
        left: Counter[date] = Counter()
        left_in_run: Counter[date] = Counter()
        to_send: set[str] = set()
        for want in batch:
            row = existing.get(want.reference)
            before = already.get(want.reference)
            elsewhere = row is None or row["service_day"] != want.service_day
            missed = by_key and row is not None and row["absent_since"] is not None
            if missed or (elsewhere and (by_key or want.service_day in newer_days)):
                # deleted or moved meanwhile: a newer complete snapshot of its day does not hold it
                verdict = Verdict("superseded", want.state, None, bump=False, write=False)
            else:
                verdict = self._decide(row, want, patients, before, approved=want.reference in approved)
            version = (row["desired_version"] if row else 0) + (1 if verdict.bump else 0)
            disposition = verdict.disposition
            if disposition == "unchanged" and before and before["disposition"] == "sent":
                # this run sent it; mapping it again (a cleared task) does not unmake that
                disposition = "sent"
            if row is not None and not verdict.write and not _counts_on(row, want.service_day):
                self._elsewhere[want.service_day] += 1
            self._count(row, disposition)
            if self.dry_run and row is not None and self._is_older(row):
                self._met_again[row["service_day"]] += 1
            if disposition == "pending":
                to_send.add(want.reference)
                if want.person_key:
                    self.patients_on_the_way.add(want.person_key)
            if row is None and verdict.write:
                inserts.append(self._values(want, verdict, version))
            elif row is not None and verdict.write:
                values = self._values(want, verdict, version)
                if disposition == "unchanged" and patients.get(want.person_key or "") != want.patient_hash:
                    # it did not carry the new Patient block; it may have to, if its carrier never arrives
                    values["desired_patient_hash"] = row["desired_patient_hash"]
                values["delivered_version"] = version if verdict.settled else row["delivered_version"]
                if verdict.settled and verdict.bump:
                    values["desired_reason"] = None
                updates.append(values)
                if row["service_day"] != want.service_day and row["absent_since"] is None:
                    left[row["service_day"]] += 1
            if before and before["service_day"] != want.service_day:
                left_in_run[before["service_day"]] += 1
            run_rows.append(
                {
                    "run_id": self.run_id,
                    "hospital": self.hospital,
                    "kind": self.kind,
                    "reference": want.reference,
                    "category": self.category,
                    "service_day": want.service_day,
                    "generation": self.snapshot_at,
                    "version": version,
                    "disposition": disposition,
                    "was_new": before["was_new"]
                    if before
                    else row is None or row["delivered_version"] is None,
                    "patient_hash": want.patient_hash if disposition == "pending" else None,
                }
            )
        if not self.dry_run:
            self._write(connection, inserts, updates, run_rows)
            count_moved(connection, self._look, left, left_in_run)
        return to_send

    def _decide(
        self,
        row: Mapping[str, Any] | None,
        want: Desired,
        patients: Mapping[str, str],
        before: Mapping[str, Any] | None,
        *,
        approved: bool,
    ) -> Verdict:
        # a cleared task of a run that sends unchanged documents again does not send a third time
        again = self.resend_unchanged and not (before and before["disposition"] == "sent")
        others = row is not None and row["delivered_by"] == "other"
        verdict = decide(
            row,
            want,
            self.snapshot_at,
            kind=self.kind,
            approved=approved,
            may_remove=self.may_remove,
            take_over=others and self.takeover_left > 0,
            resend_unchanged=again,
        )
        if others and verdict.disposition == "pending":
            self.takeover_left -= 1
        if verdict.disposition != "unchanged" or not want.person_key or row is None:
            return verdict
        carrier = row["desired_state"] == "pending" and row["desired_reason"] == PATIENT_CHANGED
        if row["desired_patient_hash"] == want.patient_hash and not carrier:
            # its own block did not change: two HNs of one person with different blocks must not answer each
            # other for ever
            return verdict
        if patients.get(want.person_key) == want.patient_hash or want.person_key in self.patients_on_the_way:
            return verdict
        return decide(
            row,
            want,
            self.snapshot_at,
            kind=self.kind,
            approved=approved,
            may_remove=self.may_remove,
            send_patient=True,
        )

    def _count(self, row: Mapping[str, Any] | None, disposition: str) -> None:
        self.counts[disposition] += 1
        if disposition == "pending":
            new = row is None or row["delivered_version"] is None
            self.counts["new" if new else "changed"] += 1
        if (
            row is not None
            and row["delivered_version"] is not None
            and disposition in ("held", "quarantined")
        ):
            self.counts["stale"] += 1

    def _values(self, want: Desired, verdict: Verdict, version: int) -> dict[str, Any]:
        return {
            "hospital": self.hospital,
            "kind": self.kind,
            "reference": want.reference,
            "service_day": want.service_day,
            "person_key": want.person_key,
            "desired_version": version,
            "desired_hash": want.content_hash,
            "desired_source_hash": want.source_hash,
            "desired_patient_hash": want.patient_hash,
            "desired_state": verdict.state,
            "desired_reason": verdict.reason,
            "desired_snapshot_at": self.snapshot_at,
            "desired_mapping": want.mapping,
            "desired_policy": want.policy,
            "desired_class": want.data_class,
            "desired_children": " ".join(want.children) or None,
            "desired_keys": " ".join(want.keys) or None,
            "removes": verdict.removes,
            "absent_since": None,
            "absent_fingerprint": None,
            "second_look": None,
            "second_look_at": None,
            "updated_at": now(),
        }

    def _write(
        self,
        connection: Connection,
        inserts: list[dict[str, Any]],
        updates: list[dict[str, Any]],
        run_rows: list[dict[str, Any]],
    ) -> None:
        if inserts:
            connection.execute(insert(t.document), inserts)
        if updates:
            keys = ("hospital", "kind", "reference")
            statement = (
                update(t.document)
                .where(and_(*(t.document.c[name] == bindparam(f"k_{name}") for name in keys)))
                .values({name: bindparam(name) for name in updates[0] if name not in keys})
            )
            connection.execute(
                statement,
                [
                    {**{f"k_{k}": u[k] for k in keys}, **{k: v for k, v in u.items() if k not in keys}}
                    for u in updates
                ],
            )
        upsert(connection, t.run_document, run_rows)
        supersede(connection, run_rows)

    # -- after the last batch --------------------------------------------------------------------

    def close(self, days: Sequence[date], by_key: Mapping[date, int] | None = None) -> int:
        """After the last batch: forget what an earlier try of this run saw, mark absent documents, and hold
        what takes away more than the brake allows.

        A document of these days that the complete snapshot did not hold is *absent* (deleted, moved,
        admitted or opened again); it keeps its state until a retraction is approved
        (R7). Returns how many were marked. A dry run marks none: it counts them as ``to_retract``.

        :param by_key: independent count of the documents that were read by key, per service day.
        """
        if self.dry_run:
            if missing := self._missing(days):
                self.counts["to_retract"] = missing
            return 0
        with self.ledger.write(self.hospital) as connection:
            self._close(connection, days)
            keyed = {
                day: {"eligible": n, **dict.fromkeys(t.OUT_OF_SCOPE, 0)} for day, n in (by_key or {}).items()
            }
            record_run_days(connection, self.run_id, self.category, self.hospital, keyed)
            rd, gone = t.run_document, t.run_day
            connection.execute(
                delete(rd).where(
                    rd.c.run_id == self.run_id,
                    rd.c.hospital == self.hospital,
                    rd.c.generation != self.snapshot_at,
                )
            )
            connection.execute(
                delete(gone).where(
                    gone.c.run_id == self.run_id,
                    gone.c.hospital == self.hospital,
                    gone.c.day.not_in({*days, *keyed}),
                )
            )
            self.braked = hold_beyond(
                connection, run_id=self.run_id, hospital=self.hospital, kind=self.kind, brake=self.brake
            )
            ask(connection, hospital=self.hospital, kind=self.kind, run_id=self.run_id)
            void_returned(connection, self.hospital, self.kind)
        if self.braked:
            self.counts["pending"] -= self.braked
            self.counts["held"] += self.braked
        return self.absent

    def _missing(self, days: Sequence[date]) -> int:
        with self.ledger.read() as connection:
            known = count_older(
                connection, hospital=self.hospital, kind=self.kind, days=days, snapshot_at=self.snapshot_at
            )
        return known - sum(self._met_again[day] for day in set(days))

    def _is_older(self, row: Mapping[str, Any]) -> bool:
        return row["absent_since"] is None and bool(row["desired_snapshot_at"] < self.snapshot_at)

    def _close(self, connection: Connection, days: Sequence[date]) -> None:
        rd = t.run_document
        connection.execute(
            delete(rd).where(
                rd.c.run_id == self.run_id,
                rd.c.hospital == self.hospital,
                rd.c.service_day.in_(days),
                rd.c.generation != self.snapshot_at,
            )
        )
        seen = select(rd.c.reference).where(
            rd.c.run_id == self.run_id,
            rd.c.hospital == self.hospital,
            rd.c.kind == self.kind,
            rd.c.service_day.in_(days),
        )
        self.absent += mark_absent(
            connection,
            hospital=self.hospital,
            kind=self.kind,
            days=days,
            snapshot_at=self.snapshot_at,
            fingerprint=self.fingerprint,
            seen=seen,
        )


def _counts_on(row: Mapping[str, Any], day: date) -> bool:
    """Whether the ledger has this document on a day by a reading of the day, not as one that was missed."""
    return bool(row["service_day"] == day and row["absent_since"] is None)
