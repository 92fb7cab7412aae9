"""Tables about what people decide, what destroys, and what the national side was found to hold.

Rows of ``destructive_call`` are written before the call they are about and are never deleted.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from phr.ledger.columns import UtcDateTime, document_key, metadata

#: open until decided; void when its set changed first; done when nothing of it is left to do
APPROVAL_STATES = ("open", "approved", "rejected", "void", "done")
#: what a person is asked: take a document back, let a set shrink, or let an emptied register go empty
ACTIONS = ("retract", "shrink", "empty")

#: a question to a person, bound to the digest of one exact set of documents (R13)
approval = Table(
    "approval",
    metadata,
    Column("approval_id", String(36), primary_key=True),
    Column("hospital", String(5), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("action", String(12), nullable=False, comment="retract or shrink"),
    Column("digest", String(64), nullable=False, comment="of action, kind and every item with its content"),
    Column("items", Integer, nullable=False),
    Column("out_of", Integer, nullable=False, comment="documents of this kind delivered for the hospital"),
    Column("reasons", String(200), nullable=False, comment="codes and how often"),
    Column("state", String(10), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("proposed_in", String(250), comment="run that proposed it"),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(120)),
    Column("decided_via", String(12), comment="cli, airflow or console"),
    Column("note", Text, comment="why, in the words of the person who decided"),
    Index("ix_approval_hospital", "hospital", "state"),
)

approval_item = Table(
    "approval_item",
    metadata,
    Column("approval_id", String(36), primary_key=True),
    Column("reference", String(64), primary_key=True),
    Column("content", String(80), nullable=False, comment="what the item was when it was shown"),
    Column("reason", String(40), nullable=False),
    Column("state", String(8), nullable=False, comment="waiting, done or void"),
)

#: every call that replaces or deletes: why, by whose leave, and the proof afterwards
destructive_call = Table(
    "destructive_call",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("hospital", String(5), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("endpoint", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("digest", String(80), nullable=False, comment="content it makes room for, or that goes"),
    Column("permission", String(12), nullable=False, comment="approval or brake"),
    Column("approval_id", String(36)),
    Column("run_id", String(250), nullable=False),
    Column("permitted_at", UtcDateTime, nullable=False),
    Column("called_at", UtcDateTime),
    Column("answer", String(32)),
    Column("proof", String(14), comment="gone, still_there, replaced, not_readable"),
    Column("proved_at", UtcDateTime),
    Index("ix_destructive_call_hospital", "hospital", "permitted_at"),
    Index("ix_destructive_call_reference", "hospital", "kind", "reference"),
)

#: the three-way comparison of one service day, as of its last look
reconcile_day = Table(
    "reconcile_day",
    metadata,
    Column("hospital", String(5), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("in_source", Integer, nullable=False),
    Column("delivered", Integer, nullable=False, comment="by our ledger"),
    Column("national", Integer, nullable=False, comment="references the national side holds"),
    Column("missing_there", Integer, nullable=False),
    Column("extra_ours", Integer, nullable=False),
    Column("extra_other", Integer, nullable=False),
    Column("unsent", Integer, nullable=False, comment="in the source, not sent: held, rejected, waiting"),
    Column("run_id", String(250), nullable=False),
)

#: single references that the comparison found on one side only; ``emptied``: an immunization register of ours
#: of which the HIS shows no dose any more
finding = Table(
    "finding",
    metadata,
    *document_key(),
    Column("finding", String(16), primary_key=True, comment="missing_there, extra_ours, extra_other"),
    Column("service_day", Date, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index("ix_finding_open", "hospital", "resolved_at"),
)

#: day counts last accepted by OrgEncounterSummary
summary_sent = Table(
    "summary_sent",
    metadata,
    Column("hospital", String(5), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("opd", Integer, nullable=False),
    Column("ipd", Integer, nullable=False),
    Column("discharged", Integer, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
)
