"""Adapters that read hospital information systems: read-only, one consistent snapshot, canonical rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from phr import faults
from phr.errors import StopHospital
from phr.his.base import Adapter, DayCount, ProbeReport, Snapshot
from phr.settings import Hospital

__all__ = ["Adapter", "DayCount", "ProbeReport", "Snapshot", "make_adapter"]


def make_adapter(hospital: Hospital, url: str, *, now: Callable[[], datetime] | None = None) -> Adapter:
    """The adapter of this hospital's HIS. Nothing is connected yet.

    :param url: SQLAlchemy URL of the replica, of one of the databases the adapter knows.
    :param now: our own clock (aware), to judge the server's by; a SQLite replica has no other clock.
    :raises StopHospital: PHR-103 when the adapter does not read such a URL, PHR-101 when there is no adapter.
    """
    from phr.his.adapter import SqlAdapter  # loads the SQL and the driver only where a source is read
    from phr.his.system import names, system

    try:
        kind = system(hospital.his)
    except KeyError:
        raise StopHospital(
            faults.CONFIG_MALFORMED, hospital=hospital.hcode, detail=f"his: one of {', '.join(names())}"
        ) from None
    return SqlAdapter(hospital, kind, url, now)
