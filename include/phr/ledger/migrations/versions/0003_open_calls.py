"""open calls: every person and service day they may have written under"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "maybe_days",
                sa.Text(),
                nullable=True,
                comment="service days such calls may have written it under",
            )
        )
        batch_op.alter_column(
            "maybe_person_key",
            existing_type=sa.String(length=80),
            type_=sa.Text(),
            existing_nullable=True,
            comment="persons such calls may have written it under",
            existing_comment="person such a call may have written it under",
        )
    _know_what_is_open()


def _know_what_is_open() -> None:
    """A call that was out when an older release stopped may have written what its document wanted then."""
    names = ("children", "keys", "person_key", "days")
    document = sa.table(
        "document",
        sa.column("service_day", sa.Date()),
        sa.column("person_key"),
        sa.column("lease_token"),
        sa.column("desired_children"),
        sa.column("desired_keys"),
        *(sa.column(f"maybe_{name}") for name in names),
    )
    c = document.c
    day = sa.cast(c.service_day, sa.Text())
    may = {"children": c.desired_children, "keys": c.desired_keys, "person_key": c.person_key, "days": day}
    op.execute(
        document.update()
        .where(c.lease_token.is_not(None))
        .values({f"maybe_{name}": sa.func.coalesce(c[f"maybe_{name}"], may[name]) for name in names})
    )


def downgrade() -> None:
    """Undo; where several persons are noted, only the first stays."""
    document = sa.table("document", sa.column("maybe_person_key"))
    short = sa.func.substr(document.c.maybe_person_key, 1, 35)
    op.execute(
        document.update()
        .where(sa.func.length(document.c.maybe_person_key) > 80)
        .values(maybe_person_key=sa.func.rtrim(short))
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.alter_column(
            "maybe_person_key",
            existing_type=sa.Text(),
            type_=sa.String(length=80),
            existing_nullable=True,
            comment="person such a call may have written it under",
            existing_comment="persons such calls may have written it under",
        )
        batch_op.drop_column("maybe_days")
