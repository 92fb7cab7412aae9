"""Map: rows and verdicts of a chunk become documents with a release decision, entered in the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from phr.ledger.balance import refresh_roll_up
from phr.ledger.quarantined import record
from phr.ledger.register import Registration
from phr.ledger.tables import OUT_OF_SCOPE
from phr.pipeline.chunks import Chunk
from phr.pipeline.context import Context
from phr.pipeline.documents import Built
from phr.pipeline.encounters import EncounterBuilder
from phr.pipeline.extract import read_manifest
from phr.pipeline.registers import AllergyBuilder, ChronicBuilder, ImmunizationBuilder, RegisterBuilder
from phr.privacy import StagingArea
from phr.settings import Hospital

#: kind of document -> who builds it
BUILDERS: dict[str, type[EncounterBuilder] | type[RegisterBuilder]] = {
    "encounter": EncounterBuilder,
    "immunization": ImmunizationBuilder,
    "allergy": AllergyBuilder,
    "chronic": ChronicBuilder,
}


def map_hospital(context: Context, hospital: Hospital, progress: Callable[[int], None]) -> dict[str, int]:
    """Register every document of the extract; stage the bodies that have to be sent as ``docs-…``.

    Chunks go newest first, so that a changed Patient block travels with the newest visit (R4).
    """
    options, area = context.options, context.area(hospital.hcode)
    manifest = read_manifest(context, hospital.hcode)
    snapshot_at = datetime.fromisoformat(manifest["snapshot_at"])
    days = [date.fromisoformat(day) for day in manifest["days"]]
    kind = context.category.kind
    builder = BUILDERS[kind].create(context, hospital)
    registration = Registration(
        ledger=context.ledger,
        run_id=options.run_id,
        category=options.category,
        kind=kind,
        hospital=hospital.hcode,
        snapshot_at=snapshot_at,
        resend_unchanged=options.resend_unchanged,
        dry_run=options.dry_run,
        fingerprint=manifest["fingerprint"],
        brake=hospital.brake,
        takeover_left=hospital.takeover_per_run,
        may_remove=context.province.endpoint.allow_chronic_remove,
    )
    key_counts = {date.fromisoformat(day): n for day, n in manifest["key_counts"].items()}
    area.clear("docs-")
    accepted: Counter[str] = Counter()
    put_aside: Counter[str] = Counter()
    outbox = _Bodies(area, hospital.chunk_visits)
    waiting: dict[date, list[Built]] = {day: [] for day in days}
    empty: dict[date, dict[str, int]] = {}

    def enter(day: date) -> None:
        """One service day goes into the ledger in one transaction, so that a kill leaves no half day."""
        built = sorted(waiting.pop(day), key=lambda b: b.desired.reference, reverse=True)
        wants = [b.desired for b in built]
        # a day that was not asked for has no count: its documents show as invented
        count = manifest["counts"].get(day.isoformat()) or dict.fromkeys(("eligible", *OUT_OF_SCOPE), 0)
        if built:
            entered(built, registration.register_day(day, wants, count))
        else:
            empty[day] = count

    def entered(built: list[Built], to_send: set[str]) -> None:
        outbox.add([b for b in built if b.desired.reference in to_send])
        if not options.dry_run:
            record(
                context.ledger,
                run_id=options.run_id,
                hospital=hospital.hcode,
                kind=kind,
                snapshot_at=snapshot_at,
                entries=[entry for b in built for entry in b.entries],
                examined=[b.desired.reference for b in built],
            )
        progress(len(built))

    for name in reversed(manifest["chunks"]):
        chunk = Chunk.read(area, name, context.kind)
        first: date | None = None
        for built in builder.build(chunk):
            first = min(first or built.desired.service_day, built.desired.service_day)
            waiting.setdefault(built.desired.service_day, []).append(built)
        accepted.update(chunk.accepted)
        put_aside.update(chunk.put_aside)
        # the earliest day of a chunk may go on in the chunk before it
        for day in sorted((d for d in waiting if first is not None and d > first), reverse=True):
            enter(day)
    for day in sorted(waiting, reverse=True):
        enter(day)
    # after the others: what has moved from one of them to another day is known there by now
    registration.register_empty_days(empty)
    for name in manifest["key_chunks"]:
        chunk = Chunk.read(area, name, context.kind)
        by_key = list(builder.build(chunk))
        entered(by_key, registration.register_keys([b.desired for b in by_key]))
        accepted.update(chunk.accepted)
        put_aside.update(chunk.put_aside)
    outbox.flush()
    absent = registration.close(days, key_counts)
    rows = [
        {"table_name": table, "counted": n, "accepted": accepted[table], "quarantined": put_aside[table]}
        for table, n in manifest["rows_counted"].items()
    ]
    if options.dry_run:
        seen = sum(c["eligible"] for c in manifest["counts"].values()) + sum(key_counts.values())
        preview = {**registration.counts, "seen": seen}
        context.ledger.set_hospital(
            options.run_id, hospital.hcode, status="done", preview=json.dumps(dict(sorted(preview.items())))
        )
    else:
        context.ledger.record_rows(options.run_id, hospital.hcode, rows)
        refresh_roll_up(context.ledger, hospital.hcode, kind, [*days, *key_counts])
        context.ledger.set_hospital(options.run_id, hospital.hcode, status="mapped")
    counts: dict[str, Any] = dict(registration.counts)
    return {**counts, "absent": absent, "braked": registration.braked}


class _Bodies:
    """Stages the bodies to send as ``docs-…``, as many to a file as a chunk has visits."""

    def __init__(self, area: StagingArea, size: int) -> None:
        self._area, self._size = area, size
        self._files = 0
        self._held: dict[str, list[str]] = {}

    def add(self, documents: list[Built]) -> None:
        for document in documents:
            digest = document.desired.content_hash
            assert digest is not None
            assert document.body is not None
            self._held[document.desired.reference] = [digest, document.body.decode()]
            if len(self._held) >= self._size:
                self.flush()

    def flush(self) -> None:
        if self._held:
            self._files += 1
            self._area.write(f"docs-{self._files:05d}", self._held)
            self._held = {}
