"""The schema comes from the migrations and equals the tables, on both stores, whoever runs them and when."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from phr.errors import StopEndpoint
from phr.ledger import Ledger, schema
from phr.ledger.tables import metadata


def test_migrated_schema_equals_the_tables(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(ledger: Ledger) -> None:
    before = sorted(inspect(ledger.engine).get_table_names())
    schema.upgrade(ledger.engine)
    schema.require_current(ledger.engine)
    assert sorted(inspect(ledger.engine).get_table_names()) == before


@pytest.mark.postgres
def test_a_server_ledger_is_not_migrated_by_opening_it(postgres_url: str) -> None:
    with pytest.raises(StopEndpoint, match="PHR-503") as caught:
        Ledger.open(postgres_url)
    assert "schema none" in caught.value.detail


def test_processes_that_open_a_new_ledger_at_once_all_succeed(ledger_url: str) -> None:
    script = "import sys; from phr.ledger import Ledger; Ledger.open(sys.argv[1], migrate=True)"
    children = [
        subprocess.Popen([sys.executable, "-c", script, ledger_url], stderr=subprocess.PIPE) for _ in range(3)
    ]
    errors = [child.communicate(timeout=90)[1].decode() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], errors
    engine = schema.make_engine(ledger_url)
    schema.require_current(engine)
    engine.dispose()
