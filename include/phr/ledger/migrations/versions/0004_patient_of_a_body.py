"""patient of a body: which Patient block the body carries that a run has to send"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("run_document", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "patient_hash",
                sa.String(length=80),
                nullable=True,
                comment="Patient block of the body this run has to send",
            )
        )


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("run_document", schema=None) as batch_op:
        batch_op.drop_column("patient_hash")
