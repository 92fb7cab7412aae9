"""Adapters that read hospital information systems: read-only, one consistent snapshot, canonical rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from phr.his.base import Adapter, DayCount, ProbeReport, Snapshot
from phr.settings import Hospital

__all__ = ["Adapter", "DayCount", "ProbeReport", "Snapshot", "make_adapter"]


def make_adapter(hospital: Hospital, url: str, *, now: Callable[[], datetime] | None = None) -> Adapter:
    """The adapter of this hospital's HIS. Nothing is connected yet.

    :param url: SQLAlchemy URL of the replica (``mysql://``, ``mariadb://``, ``sqlite:///``).
    :param now: our own clock (aware), to judge the server's by; a SQLite replica has no other clock.
    :raises StopHospital: PHR-103 when the URL is not one this adapter reads.
    """
    from phr.his.hosxp import HosxpAdapter  # loads the SQL and the driver only where a source is read

    return HosxpAdapter(hospital, url, now)
