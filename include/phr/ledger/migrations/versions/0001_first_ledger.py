"""the first ledger"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from phr.ledger.columns import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "credential_refusal",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hospital", "fingerprint", name=op.f("pk_credential_refusal")),
    )
    op.create_table(
        "delivery_note",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False, comment="warning or refusal"),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hospital", "kind", "reference", "version", "position", name=op.f("pk_delivery_note")
        ),
    )
    op.create_table(
        "document",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("person_key", sa.String(length=80), nullable=True),
        sa.Column("delivered_version", sa.Integer(), nullable=True),
        sa.Column("delivered_hash", sa.String(length=80), nullable=True),
        sa.Column("delivered_source_hash", sa.String(length=80), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_snapshot_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_mapping", sa.String(length=32), nullable=True),
        sa.Column("delivered_policy", sa.String(length=64), nullable=True),
        sa.Column("delivered_class", sa.String(length=4), nullable=True),
        sa.Column(
            "delivered_children",
            sa.Text(),
            nullable=True,
            comment="keyed hashes of the child keys last delivered (R5)",
        ),
        sa.Column("desired_version", sa.Integer(), nullable=False),
        sa.Column("desired_hash", sa.String(length=80), nullable=True),
        sa.Column("desired_source_hash", sa.String(length=80), nullable=True),
        sa.Column("desired_patient_hash", sa.String(length=80), nullable=True),
        sa.Column("desired_state", sa.String(length=12), nullable=False),
        sa.Column("desired_reason", sa.String(length=200), nullable=True),
        sa.Column("desired_snapshot_at", UtcDateTime(), nullable=False),
        sa.Column("desired_mapping", sa.String(length=32), nullable=True),
        sa.Column("desired_policy", sa.String(length=64), nullable=True),
        sa.Column("desired_class", sa.String(length=4), nullable=True),
        sa.Column("desired_children", sa.Text(), nullable=True),
        sa.Column(
            "lease_token",
            sa.String(length=36),
            nullable=True,
            comment="fencing token of the claim whose outcome is not settled",
        ),
        sa.Column("lease_version", sa.Integer(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "last_code",
            sa.String(length=32),
            nullable=True,
            comment="last answer: MessageCode or error class",
        ),
        sa.Column(
            "absent_since",
            UtcDateTime(),
            nullable=True,
            comment="no longer among the eligible keys of its service day",
        ),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hospital", "kind", "reference", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(
            "ix_document_day", ["hospital", "kind", "service_day", "desired_state"], unique=False
        )
        batch_op.create_index("ix_document_person", ["hospital", "person_key"], unique=False)

    op.create_table(
        "person",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("person_key", sa.String(length=80), nullable=False),
        sa.Column("delivered_patient_hash", sa.String(length=80), nullable=False),
        sa.Column("delivered_snapshot_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hospital", "person_key", name=op.f("pk_person")),
    )
    op.create_table(
        "quarantine",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=24), nullable=False),
        sa.Column("row_hash", sa.String(length=80), nullable=False),
        sa.Column("rule_id", sa.String(length=48), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False, comment="document or row"),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_run_id", sa.String(length=250), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint(
            "hospital", "kind", "reference", "table_name", "row_hash", "rule_id", name=op.f("pk_quarantine")
        ),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index("ix_quarantine_open", ["hospital", "resolved_at", "rule_id"], unique=False)

    op.create_table(
        "rate_budget",
        sa.Column("endpoint", sa.String(length=120), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("calls", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name=op.f("pk_rate_budget")),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False, comment="running, success, failed"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index("ix_run_started", ["category", "started_at"], unique=False)

    op.create_table(
        "run_day",
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column(
            "seen", sa.Integer(), nullable=False, comment="eligible keys counted in the source snapshot"
        ),
        sa.Column("admitted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unfinished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unsettled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("anonymous", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("run_id", "hospital", "day", name=op.f("pk_run_day")),
    )
    with op.batch_alter_table("run_day", schema=None) as batch_op:
        batch_op.create_index("ix_run_day_day", ["hospital", "category", "day"], unique=False)

    op.create_table(
        "run_document",
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("generation", UtcDateTime(), nullable=False, comment="snapshot this row was made from"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.String(length=12), nullable=False),
        sa.Column("was_new", sa.Boolean(), nullable=False, comment="never delivered before this run"),
        sa.PrimaryKeyConstraint("run_id", "hospital", "kind", "reference", name=op.f("pk_run_document")),
    )
    with op.batch_alter_table("run_document", schema=None) as batch_op:
        batch_op.create_index(
            "ix_run_document_disposition", ["run_id", "hospital", "service_day", "disposition"], unique=False
        )
        batch_op.create_index(
            "ix_run_document_version", ["hospital", "kind", "reference", "version"], unique=False
        )

    op.create_table(
        "run_hospital",
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column(
            "status",
            sa.String(length=12),
            nullable=False,
            comment="planned, extracted, checked, mapped, done, failed",
        ),
        sa.Column("failed_step", sa.String(length=12), nullable=True, comment="extract, check, map, deliver"),
        sa.Column("error_code", sa.String(length=12), nullable=True),
        sa.Column("error_action", sa.String(length=16), nullable=True),
        sa.Column("error_text", sa.Text(), nullable=True, comment="safe message, no row data"),
        sa.Column("day_from", sa.Date(), nullable=True),
        sa.Column("day_to", sa.Date(), nullable=True),
        sa.Column("snapshot_at", UtcDateTime(), nullable=True),
        sa.Column("preview", sa.Text(), nullable=True, comment="dry run: what would happen, as JSON"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "hospital", name=op.f("pk_run_hospital")),
    )
    with op.batch_alter_table("run_hospital", schema=None) as batch_op:
        batch_op.create_index("ix_run_hospital_hospital", ["hospital", "updated_at"], unique=False)

    op.create_table(
        "run_rows",
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("table_name", sa.String(length=24), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "hospital", "table_name", name=op.f("pk_run_rows")),
    )
    op.create_table(
        "service_day",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("snapshot_at", UtcDateTime(), nullable=False),
        sa.Column(
            "counted", sa.Integer(), nullable=False, comment="eligible keys counted in the source snapshot"
        ),
        sa.Column(
            "admitted", sa.Integer(), server_default="0", nullable=False, comment="out of scope: inpatient"
        ),
        sa.Column(
            "unfinished",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="out of scope: no outcome yet",
        ),
        sa.Column(
            "unsettled", sa.Integer(), server_default="0", nullable=False, comment="out of scope: too young"
        ),
        sa.Column(
            "anonymous",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="out of scope: anonymous visit",
        ),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pending", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retracted", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "absent",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="in the ledger, not in the source",
        ),
        sa.Column("refreshed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("hospital", "kind", "day", name=op.f("pk_service_day")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("service_day")
    op.drop_table("run_rows")
    with op.batch_alter_table("run_hospital", schema=None) as batch_op:
        batch_op.drop_index("ix_run_hospital_hospital")

    op.drop_table("run_hospital")
    with op.batch_alter_table("run_document", schema=None) as batch_op:
        batch_op.drop_index("ix_run_document_version")
        batch_op.drop_index("ix_run_document_disposition")

    op.drop_table("run_document")
    with op.batch_alter_table("run_day", schema=None) as batch_op:
        batch_op.drop_index("ix_run_day_day")

    op.drop_table("run_day")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index("ix_run_started")

    op.drop_table("run")
    op.drop_table("rate_budget")
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index("ix_quarantine_open")

    op.drop_table("quarantine")
    op.drop_table("person")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_person")
        batch_op.drop_index("ix_document_day")

    op.drop_table("document")
    op.drop_table("delivery_note")
    op.drop_table("credential_refusal")
