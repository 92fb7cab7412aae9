"""The double's store: one SQLite file that survives the death of the process.

WAL with synchronous=NORMAL: a commit is in the operating system's hands before the answer goes out, so
``kill -9`` loses nothing (a power failure may lose the last commits; the double does not need more).
One connection, used from the server's event loop only: every call is one short transaction.
"""

from __future__ import annotations

import fcntl
import hashlib
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phr_sandbox.national.rows import KEYED_KINDS
from phr_sandbox.national.schema import CONTENT_TABLES, make_tables

STORE_FILE = "national.sqlite"


class StoreInUseError(RuntimeError):
    """Another process serves this store directory."""


@dataclass(frozen=True, slots=True)
class EncounterWrite:
    """One encounter as received. ``ref`` is ``hcode:vn``; ``service_date`` is yyyy-mm-dd, Bangkok."""

    ref: str
    hospital_code: str
    cid: str
    service_date: str
    body: bytes
    #: (kind, md5 of the row's text, row as JSON); a measured vital sign is a child of its own
    children: Sequence[tuple[str, str, bytes]]
    #: what the sender calls itself (managingOrganization.agent, free text)
    sender: str = ""


class Store:
    """The tables. Writing methods leave the transaction open; :meth:`log` closes it with the call's own row.

    :raises StoreInUseError: when another process serves `directory`.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (directory / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise StoreInUseError(
                f"another sandbox process already serves {directory}; stop it, or choose another directory "
                "| มี sandbox อื่นใช้โฟลเดอร์นี้อยู่ ให้ปิดก่อนหรือใช้โฟลเดอร์อื่น"
            ) from None
        self._path = directory.resolve() / STORE_FILE
        self._path.touch(mode=0o600)
        self.db = sqlite3.connect(self._path, timeout=30, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        make_tables(self.db)
        self.db.execute(
            "INSERT OR IGNORE INTO meta VALUES ('token_generation', '1'), ('salt', ?)",
            (secrets.token_hex(16),),
        )
        self.db.commit()
        meta = dict(self.db.execute("SELECT name, value FROM meta").fetchall())
        self.token_generation = int(meta["token_generation"])
        self._salt = meta["salt"]
        self._seq = int(self.db.execute("SELECT COALESCE(MAX(seq), 0) FROM requests").fetchone()[0])

    def reader(self) -> sqlite3.Connection:
        """A read-only connection, for long reads beside the server's work. The caller closes it."""
        db = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, timeout=30, check_same_thread=False)
        db.row_factory = sqlite3.Row
        return db

    def close(self) -> None:
        """Close the database and give the directory free."""
        self.db.close()
        self._lock.close()

    # -- the call log ------------------------------------------------------------------------------

    @property
    def next_seq(self) -> int:
        """Sequence number of the call that is being answered; its writes carry it too."""
        return self._seq + 1

    def log(
        self,
        *,
        method: str,
        path: str,
        action: str,
        ref: str,
        hospital_code: str,
        http_status: int,
        message_code: int | None,
        fault: str,
    ) -> None:
        """Write the call's row and commit everything the call wrote. Never a body, never a citizen id."""
        self._seq += 1
        self.db.execute(
            "INSERT INTO requests VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                self._seq,
                time.time(),
                method,
                path,
                action,
                ref,
                hospital_code,
                http_status,
                message_code,
                fault,
            ),
        )
        self.db.commit()

    def rollback(self) -> None:
        """Forget what the call wrote so far."""
        self.db.rollback()

    def person_ref(self, hospital_code: str, cid: str) -> str:
        """Reference of a person in log and fault rules: ``hcode:person:<digest>``, salted per store."""
        digest = hashlib.sha256(f"{self._salt}:{cid}".encode()).hexdigest()[:16]
        return f"{hospital_code}:person:{digest}"

    # -- encounters --------------------------------------------------------------------------------

    def write_encounter(self, encounter: EncounterWrite, *, merge: bool) -> Counter[str]:
        """Insert or update by reference; gives how many children of each kind were dropped.

        A child of the body replaces the stored one of the same kind and key. Without ``merge`` stored
        children that are no longer in the body go; with it they stay. Where no key is known an altered row
        looks like one that went and one that came, and is not counted.
        """
        self.db.execute(
            "INSERT INTO encounters VALUES (?,?,?,?,?,?,1,?,?,?) ON CONFLICT (ref) DO UPDATE SET"
            " cid=excluded.cid, service_date=excluded.service_date, received_at=excluded.received_at,"
            " seq=excluded.seq, writes=writes+1, body_sha256=excluded.body_sha256, body=excluded.body,"
            " sender=excluded.sender",
            (
                encounter.ref,
                encounter.hospital_code,
                encounter.cid,
                encounter.service_date,
                time.time(),
                self.next_seq,
                hashlib.sha256(encounter.body).hexdigest(),
                encounter.body,
                encounter.sender,
            ),
        )
        dropped: Counter[str] = Counter()
        if not merge:
            query = self.db.execute("SELECT kind, key_md5 FROM children WHERE ref = ?", (encounter.ref,))
            held = {(row[0], row[1]) for row in query}
            sent = {(kind, key) for kind, key, _ in encounter.children}
            self.db.executemany(
                "DELETE FROM children WHERE ref = ? AND kind = ? AND key_md5 = ?",
                [(encounter.ref, *child) for child in held - sent],
            )
            dropped.update(kind for kind, _ in held - sent)
            dropped.subtract(kind for kind, _ in sent - held if kind not in KEYED_KINDS)
        self.db.executemany(
            "INSERT OR REPLACE INTO children VALUES (?,?,?,?)",
            [(encounter.ref, *child) for child in encounter.children],
        )
        return +dropped

    def remove_encounter(self, ref: str, *, forget_mask: bool) -> Counter[str]:
        """Delete an encounter and its children; gives the rows of each kind, empty when there is none."""
        counted = self.db.execute("SELECT kind, COUNT(*) FROM children WHERE ref = ? GROUP BY kind", (ref,))
        deleted = Counter({row[0]: row[1] for row in counted})
        self.db.execute("DELETE FROM children WHERE ref = ?", (ref,))
        deleted["Encounter"] += self.db.execute("DELETE FROM encounters WHERE ref = ?", (ref,)).rowcount
        if forget_mask:
            self.db.execute("DELETE FROM masks WHERE ref = ?", (ref,))
        return +deleted

    def drop_other_encounters(
        self, hospital_code: str, cid: str, keep: Sequence[str], *, forget_mask: bool
    ) -> Counter[str]:
        """Scope ALL: encounters of this person at this hospital that were left out are dropped (3.2)."""
        held = self.db.execute(
            "SELECT ref FROM encounters WHERE hospital_code = ? AND cid = ?", (hospital_code, cid)
        ).fetchall()
        deleted: Counter[str] = Counter()
        for row in held:
            if row["ref"] not in keep:
                deleted += self.remove_encounter(row["ref"], forget_mask=forget_mask)
        return deleted

    def knows(self, ref: str) -> bool:
        """Whether an encounter is stored under this reference."""
        return self.db.execute("SELECT 1 FROM encounters WHERE ref = ?", (ref,)).fetchone() is not None

    def refs_of_day(self, hospital_code: str, day: str, *, with_masked: bool) -> list[str]:
        """References of one service day (yyyy-mm-dd), in order."""
        rows = self.db.execute(
            "SELECT ref FROM encounters WHERE hospital_code = ? AND service_date = ?"
            " AND (? OR ref NOT IN (SELECT ref FROM masks)) ORDER BY ref",
            (hospital_code, day, with_masked),
        )
        return [row["ref"] for row in rows]

    def counts_of_month(self, hospital_code: str, month: str, *, with_masked: bool) -> list[tuple[str, int]]:
        """(service day, encounters) of one month (yyyy-mm); days without encounters are absent."""
        rows = self.db.execute(
            "SELECT service_date, COUNT(*) FROM encounters WHERE hospital_code = ?"
            " AND service_date >= ? AND service_date < ? AND (? OR ref NOT IN (SELECT ref FROM masks))"
            " GROUP BY service_date ORDER BY service_date",
            (hospital_code, f"{month}-00", f"{month}-99", with_masked),
        )
        return [(row[0], row[1]) for row in rows]

    # -- persons and registers ---------------------------------------------------------------------

    def write_patient(self, hospital_code: str, cid: str, body: bytes) -> None:
        """Keep the newest Patient block of a person, whoever sent it."""
        self.db.execute("INSERT OR REPLACE INTO patients VALUES (?,?,?)", (cid, hospital_code, body))

    def replace_register(
        self, hospital_code: str, cid: str, kind: str, rows: Sequence[tuple[str, bytes]]
    ) -> int:
        """The list is the whole register of that person at that hospital; gives how many rows it dropped."""
        held = self.db.execute(
            "SELECT key FROM registers WHERE hospital_code = ? AND cid = ? AND kind = ?",
            (hospital_code, cid, kind),
        )
        dropped = {row["key"] for row in held} - {key for key, _ in rows}
        self.db.executemany(
            "DELETE FROM registers WHERE hospital_code = ? AND cid = ? AND kind = ? AND key = ?",
            [(hospital_code, cid, kind, key) for key in dropped],
        )
        self.merge_register(hospital_code, cid, kind, rows)
        return len(dropped)

    def merge_register(
        self, hospital_code: str, cid: str, kind: str, rows: Sequence[tuple[str, bytes]]
    ) -> None:
        """Add or update rows by key."""
        self.db.executemany(
            "INSERT OR REPLACE INTO registers VALUES (?,?,?,?,?)",
            [(hospital_code, cid, kind, key, body) for key, body in rows],
        )

    # -- agents ------------------------------------------------------------------------------------

    def agent(self, hospital_code: str, mode: str) -> sqlite3.Row | None:
        """Last heartbeat of a hospital (columns at, computer_name, status), or None."""
        row: sqlite3.Row | None = self.db.execute(
            "SELECT * FROM agents WHERE hospital_code = ? AND mode = ?", (hospital_code, mode)
        ).fetchone()
        return row

    def write_agent(self, hospital_code: str, mode: str, computer_name: str, status: str) -> None:
        """Keep the heartbeat."""
        self.db.execute(
            "INSERT OR REPLACE INTO agents VALUES (?,?,?,?,?)",
            (hospital_code, mode, time.time(), computer_name, status),
        )

    # -- logins ------------------------------------------------------------------------------------

    def locked_until(self, user: str) -> float:
        """Unix seconds until which the account is locked; 0 when it is not."""
        row = self.db.execute("SELECT locked_until FROM logins WHERE user = ?", (user,)).fetchone()
        return float(row["locked_until"]) if row else 0.0

    def count_bad_login(self, user: str, limit: int, lock_until: float) -> None:
        """Count a failure; at `limit` the account is locked and the count starts again."""
        self.db.execute(
            "INSERT INTO logins VALUES (?, 1, 0) ON CONFLICT (user) DO UPDATE SET failures = failures + 1",
            (user,),
        )
        self.db.execute(
            "UPDATE logins SET locked_until = ?, failures = 0 WHERE user = ? AND failures >= ?",
            (lock_until, user, limit),
        )

    def clear_bad_logins(self, user: str) -> None:
        """Forget the failures after a good login."""
        self.db.execute("DELETE FROM logins WHERE user = ?", (user,))

    # -- orders of the admin path ------------------------------------------------------------------

    def bump_token_generation(self) -> None:
        """Make every JWT issued so far invalid, also after a restart."""
        self.token_generation += 1
        self.db.execute(
            "UPDATE meta SET value = ? WHERE name = 'token_generation'", (str(self.token_generation),)
        )
        self.db.commit()

    def reset(self) -> None:
        """Empty every table but keep key, salt and token generation."""
        for table in CONTENT_TABLES:
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608 (constant names)
        self.db.commit()
        self._seq = 0

    def rows(self, sql: str, arguments: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a read as dicts (read side and admin pages)."""
        return [dict(row) for row in self.db.execute(sql, arguments)]
