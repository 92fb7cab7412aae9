"""A refused password is tried once: repeated bad logins may lock the account (contract 2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from phr.ledger import tables as t
from phr.ledger.store import Ledger, now, upsert


@dataclass
class RefusedCredentials:
    """Remembers refused credentials by keyed fingerprint; a changed password has another fingerprint."""

    ledger: Ledger

    def is_refused(self, hospital: str, fingerprint: str) -> bool:
        """Was exactly this credential refused before?"""
        table = t.credential_refusal
        query = select(table.c.refused_at).where(
            table.c.hospital == hospital, table.c.fingerprint == fingerprint
        )
        with self.ledger.read() as connection:
            return connection.execute(query).first() is not None

    def refuse(self, hospital: str, fingerprint: str) -> None:
        """Remember a refusal."""
        row = {"hospital": hospital, "fingerprint": fingerprint, "refused_at": now()}
        with self.ledger.write(hospital) as connection:
            upsert(connection, t.credential_refusal, [row])
