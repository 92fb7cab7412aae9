"""Documents that should be taken back nationally: gone from the HIS, or kept back by now (R7, R11, DM7).

Only what our own deliveries put there is ever a candidate; another sender's references are listed elsewhere.
Of registers only those that became empty are: the rows of the person are gone, and the person is still there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, false, insert, or_, select, update

from phr.ledger import approvals
from phr.ledger import tables as t
from phr.ledger.claims import NO_MAYBE, NOTHING_THERE, standing_days
from phr.ledger.decide import CHILD_WAS_DELIVERED, REGISTER_SHRANK, REMOVAL_BRAKE, SET_KINDS
from phr.ledger.settling import Settlement
from phr.ledger.store import Ledger, now

#: a document is looked for a second time this long after it was first missed
SECOND_LOOK_AFTER = timedelta(hours=24)
GONE, WITHDRAWN = "GONE", "KEPT_BACK"
#: a register of which no dose is left
EMPTIED = "REGISTER_EMPTIED"
#: kept back because of what the new version would take away, not because it must not be there
_OWN_WAY = (CHILD_WAS_DELIVERED, REGISTER_SHRANK, REMOVAL_BRAKE)
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """One delivered document that should be taken back, and what exactly lies there."""

    reference: str
    reason: str
    #: service days it stands or may stand under nationally
    days: tuple[date, ...]
    #: names the delivered version; an approval is for exactly this one
    content: str
    removal_open: bool
    #: this very run has seen in the HIS that it is so
    sure: bool = True


@dataclass
class Retractions:
    """Second looks and retractions of one hospital and kind."""

    ledger: Ledger
    hospital: str
    kind: str

    def to_look_for(self, moment: datetime, *, fingerprint: str) -> list[str]:
        """References missed at least 24 h before ``moment``, to be looked for by the same reader.

        Those that were found gone before are looked for again each time: a deleted visit that was restored on
        a day nobody reads must not be taken back. When the adapter's SQL or the schema has changed since the
        first look, that look no longer counts: its time starts anew with this reader.
        """
        d = t.document
        mine = (
            *self._mine(),
            d.c.absent_since.is_not(None),
            d.c.delivered_version.is_not(None),
            d.c.delivered_by == "ours",
        )
        with self.ledger.write(self.hospital) as connection:
            connection.execute(
                update(d)
                .where(*mine, or_(d.c.absent_fingerprint.is_(None), d.c.absent_fingerprint != fingerprint))
                .values(
                    absent_since=moment,
                    absent_fingerprint=fingerprint,
                    second_look=None,
                    second_look_at=None,
                )
            )
            query = select(d.c.reference).where(*mine, d.c.absent_since <= moment - SECOND_LOOK_AFTER)
            return list(connection.execute(query.order_by(d.c.reference)).scalars())

    def service_days(self, references: Sequence[str]) -> dict[str, date]:
        """Reference -> service day, as the HIS last told it."""
        d = t.document
        found: dict[str, date] = {}
        with self.ledger.read() as connection:
            for part in _parts(list(references)):
                query = select(d.c.reference, d.c.service_day).where(*self._mine(), d.c.reference.in_(part))
                found |= {row.reference: row.service_day for row in connection.execute(query)}
        return found

    def looked(
        self,
        found: Collection[str],
        missing: Collection[str],
        moment: datetime,
        *,
        unsure: Collection[str] = (),
    ) -> None:
        """Outcome of a second look by key: what exists is merely out of scope, what is missing is gone.

        A register of which rows were found was not empty, so its 24 hours begin anew.

        :param unsure: nothing can be concluded of these.
        """
        d = t.document
        with self.ledger.write(self.hospital) as connection:
            for verdict, references in (("exists", found), ("gone", missing), ("unsure", unsure)):
                values: dict[str, Any] = {"second_look": verdict, "second_look_at": moment}
                if verdict == "exists" and self.kind in SET_KINDS:
                    values["absent_since"] = moment
                for part in _parts(sorted(references)):
                    connection.execute(
                        update(d)
                        .where(*self._mine(), d.c.reference.in_(part), d.c.absent_since.is_not(None))
                        .values(**values)
                    )

    def emptied(self) -> dict[str, dict[str, Any]]:
        """Reference -> row of every register of ours that lies there and was missed in the HIS."""
        d = t.document
        query = select(d).where(
            *self._mine(),
            d.c.absent_since.is_not(None),
            d.c.delivered_version.is_not(None),
            d.c.delivered_by == "ours",
        )
        with self.ledger.read() as connection:
            return {row["reference"]: dict(row) for row in connection.execute(query).mappings()}

    def candidates(self, connection: Connection, seen_at: datetime) -> list[Candidate]:
        """Everything of ours that should be taken back now, by reference.

        :param seen_at: time of this run's snapshot; what it did not look for itself is not ``sure``.
        """
        d = t.document
        gone = and_(d.c.absent_since.is_not(None), d.c.second_look == "gone")
        # a register is never taken back because of doubt
        kept_back = (
            false()
            if self.kind in SET_KINDS
            else and_(
                d.c.absent_since.is_(None),
                d.c.desired_state.in_(("held", "quarantined")),
                or_(d.c.desired_reason.is_(None), d.c.desired_reason.not_in(_OWN_WAY)),
            )
        )
        query = select(d).where(
            *self._mine(),
            d.c.delivered_version.is_not(None),
            d.c.delivered_by == "ours",
            or_(gone, kept_back),
        )
        rows = [dict(row) for row in connection.execute(query.order_by(d.c.reference)).mappings()]
        return [
            Candidate(
                reference=row["reference"],
                reason=self._gone if row["absent_since"] is not None else WITHDRAWN,
                days=standing_days(row),
                content=content_of(row),
                removal_open=row["removal"] is not None,
                sure=row["absent_since"] is None or row["second_look_at"] == seen_at,
            )
            for row in rows
        ]

    def called(self, candidate: Candidate) -> bool:
        """Right before the call: False when the document is back, was sent meanwhile, or is being sent."""
        with self.ledger.write(self.hospital) as connection:
            row = self._row(connection, candidate.reference)
            if not _still(row, candidate) or (row["removal"] is not None and not candidate.removal_open):
                return False
            self._update(connection, candidate.reference, {"removal": "called"})
        return True

    def removed(self, candidate: Candidate) -> bool:
        """RemoveEncounter is proved. What is gone from the HIS is *retracted*; what is kept back stays so.

        When the document came back meanwhile, its newest version goes once more (False).
        """
        with self.ledger.write(self.hospital) as connection:
            row = self._row(connection, candidate.reference)
            if not _still(row, candidate):
                settlement = Settlement(connection, self.hospital, self.kind, now())
                settlement.taken_from_under(row)
                return False
            values: dict[str, Any] = {**NOTHING_THERE, "removal": None, "removes": 0}
            if row["lease_token"] is None:
                values |= NO_MAYBE
            if candidate.reason == self._gone:
                values |= {
                    "desired_state": "retracted",
                    "desired_reason": self._gone,
                    "desired_version": row["desired_version"] + 1,
                }
            self._update(connection, candidate.reference, values)
        return True

    def unanswered(self, candidate: Candidate, code: str, *, maybe_written: bool) -> None:
        """The call that empties a register was not accepted.

        When it may have been written and a dose came back meanwhile, that register goes once more.
        """
        with self.ledger.write(self.hospital) as connection:
            row = self._row(connection, candidate.reference)
            values: dict[str, Any] = {"last_code": code[:32]}
            if not maybe_written:
                values["removal"] = None
            self._update(connection, candidate.reference, values)
            if maybe_written and not _still(row, candidate):
                self._update(
                    connection,
                    candidate.reference,
                    {"removal": None, "delivered_hash": None, "delivered_source_hash": None},
                )
                Settlement(connection, self.hospital, self.kind, now()).send_newest(row)

    def warned(self, candidate: Candidate, code: str, warnings: Sequence[str]) -> None:
        """Keep what the national side complained about while it accepted (R11); values are cut out before."""
        n = t.delivery_note
        mine = {"hospital": self.hospital, "kind": self.kind, "reference": candidate.reference}
        with self.ledger.write(self.hospital) as connection:
            version = self._row(connection, candidate.reference)["desired_version"]
            connection.execute(delete(n).where(*(n.c[name] == value for name, value in mine.items())))
            for position, text in enumerate(warnings):
                note = {"severity": "warning", "code": code[:12], "text": text, "noted_at": now()}
                connection.execute(insert(n).values(**mine, version=version, position=position, **note))

    @property
    def _gone(self) -> str:
        return EMPTIED if self.kind in SET_KINDS else GONE

    def _mine(self) -> tuple[Any, ...]:
        return t.document.c.hospital == self.hospital, t.document.c.kind == self.kind

    def _row(self, connection: Connection, reference: str) -> dict[str, Any]:
        query = select(t.document).where(*self._mine(), t.document.c.reference == reference)
        return dict(connection.execute(query).mappings().one())

    def _update(self, connection: Connection, reference: str, values: dict[str, Any]) -> None:
        connection.execute(
            update(t.document)
            .where(*self._mine(), t.document.c.reference == reference)
            .values(**values, updated_at=now())
        )


def void_returned(connection: Connection, hospital: str, kind: str) -> None:
    """Void the leave to empty registers that hold a dose again: if they lose it, a person is asked anew."""
    leave = approvals.waiting_leave(connection, hospital, kind, "empty")
    d, still = t.document, {}
    for part in _parts(sorted(leave)):
        query = select(d).where(
            d.c.hospital == hospital,
            d.c.kind == kind,
            d.c.reference.in_(part),
            d.c.absent_since.is_not(None),
        )
        still.update(
            {row["reference"]: content_of(dict(row)) for row in connection.execute(query).mappings()}
        )
    approvals.void_leave(connection, hospital, kind, "empty", still)


def content_of(row: Mapping[str, Any]) -> str:
    """Names what lies at the national side: version and, where it is known, its hash."""
    return f"v{row['delivered_version']}:{row['delivered_hash'] or 'unknown'}"[:80]


def _still(row: Mapping[str, Any], candidate: Candidate) -> bool:
    """Whether the document is still what was to be taken back, and nobody is sending it."""
    if row["delivered_version"] is None or content_of(row) != candidate.content:
        return False
    if row["lease_token"] is not None and row["lease_until"] is not None and row["lease_until"] > now():
        return False
    if candidate.reason in (GONE, EMPTIED):
        return row["absent_since"] is not None and row["second_look"] == "gone"
    kept_back = row["absent_since"] is None and row["desired_state"] in ("held", "quarantined")
    return kept_back and row["desired_reason"] not in _OWN_WAY


def _parts(references: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(references), _IN_LIST):
        yield references[start : start + _IN_LIST]
