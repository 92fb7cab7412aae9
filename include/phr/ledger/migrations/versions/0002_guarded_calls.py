"""guarded calls, approvals, comparison with the national side"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from phr.ledger.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.String(length=36), nullable=False),
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False, comment="retract or shrink"),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="of action, kind and every item with its content",
        ),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column(
            "out_of",
            sa.Integer(),
            nullable=False,
            comment="documents of this kind delivered for the hospital",
        ),
        sa.Column("reasons", sa.String(length=200), nullable=False, comment="codes and how often"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_in", sa.String(length=250), nullable=True, comment="run that proposed it"),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_via", sa.String(length=12), nullable=True, comment="cli, airflow or console"),
        sa.Column("note", sa.Text(), nullable=True, comment="why, in the words of the person who decided"),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_approval")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index("ix_approval_hospital", ["hospital", "state"], unique=False)

    op.create_table(
        "approval_item",
        sa.Column("approval_id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column(
            "content", sa.String(length=80), nullable=False, comment="what the item was when it was shown"
        ),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False, comment="waiting, done or void"),
        sa.PrimaryKeyConstraint("approval_id", "reference", name=op.f("pk_approval_item")),
    )
    op.create_table(
        "destructive_call",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column(
            "digest", sa.String(length=80), nullable=False, comment="content it makes room for, or that goes"
        ),
        sa.Column("permission", sa.String(length=12), nullable=False, comment="approval or brake"),
        sa.Column("approval_id", sa.String(length=36), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.Column("permitted_at", UtcDateTime(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column(
            "proof", sa.String(length=14), nullable=True, comment="gone, still_there, replaced, not_readable"
        ),
        sa.Column("proved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_destructive_call")),
    )
    with op.batch_alter_table("destructive_call", schema=None) as batch_op:
        batch_op.create_index("ix_destructive_call_hospital", ["hospital", "permitted_at"], unique=False)
        batch_op.create_index(
            "ix_destructive_call_reference", ["hospital", "kind", "reference"], unique=False
        )

    op.create_table(
        "finding",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column(
            "finding", sa.String(length=16), nullable=False, comment="missing_there, extra_ours, extra_other"
        ),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("hospital", "kind", "reference", "finding", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_open", ["hospital", "resolved_at"], unique=False)

    op.create_table(
        "rate_lane",
        sa.Column("endpoint", sa.String(length=120), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("wanted_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "lane", name=op.f("pk_rate_lane")),
    )
    op.create_table(
        "reconcile_day",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.Column("in_source", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False, comment="by our ledger"),
        sa.Column("national", sa.Integer(), nullable=False, comment="references the national side holds"),
        sa.Column("missing_there", sa.Integer(), nullable=False),
        sa.Column("extra_ours", sa.Integer(), nullable=False),
        sa.Column("extra_other", sa.Integer(), nullable=False),
        sa.Column(
            "unsent", sa.Integer(), nullable=False, comment="in the source, not sent: held, rejected, waiting"
        ),
        sa.Column("run_id", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("hospital", "kind", "day", name=op.f("pk_reconcile_day")),
    )
    op.create_table(
        "summary_sent",
        sa.Column("hospital", sa.String(length=5), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opd", sa.Integer(), nullable=False),
        sa.Column("ipd", sa.Integer(), nullable=False),
        sa.Column("discharged", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hospital", "day", name=op.f("pk_summary_sent")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "delivered_day", sa.Date(), nullable=True, comment="service day it stands under nationally"
            )
        )
        batch_op.add_column(
            sa.Column(
                "delivered_person_key",
                sa.String(length=80),
                nullable=True,
                comment="person it stands under nationally",
            )
        )
        batch_op.add_column(
            sa.Column(
                "delivered_keys",
                sa.Text(),
                nullable=True,
                comment="keyed hashes of the national child keys last delivered",
            )
        )
        batch_op.add_column(
            sa.Column(
                "delivered_by",
                sa.String(length=8),
                nullable=True,
                comment="ours, or other: taken over from another sender",
            )
        )
        batch_op.add_column(
            sa.Column(
                "maybe_children",
                sa.Text(),
                nullable=True,
                comment="child rows a call with open outcome may have written",
            )
        )
        batch_op.add_column(
            sa.Column(
                "maybe_keys",
                sa.Text(),
                nullable=True,
                comment="national child keys such a call may have written",
            )
        )
        batch_op.add_column(
            sa.Column(
                "maybe_person_key",
                sa.String(length=80),
                nullable=True,
                comment="person such a call may have written it under",
            )
        )
        batch_op.add_column(sa.Column("desired_keys", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "removes",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="what is there and not desired",
            )
        )
        batch_op.add_column(
            sa.Column(
                "removal",
                sa.String(length=8),
                nullable=True,
                comment="called: RemoveEncounter was called and is not proved",
            )
        )
        batch_op.add_column(
            sa.Column(
                "absent_fingerprint",
                sa.String(length=16),
                nullable=True,
                comment="adapter SQL and schema when it was first missed (R7)",
            )
        )
        batch_op.add_column(sa.Column("second_look_at", UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "second_look",
                sa.String(length=8),
                nullable=True,
                comment="gone: not found by key either; exists: out of scope only",
            )
        )

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=12), server_default="feed", nullable=False))

    with op.batch_alter_table("run_hospital", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "fingerprint",
                sa.String(length=16),
                nullable=True,
                comment="adapter SQL and schema of the extract",
            )
        )

    _know_where_it_stands()


def _know_where_it_stands() -> None:
    """What was delivered before stands under the day and person it has in the ledger."""
    document = sa.table(
        "document",
        sa.column("service_day"),
        sa.column("person_key"),
        sa.column("delivered_version"),
        sa.column("delivered_day"),
        sa.column("delivered_person_key"),
        sa.column("delivered_by"),
    )
    op.execute(
        document.update()
        .where(document.c.delivered_version.is_not(None))
        .values(
            delivered_day=document.c.service_day,
            delivered_person_key=document.c.person_key,
            delivered_by="ours",
        )
    )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("run_hospital", schema=None) as batch_op:
        batch_op.drop_column("fingerprint")

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("purpose")

    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_column("second_look")
        batch_op.drop_column("second_look_at")
        batch_op.drop_column("absent_fingerprint")
        batch_op.drop_column("removal")
        batch_op.drop_column("removes")
        batch_op.drop_column("desired_keys")
        batch_op.drop_column("maybe_person_key")
        batch_op.drop_column("maybe_keys")
        batch_op.drop_column("maybe_children")
        batch_op.drop_column("delivered_by")
        batch_op.drop_column("delivered_keys")
        batch_op.drop_column("delivered_person_key")
        batch_op.drop_column("delivered_day")

    op.drop_table("summary_sent")
    op.drop_table("reconcile_day")
    op.drop_table("rate_lane")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_open")

    op.drop_table("finding")
    with op.batch_alter_table("destructive_call", schema=None) as batch_op:
        batch_op.drop_index("ix_destructive_call_reference")
        batch_op.drop_index("ix_destructive_call_hospital")

    op.drop_table("destructive_call")
    op.drop_table("approval_item")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index("ix_approval_hospital")

    op.drop_table("approval")
