"""Alembic environment; the URL and connection come from :func:`phr.ledger.schema.upgrade`."""

from __future__ import annotations

from alembic import context

from phr.ledger.tables import metadata


def run() -> None:
    """Run the migrations on the connection the caller opened."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        user_module_prefix="",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
