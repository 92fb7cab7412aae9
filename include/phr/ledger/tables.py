"""Tables of the ledger (SQLite by default, PostgreSQL by URL). Changes go through Alembic migrations.

Times are UTC; service days are Bangkok calendar days. Hashes and pseudonyms read ``<key id>:<hex>``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Index, Integer, String, Table, Text

from phr.ledger.columns import UtcDateTime, document_key, metadata
from phr.ledger.evidence_tables import (
    APPROVAL_STATES,
    approval,
    approval_item,
    destructive_call,
    finding,
    reconcile_day,
    summary_sent,
)

__all__ = [
    "APPROVAL_STATES",
    "DISPOSITIONS",
    "OUT_OF_SCOPE",
    "STATES",
    "approval",
    "approval_item",
    "credential_refusal",
    "delivery_note",
    "destructive_call",
    "document",
    "finding",
    "metadata",
    "person",
    "quarantine",
    "rate_budget",
    "rate_lane",
    "reconcile_day",
    "run",
    "run_day",
    "run_document",
    "run_hospital",
    "run_rows",
    "service_day",
    "summary_sent",
]

#: states of the desired version of a document; each document is in exactly one
STATES = ("delivered", "held", "quarantined", "rejected", "pending", "unknown", "retracted")
#: visits of a day that are counted but not eligible, by why
OUT_OF_SCOPE = ("admitted", "unfinished", "unsettled", "anonymous")
#: what a run did with a document; each document of a run has exactly one
DISPOSITIONS = ("sent", "unchanged", "held", "quarantined", "rejected", "pending", "superseded")


#: one row per document: the delivered slot, the desired slot (R2) and the outbox columns (R3)
document = Table(
    "document",
    metadata,
    *document_key(),
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
    Column("delivered_day", Date, comment="service day it stands under nationally"),
    Column("delivered_person_key", String(80), comment="person it stands under nationally"),
    Column("delivered_children", Text, comment="keyed hashes of the child keys last delivered (R5)"),
    Column("delivered_keys", Text, comment="keyed hashes of the national child keys last delivered"),
    Column("delivered_by", String(8), comment="ours, or other: taken over from another sender"),
    Column("maybe_children", Text, comment="child rows a call with open outcome may have written"),
    Column("maybe_keys", Text, comment="national child keys such a call may have written"),
    Column("maybe_person_key", Text, comment="persons such calls may have written it under"),
    Column("maybe_days", Text, comment="service days such calls may have written it under"),
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
    Column("desired_keys", Text),
    Column("removes", Integer, nullable=False, server_default="0", comment="what is there and not desired"),
    Column("removal", String(8), comment="called: RemoveEncounter was called and is not proved"),
    Column("lease_token", String(36), comment="fencing token of the claim whose outcome is not settled"),
    Column("lease_version", Integer),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_code", String(32), comment="last answer: MessageCode or error class"),
    Column("absent_since", UtcDateTime, comment="no longer among the eligible keys of its service day"),
    Column("absent_fingerprint", String(16), comment="adapter SQL and schema when it was first missed (R7)"),
    Column("second_look_at", UtcDateTime),
    Column("second_look", String(8), comment="gone: not found by key either; exists: out of scope only"),
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
    Column("purpose", String(12), nullable=False, server_default="feed"),
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
    Column("fingerprint", String(16), comment="adapter SQL and schema of the extract"),
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
    *document_key(),
    Column("category", String(24), nullable=False),
    Column("service_day", Date, nullable=False),
    Column("generation", UtcDateTime, nullable=False, comment="snapshot this row was made from"),
    Column("version", Integer, nullable=False),
    Column("disposition", String(12), nullable=False),
    Column("was_new", Boolean, nullable=False, comment="never delivered before this run"),
    Column("patient_hash", String(80), comment="Patient block of the body this run has to send"),
    Index("ix_run_document_version", "hospital", "kind", "reference", "version"),
    Index("ix_run_document_disposition", "run_id", "hospital", "service_day", "disposition"),
)

#: work list: what only the hospital can mend; the row itself is named by a keyed hash
quarantine = Table(
    "quarantine",
    metadata,
    *document_key(),
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
    *document_key(),
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

#: while a lane wants calls, lower lanes wait (0 today's first sends .. 3 backfill)
rate_lane = Table(
    "rate_lane",
    metadata,
    Column("endpoint", String(120), primary_key=True),
    Column("lane", Integer, primary_key=True),
    Column("wanted_until", Float, nullable=False),
)
