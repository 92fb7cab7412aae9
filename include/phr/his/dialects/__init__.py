"""Everything that differs between the databases a HIS runs on, in one place.

A new dialect is one more module: how a connection is made that can only read, how text leaves the server, how
a snapshot begins, what can be asked about the account. The SQL files use only what stands here and what all
dialects share.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from phr import faults
from phr.errors import StopHospital
from phr.his.dialects.base import CONNECT_SECONDS, Columns, Dialect
from phr.his.dialects.files43 import Files43
from phr.his.dialects.mssql import MsSql
from phr.his.dialects.mysql import MySql
from phr.his.dialects.oracle import Oracle
from phr.his.dialects.postgres import Postgres
from phr.his.dialects.sqlite import Sqlite
from phr.settings import Hospital

__all__ = [
    "CONNECT_SECONDS",
    "DIALECTS",
    "Columns",
    "Dialect",
    "Files43",
    "MsSql",
    "MySql",
    "Oracle",
    "Postgres",
    "Sqlite",
    "connect",
]

#: SQLAlchemy backend name -> dialect
DIALECTS: dict[str, type[Dialect]] = {
    "mysql": MySql,
    "mariadb": MySql,
    "postgresql": Postgres,
    "sqlite": Sqlite,
    "mssql": MsSql,
    "oracle": Oracle,
    "files43": Files43,
}
#: what has to be installed beside this product, of databases it brings no driver for
DRIVERS = {"mssql": "pyodbc with an ODBC driver for SQL Server, or pymssql", "oracle": "oracledb"}


def connect(hospital: Hospital, url: str, dialects: Collection[str]) -> tuple[Dialect, Engine]:
    """Dialect and engine of a source URL; no connection is made yet.

    :param dialects: names of those the adapter has SQL for.
    :raises StopHospital: PHR-103 when the URL is malformed, names a database this adapter does not read, or
        needs a driver that is not installed.
    """
    kind: type[Dialect] | None = None
    try:
        parsed = make_url(url)
        kind = DIALECTS.get(parsed.get_backend_name())
        if kind is not None and kind.name in dialects:
            dialect = kind()
            return dialect, dialect.engine(parsed, hospital)
    except ImportError:
        if kind is not None and kind.name in DRIVERS:
            raise StopHospital(
                faults.CONNECTION_MISSING,
                hospital=hospital.hcode,
                detail=f"{hospital.source_connection} needs a driver, not installed: {DRIVERS[kind.name]}",
            ) from None
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass  # its message may quote the URL with its password
    wanted = " or ".join(sorted(dialects))
    raise StopHospital(
        faults.CONNECTION_MISSING,
        hospital=hospital.hcode,
        detail=f"{hospital.source_connection} must be a {wanted} URL of an installed driver",
    )
