"""Credentials out of Airflow: secrets backends, ``AIRFLOW_CONN_*`` or the metadata database."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

from phr import connections, faults
from phr.errors import StopHospital


class AirflowConnections:
    """A :class:`phr.connections.ConnectionSource` that asks Airflow."""

    def get(self, conn_id: str) -> connections.Connection:
        """The connection; raises ``StopHospital`` (PHR-103) when Airflow does not know it."""
        try:
            found = BaseHook.get_connection(conn_id)
        except (AirflowNotFoundException, AirflowRuntimeError):
            raise StopHospital(faults.CONNECTION_MISSING, detail=conn_id) from None
        return to_domain(found)


def to_domain(found: Any) -> connections.Connection:
    """Airflow's connection as the domain's."""
    return connections.Connection(
        conn_id=found.conn_id,
        conn_type=found.conn_type or "",
        host=found.host or "",
        login=found.login or "",
        password=found.password or "",
        schema=found.schema or "",
        port=found.port,
        extra=dict(found.extra_dejson or {}),
    )


def install() -> None:
    """Make this process look connections up in Airflow."""
    connections.set_source(AirflowConnections())
