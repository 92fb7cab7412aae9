"""Where credentials come from, without Airflow: a JSON file in Airflow's own layout, or ``AIRFLOW_CONN_*``.

Inside Airflow the plugin installs a source that asks Airflow instead (:func:`set_source`).
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from phr import faults
from phr.errors import StopHospital
from phr.home import Home

_DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mssql": "mssql",  # the dialect takes the driver that is installed
    "oracle": "oracle",
    "sqlite": "sqlite",
    "files43": "files43",
}
#: charset, as for MySQL -> what PostgreSQL calls it
POSTGRESQL_ENCODINGS = {"utf8": "UTF8", "utf8mb4": "UTF8", "tis620": "WIN874", "win874": "WIN874"}
_SCHEMAS = re.compile(r"\w+(,\w+)*", re.ASCII)


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

        ``extra.charset`` is the charset of the connection; ``extra.search_path`` names the schemas of a
        PostgreSQL database in which the tables are, with commas between; ``extra.service_name`` or
        ``extra.sid`` is Oracle's name of the database, else the schema of the connection is its service.

        :raises StopHospital: PHR-103 for a connection type that is no database we read, PHR-101 for an
            ``extra.driver``, ``extra.charset`` or ``extra.search_path`` that is none.
        """
        driver = str(self.extra.get("driver") or _DRIVERS.get(self.conn_type, ""))
        if not driver:
            detail = f"{self.conn_id}: connection type {self.conn_type or 'empty'} is not a database"
            raise StopHospital(faults.CONNECTION_MISSING, hospital=hospital, detail=detail)
        if driver == "files43":  # no database of SQLAlchemy: the adapter reads the folder itself
            return URL.create("files43", database=(self.schema or self.host).lstrip("/"))
        if not _driver_exists(driver):
            detail = f"{self.conn_id}: extra.driver is not an installed database driver"
            raise StopHospital(faults.CONFIG_MALFORMED, hospital=hospital, detail=detail)
        if driver == "sqlite":
            return URL.create("sqlite", database=self.schema or self.host)
        query: dict[str, str] = {}
        if driver.startswith("mysql"):
            query["charset"] = str(self.extra.get("charset") or ("utf8mb4" if charset == "auto" else charset))
            if not _charset_exists(query["charset"]):
                detail = f"{self.conn_id}: extra.charset is not a charset of MySQL (tis620, utf8mb4)"
                raise StopHospital(faults.CONFIG_MALFORMED, hospital=hospital, detail=detail)
        if driver.startswith("postgres"):
            query |= self._postgresql_query(hospital, charset)
        database = self.schema
        if driver.startswith("oracle"):
            database = str(self.extra.get("sid") or "")
            service = str(self.extra.get("service_name") or self.schema)
            query |= {"service_name": service} if service and not database else {}
        return URL.create(
            driver,
            username=self.login or None,
            password=self.password or None,
            host=self.host or None,
            port=self.port,
            database=database or None,
            query=query,
        )

    def _postgresql_query(self, hospital: str, charset: str) -> dict[str, str]:
        wanted = str(self.extra.get("charset") or ("utf8" if charset == "auto" else charset)).lower()
        schemas = str(self.extra.get("search_path") or "").replace(" ", "")
        detail = ""
        if wanted not in POSTGRESQL_ENCODINGS:
            detail = f"{self.conn_id}: extra.charset is none of {', '.join(POSTGRESQL_ENCODINGS)}"
        elif schemas and not _SCHEMAS.fullmatch(schemas):
            detail = f"{self.conn_id}: extra.search_path is not a list of schema names"
        if detail:
            raise StopHospital(faults.CONFIG_MALFORMED, hospital=hospital, detail=detail)
        query = {"client_encoding": POSTGRESQL_ENCODINGS[wanted]}
        return query | {"options": f"-csearch_path={schemas}"} if schemas else query


def _driver_exists(driver: str) -> bool:
    try:
        dialect = URL.create(driver).get_dialect()
        if "+" in driver:  # without it the adapter takes the driver that is installed
            dialect.import_dbapi()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        return False
    return True


def _charset_exists(charset: str) -> bool:
    from pymysql.charset import charset_by_name  # not at the top: DAG files import this module

    return charset_by_name(charset.lower()) is not None


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
        if not isinstance(raw, dict):
            raise StopHospital(
                faults.CONFIG_MALFORMED, detail=f"{path.name}: must be an object of connections"
            )
        if conn_id not in raw:
            raise StopHospital(faults.CONNECTION_MISSING, detail=conn_id)
        return parse_connection(conn_id, raw[conn_id])


def parse_connection(conn_id: str, raw: Any) -> Connection:
    """A connection from Airflow's JSON (object or text) or URI form.

    :raises StopHospital: PHR-101 naming the connection and the field that is malformed, never its value.
    """
    if isinstance(raw, str) and not raw.lstrip().startswith(("{", "[")):
        return _from_uri(conn_id, raw)
    data = _json_object(conn_id, "the connection", raw)
    texts = {
        name: _text(conn_id, name, data.get(name))
        for name in ("conn_type", "host", "login", "password", "schema")
    }
    return Connection(
        conn_id=conn_id,
        **texts,
        port=_port(conn_id, data.get("port")),
        extra=_json_object(conn_id, "extra", data.get("extra") or {}),
    )


def _from_uri(conn_id: str, uri: str) -> Connection:
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise _malformed(conn_id, "the connection", "a URI") from None
    try:
        port = parts.port
    except ValueError:
        raise _malformed(conn_id, "port", "a number from 1 to 65535") from None
    extra = dict(parse_qsl(parts.query))
    return Connection(
        conn_id=conn_id,
        conn_type=parts.scheme.replace("-", "_"),
        host=unquote(parts.hostname or ""),
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        schema=unquote(parts.path.lstrip("/")),
        port=port,
        extra=_json_object(conn_id, "extra", extra["__extra__"]) if "__extra__" in extra else extra,
    )


def _malformed(conn_id: str, name: str, wanted: str) -> StopHospital:
    return StopHospital(faults.CONFIG_MALFORMED, detail=f"{conn_id}: {name} is not {wanted}")


def _json_object(conn_id: str, name: str, raw: Any) -> dict[str, Any]:
    try:
        value = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise _malformed(conn_id, name, "valid JSON") from None
    if not isinstance(value, dict):
        raise _malformed(conn_id, name, "a JSON object")
    return dict(value)


def _text(conn_id: str, name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise _malformed(conn_id, name, "text")
    return "" if value is None else str(value)


def _port(conn_id: str, value: Any) -> int | None:
    if value is None or value == "":
        return None
    wrong = _malformed(conn_id, "port", "a number from 1 to 65535")
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise wrong
    try:
        port = int(value)
    except ValueError:
        raise wrong from None
    if not 0 < port < 65536:
        raise wrong
    return port


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
