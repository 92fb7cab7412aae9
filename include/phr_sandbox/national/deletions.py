"""What was destroyed, seen from the service: one row a destructive call, and removals that strike later."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Literal

import orjson

from phr_sandbox.national.store import Store

#: encounter: RemoveEncounter and scope ALL; children and register: what a write dropped; chronic: mode=remove
DeletionKind = Literal["encounter", "children", "register", "chronic"]


class Deletions:
    """Table of destructive calls and queue of removals; notes leave the transaction open, as Store does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due = self._next_due()

    def note(
        self, *, call: str, kind: DeletionKind, hospital_code: str, ref: str, rows: Mapping[str, int]
    ) -> int:
        """Write down a destructive call and the rows it deleted (kind of row -> number); gives its number."""
        added = self._store.db.execute(
            "INSERT INTO deletions VALUES (NULL,?,?,?,?,?,?)",
            (self._store.next_seq, call, kind, hospital_code, ref, orjson.dumps(rows).decode()),
        )
        return int(added.lastrowid or 0)

    def remove_later(self, ref: str, *, due: float, number: int, forget_mask: bool) -> None:
        """Queue the removal of a visit for Unix time `due`; one that is queued already keeps its time.

        `number` is the note of the call; the rows are added to it when the removal is carried out.
        """
        self._store.db.execute(
            "INSERT OR IGNORE INTO removals VALUES (?,?,?,?)", (ref, due, number, forget_mask)
        )
        self._due = min(self._due, due)

    def carry_out(self) -> None:
        """Remove what is due, whatever was sent under that reference meanwhile, and commit."""
        now = time.time()
        if now < self._due:
            return
        db = self._store.db
        for due in db.execute("SELECT * FROM removals WHERE due <= ?", (now,)).fetchall():
            deleted = self._store.remove_encounter(due["ref"], forget_mask=bool(due["forget_mask"]))
            db.execute(
                "UPDATE deletions SET deleted = ? WHERE number = ?",
                (orjson.dumps(deleted).decode(), due["deletion"]),
            )
            db.execute("DELETE FROM removals WHERE ref = ?", (due["ref"],))
        db.commit()
        self._due = self._next_due()

    def _next_due(self) -> float:
        due = self._store.db.execute("SELECT MIN(due) FROM removals").fetchone()[0]
        return math.inf if due is None else float(due)
