"""Split the rows of one canonical table into accepted and quarantined ones."""

from __future__ import annotations

from collections.abc import Iterable

from phr import faults
from phr.canonical import TABLES, CanonicalRow
from phr.errors import Bug
from phr.quality.checker import BadRow


def split(rows: list[CanonicalRow], bad: Iterable[BadRow]) -> tuple[list[CanonicalRow], list[CanonicalRow]]:
    """``(accepted, quarantined)`` rows of one hospital and table, both in the given order.

    ``bad`` may hold other tables' failures, they are left aside; a row is quarantined once however many
    rules it fails. Every row is in exactly one of the two lists.

    :raises Bug: PHR-901 when the failures of this table are of several hospitals or point outside ``rows``:
        they then belong to another list, and splitting by them would accept bad rows.
    """
    if not rows:
        return [], []
    table = next(name for name, row_type in TABLES.items() if isinstance(rows[0], row_type))
    mine = [b for b in bad if b.table == table]
    failed = {b.row for b in mine}
    if len({b.hospital for b in mine}) > 1:
        raise Bug(faults.UNEXPECTED, detail=f"failures of several hospitals for one list of {table}")
    if failed and not 0 <= min(failed) <= max(failed) < len(rows):
        raise Bug(faults.UNEXPECTED, detail=f"a failure outside the list of {table}")
    accepted = [row for i, row in enumerate(rows) if i not in failed]
    quarantined = [row for i, row in enumerate(rows) if i in failed]
    return accepted, quarantined
