"""A refused password is tried once: repeated bad logins may lock the account (contract 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from phr.ledger import tables as t
from phr.ledger.store import Ledger, now, upsert

MEMORY = timedelta(hours=24)


@dataclass
class RefusedCredentials:
    """Remembers refused credentials by keyed fingerprint; a changed password has another fingerprint.

    A refusal is forgotten after :data:`MEMORY`, as the centre may have unlocked the account meanwhile: one
    try a day locks nobody out.
    """

    ledger: Ledger

    def is_refused(self, hospital: str, fingerprint: str) -> bool:
        """Was exactly this credential refused before?"""
        table = t.credential_refusal
        query = select(table.c.refused_at).where(
            table.c.hospital == hospital,
            table.c.fingerprint == fingerprint,
            table.c.refused_at > now() - MEMORY,
        )
        with self.ledger.read() as connection:
            return connection.execute(query).first() is not None

    def forget(self, hospital: str) -> int:
        """Forget what was refused of a hospital, so that its login is tried again; returns how many."""
        table = t.credential_refusal
        with self.ledger.write(hospital) as connection:
            return connection.execute(delete(table).where(table.c.hospital == hospital)).rowcount

    def refuse(self, hospital: str, fingerprint: str) -> None:
        """Remember a refusal."""
        row = {"hospital": hospital, "fingerprint": fingerprint, "refused_at": now()}
        with self.ledger.write(hospital) as connection:
            upsert(connection, t.credential_refusal, [row])
