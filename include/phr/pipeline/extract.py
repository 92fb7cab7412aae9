"""Extract: one snapshot of one hospital into encrypted staging, with its own counts (R1, R12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import Any

from phr import faults
from phr.connections import get_connection
from phr.errors import StopHospital
from phr.his import make_adapter
from phr.his.base import Adapter, DayCount
from phr.mapping.local_codes import LocalCodes
from phr.pipeline.choose import choose
from phr.pipeline.context import Context
from phr.pipeline.freshness import is_fresh
from phr.settings import Hospital

MANIFEST = "manifest"
#: a past day with fewer visits than this says nothing by their being unfinished
MIN_VISITS_TO_JUDGE = 5


def adapter_of(hospital: Hospital) -> Adapter:
    """The adapter of a hospital's configured source."""
    connection = get_connection(hospital.source_connection, hospital=hospital.hcode)
    url = connection.source_url(hospital=hospital.hcode, charset=hospital.source_charset)
    return make_adapter(hospital, url.render_as_string(hide_password=False))


def extract_hospital(context: Context, hospital: Hospital, progress: Callable[[int], None]) -> dict[str, int]:
    """Write ``rows-00001`` … (whole days), ``keyrows-00001`` … (by key) and the manifest; returns counts.

    :raises StopHospital: the source cannot be read, or an empty or unfinished day is suspect (PHR-206).
    """
    area = context.area(hospital.hcode)
    codes = LocalCodes.load(context.home.config_dir, hospital.hcode)
    adapter = adapter_of(hospital)
    area.clear()
    staged: dict[str, list[str]] = {}
    visits = 0
    with adapter.open() as snapshot:
        source = snapshot.source(context.category.kind)
        choice = choose(context, hospital, source)
        keys = choice.keys
        counts = source.count(choice.days)
        if context.category.by_service_day and choice.window:  # other feeds name days with something on them
            _refuse_suspect_days(hospital, adapter, counts, today=context.today)
        # of a day the source cannot tell about nothing is missing and nothing counted
        days = source.tells(choice.days)
        counts = {day: counts[day] for day in days}
        rows_counted = Counter(source.count_rows(days))
        key_counts = source.count_keys(keys)
        rows_counted.update(source.count_key_rows(keys) if keys else {})
        for start, references in (("rows", source.touched(days)), ("keyrows", iter(keys))):
            staged[start] = []
            for number, chunk in enumerate(_chunks(references, hospital.chunk_visits), 1):
                staged[start].append(f"{start}-{number:05d}")
                rows = codes.apply(source.documents(chunk))
                area.write(staged[start][-1], {"references": chunk, "rows": rows})
                visits += len(chunk)
                progress(len(chunk))
        taken_at, fingerprint = snapshot.taken_at, snapshot.fingerprint
    area.write(
        MANIFEST,
        {
            "snapshot_at": taken_at.isoformat(),
            "fingerprint": fingerprint,
            "days": [day.isoformat() for day in days],
            "counts": {day.isoformat(): asdict(count) for day, count in counts.items()},
            "key_counts": {day.isoformat(): count for day, count in key_counts.items()},
            "rows_counted": dict(rows_counted),
            "chunks": staged["rows"],
            "key_chunks": staged["keyrows"],
            "visits": visits,
        },
    )
    looked_at = sorted({*days, *key_counts})
    context.ledger.set_hospital(
        context.options.run_id,
        hospital.hcode,
        status="extracted",
        snapshot_at=taken_at,
        fingerprint=fingerprint,
        day_from=looked_at[0] if looked_at else None,
        day_to=looked_at[-1] if looked_at else None,
    )
    eligible = sum(c.eligible for c in counts.values()) + sum(key_counts.values())
    return {"visits": visits, "eligible": eligible}


def _chunks(references: Iterator[str], size: int) -> Iterator[list[str]]:
    while chunk := list(islice(references, size)):
        yield chunk


def _refuse_suspect_days(
    hospital: Hospital, adapter: Adapter, counts: dict[date, DayCount], *, today: date
) -> None:
    """R12: an empty day is valid when announced, or when its weekday is closed and the replica fresh.

    The same holds for a day before ``today`` on which visits were opened but (almost) none was finished:
    the outcomes have not reached the replica, or the screen that writes them is not used.
    """
    doubtful = {
        day: count
        for day, count in counts.items()
        if day not in hospital.closed_days
        and (count.total == 0 or (day < today and _unfinished(hospital, count)))
    }
    if not doubtful:
        return
    suspect = [day for day in doubtful if day.weekday() not in hospital.closed_weekdays]
    if not suspect:
        last = adapter.probe().last_visit_day
        suspect = [day for day in doubtful if not is_fresh(hospital, last, day)]
    if suspect:
        shown = ", ".join(_in_words(day, doubtful[day]) for day in suspect[:5])
        more = " …" if len(suspect) > 5 else ""
        raise StopHospital(faults.SUSPECT_EMPTY, hospital=hospital.hcode, detail=shown + more)


def _unfinished(hospital: Hospital, count: DayCount) -> bool:
    """Nothing to send and most visits without outcome, or more without outcome than the hospital allows."""
    if count.total < MIN_VISITS_TO_JUDGE:
        return False
    nothing_finished = count.eligible == 0 and count.unfinished * 2 > count.total
    return nothing_finished or count.unfinished > hospital.max_unfinished_share * count.total


def _in_words(day: date, count: DayCount) -> str:
    if count.total == 0:
        return day.isoformat()
    return f"{day.isoformat()}: {count.unfinished} of {count.total} visits have no outcome"


def read_manifest(context: Context, hcode: str) -> dict[str, Any]:
    """The manifest of this run's extract; raises ``StopHospital`` (PHR-501) when there is none."""
    manifest: dict[str, Any] = context.area(hcode).read(MANIFEST)
    return manifest
