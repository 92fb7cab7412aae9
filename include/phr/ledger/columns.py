"""What every table of the ledger shares: metadata, aware times, the key of a document."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, MetaData, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)


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


def document_key() -> list[Column[str]]:
    """Primary key of a document, and of everything that is said about one."""
    return [
        Column("hospital", String(5), primary_key=True),
        Column("kind", String(16), primary_key=True),
        Column("reference", String(64), primary_key=True),
    ]
