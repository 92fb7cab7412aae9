"""Tables of the ledger (SQLite by default, PostgreSQL by URL). Changes go through Alembic migrations.

Times are UTC; service days are Bangkok calendar days. Hashes and pseudonyms read ``<key id>:<hex>``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

#: states of the desired version of a document; each document is in exactly one
STATES = ("delivered", "held", "quarantined", "rejected", "pending", "unknown", "retracted")
#: visits of a day that are counted but not eligible, by why
OUT_OF_SCOPE = ("admitted", "unfinished", "unsettled", "anonymous")
#: what a run did with a document; each document of a run has exactly one
DISPOSITIONS = ("sent", "unchanged", "held", "quarantined", "rejected", "pending", "superseded")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes, stored without zone so that SQLite and PostgreSQL compare them alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To naive UTC; a naive value is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Back to aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def _document_key() -> list[Column[str]]:
    return [
        Column("hospital", String(5), primary_key=True),
        Column("kind", String(16), primary_key=True),
        Column("reference", String(64), primary_key=True),
    ]


#: one row per document: the delivered slot, the desired slot (R2) and the outbox columns (R3)
document = Table(
    "document",
    metadata,
    *_document_key(),
    Column("service_day", Date, nullable=False),
    Column("person_key", String(80)),
    Column("delivered_version", Integer),
    Column("delivered_hash", String(80)),
    Column("delivered_source_hash", String(80)),
    Column("delivered_at", UtcDateTime),
    Column("delivered_snapshot_at", UtcDateTime),
    Column("delivered_mapping", String(32)),
    Column("delivered_policy", String(64)),
    Column("delivered_class", String(4)),
    Column("delivered_children", Text, comment="keyed hashes of the child keys last delivered (R5)"),
    Column("desired_version", Integer, nullable=False),
    Column("desired_hash", String(80)),
    Column("desired_source_hash", String(80)),
    Column("desired_patient_hash", String(80)),
    Column("desired_state", String(12), nullable=False),
    Column("desired_reason", String(200)),
    Column("desired_snapshot_at", UtcDateTime, nullable=False),
    Column("desired_mapping", String(32)),
    Column("desired_policy", String(64)),
    Column("desired_class", String(4)),
    Column("desired_children", Text),
    Column("lease_token", String(36), comment="fencing token of the claim whose outcome is not settled"),
    Column("lease_version", Integer),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_code", String(32), comment="last answer: MessageCode or error class"),
    Column("absent_since", UtcDateTime, comment="no longer among the eligible keys of its service day"),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_document_day", "hospital", "kind", "service_day", "desired_state"),
    Index("ix_document_person", "hospital", "person_key"),
)

#: newest Patient block delivered per person and hospital (R4: a changed phone number re-sends one visit)
person = Table(
    "person",
    metadata,
    Column("hospital", String(5), primary_key=True),
    Column("person_key", String(80), primary_key=True),
    Column("delivered_patient_hash", String(80), nullable=False),
    Column("delivered_snapshot_at", UtcDateTime, nullable=False),
)

#: independent count of keys per service day, and the daily roll-up for pages
service_day = Table(
    "service_day",
    metadata,
    Column("hospital", String(5), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("snapshot_at", UtcDateTime, nullable=False),
    Column("counted", Integer, nullable=False, comment="eligible keys counted in the source snapshot"),
    Column("admitted", Integer, nullable=False, server_default="0", comment="out of scope: inpatient"),
    Column("unfinished", Integer, nullable=False, server_default="0", comment="out of scope: no outcome yet"),
    Column("unsettled", Integer, nullable=False, server_default="0", comment="out of scope: too young"),
    Column("anonymous", Integer, nullable=False, server_default="0", comment="out of scope: anonymous visit"),
    *[Column(state, Integer, nullable=False, server_default="0") for state in STATES],
    Column("absent", Integer, nullable=False, server_default="0", comment="in the ledger, not in the source"),
    Column("refreshed_at", UtcDateTime),
)

run = Table(
    "run",
    metadata,
    Column("run_id", String(250), primary_key=True),
    Column("category", String(24), nullable=False),
    Column("options", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("status", String(16), nullable=False, comment="running, success, failed"),
    Index("ix_run_started", "category", "started_at"),
)

#: a hospital that is paused or under maintenance when the run is planned stands here as ``skipped``, its
#: reason in ``error_code`` and ``error_text``
run_hospital = Table(
    "run_hospital",
    metadata,
    Column("run_id", String(250), primary_key=True),
    Column("hospital", String(5), primary_key=True),
    Column("category", String(24), nullable=False),
    Column("status", String(12), nullable=False, comment="planned, extracted, checked, mapped, done, failed"),
    Column("failed_step", String(12), comment="extract, check, map, deliver"),
    Column("error_code", String(12)),
    Column("error_action", String(16)),
    Column("error_text", Text, comment="safe message, no row data"),
    Column("day_from", Date),
    Column("day_to", Date),
    Column("snapshot_at", UtcDateTime),
    Column("preview", Text, comment="dry run: what would happen, as JSON"),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_run_hospital_hospital", "hospital", "updated_at"),
)

#: independent count of keys per run, hospital and service day
run_day = Table(
    "run_day",
    metadata,
    Column("run_id", String(250), primary_key=True),
    Column("hospital", String(5), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("category", String(24), nullable=False),
    Column("seen", Integer, nullable=False, comment="eligible keys counted in the source snapshot"),
    Column("admitted", Integer, nullable=False, server_default="0"),
    Column("unfinished", Integer, nullable=False, server_default="0"),
    Column("unsettled", Integer, nullable=False, server_default="0"),
    Column("anonymous", Integer, nullable=False, server_default="0"),
    Index("ix_run_day_day", "hospital", "category", "day"),
)

#: row equation of a run: counted = accepted + quarantined, per canonical child table
run_rows = Table(
    "run_rows",
    metadata,
    Column("run_id", String(250), primary_key=True),
    Column("hospital", String(5), primary_key=True),
    Column("table_name", String(24), primary_key=True),
    Column("counted", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
)

run_document = Table(
    "run_document",
    metadata,
    Column("run_id", String(250), primary_key=True),
    *_document_key(),
    Column("category", String(24), nullable=False),
    Column("service_day", Date, nullable=False),
    Column("generation", UtcDateTime, nullable=False, comment="snapshot this row was made from"),
    Column("version", Integer, nullable=False),
    Column("disposition", String(12), nullable=False),
    Column("was_new", Boolean, nullable=False, comment="never delivered before this run"),
    Index("ix_run_document_version", "hospital", "kind", "reference", "version"),
    Index("ix_run_document_disposition", "run_id", "hospital", "service_day", "disposition"),
)

#: work list: what only the hospital can mend; the row itself is named by a keyed hash
quarantine = Table(
    "quarantine",
    metadata,
    *_document_key(),
    Column("table_name", String(24), primary_key=True),
    Column("row_hash", String(80), primary_key=True),
    Column("rule_id", String(48), primary_key=True),
    Column("scope", String(10), nullable=False, comment="document or row"),
    Column("service_day", Date, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("last_run_id", String(250), nullable=False),
    Column("resolved_at", UtcDateTime),
    Index("ix_quarantine_open", "hospital", "resolved_at", "rule_id"),
)

#: every warning and refusal of the national side (R11), values of the document cut out
delivery_note = Table(
    "delivery_note",
    metadata,
    *_document_key(),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("severity", String(8), nullable=False, comment="warning or refusal"),
    Column("code", String(12)),
    Column("text", Text, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
)

#: a refused password is tried once: keyed fingerprint of what was refused
credential_refusal = Table(
    "credential_refusal",
    metadata,
    Column("hospital", String(5), primary_key=True),
    Column("fingerprint", String(80), primary_key=True),
    Column("refused_at", UtcDateTime, nullable=False),
)

#: one shared budget of calls per endpoint: theoretical arrival time of the next call (epoch seconds)
rate_budget = Table(
    "rate_budget",
    metadata,
    Column("endpoint", String(120), primary_key=True),
    Column("next_at", Float, nullable=False),
    Column("calls", BigInteger, nullable=False, server_default="0"),
)
