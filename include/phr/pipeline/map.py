"""Map: rows and verdicts of a chunk become documents with a release decision, entered in the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from phr.ledger.balance import refresh_roll_up
from phr.ledger.decide import Desired
from phr.ledger.quarantined import QuarantineEntry, record
from phr.ledger.register import Registration
from phr.pipeline.bundles import Chunk, DocumentBuilder
from phr.pipeline.context import Context
from phr.pipeline.extract import read_manifest
from phr.settings import Hospital


def map_hospital(context: Context, hospital: Hospital, progress: Callable[[int], None]) -> dict[str, int]:
    """Register every document of the extract; stage the bodies that have to be sent as ``docs-…``.

    Chunks go newest first, so that a changed Patient block travels with the newest visit (R4).
    """
    options, area = context.options, context.area(hospital.hcode)
    manifest = read_manifest(context, hospital.hcode)
    snapshot_at = datetime.fromisoformat(manifest["snapshot_at"])
    days = [date.fromisoformat(day) for day in manifest["days"]]
    kind = context.category.kind
    builder = DocumentBuilder.create(context, hospital)
    registration = Registration(
        ledger=context.ledger,
        run_id=options.run_id,
        category=options.category,
        kind=kind,
        hospital=hospital.hcode,
        snapshot_at=snapshot_at,
        resend_unchanged=options.resend_unchanged,
        dry_run=options.dry_run,
    )
    area.clear("docs-")
    accepted: Counter[str] = Counter()
    put_aside: Counter[str] = Counter()
    for name in reversed(manifest["chunks"]):
        chunk = Chunk.read(area, name)
        wants: list[Desired] = []
        bodies: dict[str, tuple[str, bytes]] = {}
        entries: list[QuarantineEntry] = []
        for built in builder.build(chunk):
            wants.append(built.desired)
            entries.extend(built.entries)
            if built.body is not None and built.desired.content_hash is not None:
                bodies[built.desired.reference] = (built.desired.content_hash, built.body)
        wants.sort(key=lambda want: (want.service_day, want.reference), reverse=True)
        to_send = registration.register(wants)
        if to_send:
            staged = {ref: [bodies[ref][0], bodies[ref][1].decode()] for ref in sorted(to_send)}
            area.write(name.replace("rows-", "docs-"), staged)
        if not options.dry_run:
            record(
                context.ledger,
                run_id=options.run_id,
                hospital=hospital.hcode,
                kind=kind,
                snapshot_at=snapshot_at,
                entries=entries,
                examined=[want.reference for want in wants],
            )
        accepted.update(chunk.accepted)
        put_aside.update(chunk.put_aside)
        progress(len(wants))
    absent = registration.close(days)
    rows = [
        {"table_name": table, "counted": n, "accepted": accepted[table], "quarantined": put_aside[table]}
        for table, n in manifest["rows_counted"].items()
    ]
    if options.dry_run:
        preview = {**registration.counts, "seen": sum(c["eligible"] for c in manifest["counts"].values())}
        context.ledger.set_hospital(
            options.run_id, hospital.hcode, status="done", preview=json.dumps(dict(sorted(preview.items())))
        )
    else:
        context.ledger.record_counts(
            options.run_id,
            options.category,
            kind,
            hospital.hcode,
            snapshot_at,
            {date.fromisoformat(day): count for day, count in manifest["counts"].items()},
            rows,
        )
        refresh_roll_up(context.ledger, hospital.hcode, kind, days)
        context.ledger.set_hospital(options.run_id, hospital.hcode, status="mapped")
    counts: dict[str, Any] = dict(registration.counts)
    return {**counts, "absent": absent}
