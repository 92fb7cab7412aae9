"""Where credentials come from, without Airflow: a JSON file in Airflow's own layout, or ``AIRFLOW_CONN_*``.

Inside Airflow the plugin installs a source that asks Airflow instead (:func:`set_source`).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy import URL

from phr import faults
from phr.errors import StopHospital
from phr.home import Home

_DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite",
}


@dataclass(frozen=True)
class Connection:
    """One connection; ``repr`` shows no secret."""

    conn_id: str
    conn_type: str = ""
    host: str = ""
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    schema: str = ""
    port: int | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    def source_url(self, *, hospital: str, charset: str = "auto") -> URL:
        """SQLAlchemy URL of a replica; ``conn_type`` chooses the driver, ``extra.driver`` overrides it.

        :raises StopHospital: PHR-103 for a connection type that is no database we read.
        """
        driver = str(self.extra.get("driver") or _DRIVERS.get(self.conn_type, ""))
        if not driver:
            detail = f"{self.conn_id}: connection type {self.conn_type or 'empty'} is not a database"
            raise StopHospital(faults.CONNECTION_MISSING, hospital=hospital, detail=detail)
        if driver == "sqlite":
            return URL.create("sqlite", database=self.schema or self.host)
        query: dict[str, str] = {}
        if driver.startswith("mysql"):
            query["charset"] = str(self.extra.get("charset") or ("utf8mb4" if charset == "auto" else charset))
        return URL.create(
            driver,
            username=self.login or None,
            password=self.password or None,
            host=self.host or None,
            port=self.port,
            database=self.schema or None,
            query=query,
        )


class ConnectionSource(Protocol):
    """Anything that can look a connection up."""

    def get(self, conn_id: str) -> Connection:
        """The connection; raises ``StopHospital`` (PHR-103) when it does not exist."""
        ...


class FileConnections:
    """``AIRFLOW_CONN_<ID>`` first, then ``PHR_HOME/connections.json``."""

    def get(self, conn_id: str) -> Connection:
        """The connection; raises ``StopHospital`` (PHR-103) when it does not exist."""
        env = os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}")
        if env:
            return parse_connection(conn_id, env)
        path = Home.from_env().connections_file
        try:
            raw = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except (OSError, ValueError):
            raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{path.name}: not readable JSON") from None
        if conn_id not in raw:
            raise StopHospital(faults.CONNECTION_MISSING, detail=conn_id)
        return parse_connection(conn_id, raw[conn_id])


def parse_connection(conn_id: str, raw: str | dict[str, Any]) -> Connection:
    """A connection from Airflow's JSON or URI form."""
    if isinstance(raw, str) and not raw.lstrip().startswith("{"):
        parts = urlsplit(raw)
        extra = dict(parse_qsl(parts.query))
        return Connection(
            conn_id=conn_id,
            conn_type=parts.scheme.replace("-", "_"),
            host=unquote(parts.hostname or ""),
            login=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            schema=unquote(parts.path.lstrip("/")),
            port=parts.port,
            extra=json.loads(extra["__extra__"]) if "__extra__" in extra else extra,
        )
    data = json.loads(raw) if isinstance(raw, str) else dict(raw)
    extra_raw = data.get("extra") or {}
    return Connection(
        conn_id=conn_id,
        conn_type=str(data.get("conn_type") or ""),
        host=str(data.get("host") or ""),
        login=str(data.get("login") or ""),
        password=str(data.get("password") or ""),
        schema=str(data.get("schema") or ""),
        port=int(data["port"]) if data.get("port") else None,
        extra=json.loads(extra_raw) if isinstance(extra_raw, str) else dict(extra_raw),
    )


_source: ConnectionSource = FileConnections()


def set_source(source: ConnectionSource) -> None:
    """Make the whole process look connections up in ``source``."""
    global _source
    _source = source


def get_connection(conn_id: str, *, hospital: str | None = None) -> Connection:
    """Look a connection up; the error names the hospital when one is given."""
    try:
        return _source.get(conn_id)
    except StopHospital as error:
        raise StopHospital(error.fault, hospital=hospital, detail=error.detail) from None
