"""Turns what a database driver raises into a numbered fault, without the driver's message.

A driver's message may quote SQL and values (control LG2); only the class name and the error number leave.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from phr import faults
from phr.errors import Fault, StopHospital

#: MySQL and MariaDB error numbers (server errors 1xxx, client errors 2xxx)
_MYSQL: dict[int, Fault] = {
    **dict.fromkeys((2002, 2003, 2005, 2006, 2013, 1040, 1053, 1927, 4031), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys((1044, 1045, 1130, 1142, 1143, 1203, 1226, 1698, 1820, 2059), faults.SOURCE_LOGIN),
    **dict.fromkeys((1146, 1109), faults.SOURCE_TABLE_MISSING),
    1049: faults.SOURCE_DATABASE_MISSING,
    1054: faults.SOURCE_COLUMN_MISSING,
    1115: faults.SOURCE_CHARSET,
}
_SQLITE: dict[str, Fault] = {
    "SQLITE_CANTOPEN": faults.SOURCE_UNREACHABLE,
    "SQLITE_IOERR": faults.SOURCE_UNREACHABLE,
    "SQLITE_BUSY": faults.SOURCE_UNREACHABLE,
    "SQLITE_LOCKED": faults.SOURCE_UNREACHABLE,
    "SQLITE_PERM": faults.SOURCE_LOGIN,
}
#: PostgreSQL: SQLSTATE, or its class (first two characters)
_POSTGRESQL: dict[str, Fault] = {
    **dict.fromkeys(("08", "53300", "57P01", "57P02", "57P03", "57P05", "25P03"), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys(("28", "42501"), faults.SOURCE_LOGIN),
    **dict.fromkeys(("3D", "3F"), faults.SOURCE_DATABASE_MISSING),
    **dict.fromkeys(("22021", "22P05"), faults.SOURCE_CHARSET),
    "42P01": faults.SOURCE_TABLE_MISSING,
    "42703": faults.SOURCE_COLUMN_MISSING,
}
#: SQL Server error numbers
_MSSQL: dict[int, Fault] = {
    **dict.fromkeys((-2, 1222, 10054, 10060, 10061, 20002, 20003, 20009), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys((229, 230, 916, 15562, 18452, 18456, 18470, 18487, 18488), faults.SOURCE_LOGIN),
    **dict.fromkeys((911, 4060), faults.SOURCE_DATABASE_MISSING),
    207: faults.SOURCE_COLUMN_MISSING,
    208: faults.SOURCE_TABLE_MISSING,
    **dict.fromkeys((3952, 3953), faults.SOURCE_SNAPSHOT),
}
#: pyodbc: SQLSTATE, or its class, where the message holds no number of the server's
_ODBC: dict[str, Fault] = {
    **dict.fromkeys(("08", "HYT00", "HYT01"), faults.SOURCE_UNREACHABLE),
    "28": faults.SOURCE_LOGIN,
    "42S02": faults.SOURCE_TABLE_MISSING,
    "42S22": faults.SOURCE_COLUMN_MISSING,
}
#: Oracle: numbers of the server (ORA) and of the driver (DPY)
_ORACLE: dict[str, Fault] = {
    **dict.fromkeys(("ORA-03113", "ORA-03114", "ORA-03135", "ORA-12170"), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys(("ORA-12537", "ORA-12541", "ORA-12543", "ORA-12545"), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys(("ORA-01033", "ORA-01034", "ORA-01089"), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys(("DPY-4011", "DPY-4024", "DPY-6005"), faults.SOURCE_UNREACHABLE),
    **dict.fromkeys(("ORA-01005", "ORA-01017", "ORA-01031", "ORA-01045"), faults.SOURCE_LOGIN),
    **dict.fromkeys(("ORA-28000", "ORA-28001", "DPY-4001"), faults.SOURCE_LOGIN),
    **dict.fromkeys(("ORA-12505", "ORA-12514", "DPY-6001", "DPY-6003"), faults.SOURCE_DATABASE_MISSING),
    "ORA-00942": faults.SOURCE_TABLE_MISSING,
    "ORA-00904": faults.SOURCE_COLUMN_MISSING,
}
#: libpq passes no SQLSTATE of a refused connection on, only the server's words
_REFUSED: tuple[tuple[str, Fault], ...] = (
    (r'database ".*" does not exist', faults.SOURCE_DATABASE_MISSING),
    (
        r'authentication failed|no pg_hba\.conf entry|role ".*" does not exist|not permitted to log in'
        r"|permission denied|no password supplied|pg_hba\.conf rejects",
        faults.SOURCE_LOGIN,
    ),
)


@contextmanager
def source_faults(hcode: str) -> Iterator[None]:
    """Inside, every database error becomes ``StopHospital`` for this hospital."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, UnicodeError, LookupError, OSError) as error:
        raise _translate(error, hcode) from None


def _translate(error: Exception, hcode: str) -> StopHospital:
    cause: BaseException | None = error
    if isinstance(error, DBAPIError):
        cause = error.orig
    name = type(cause).__name__
    if isinstance(cause, UnicodeError):
        return StopHospital(faults.SOURCE_CHARSET, hospital=hcode, detail=name)
    if isinstance(cause, sqlite3.Error):
        number = getattr(cause, "sqlite_errorname", None) or ""
        if not number and "decode to UTF-8" in str(cause):  # raised by the module, not by the library
            return StopHospital(faults.SOURCE_CHARSET, hospital=hcode, detail=name)
        fault = _SQLITE.get("_".join(number.split("_")[:2]), faults.SOURCE_QUERY)
        return StopHospital(fault, hospital=hcode, detail=f"{name} {number}".strip())
    # by name: no driver is imported where no such source is read
    driver = type(cause).__module__.partition(".")[0]
    if driver == "psycopg":
        fault, state = _postgresql(cause)
        return StopHospital(fault, hospital=hcode, detail=f"{name} {state}".strip())
    if driver in ("pyodbc", "pymssql"):
        fault, number = _mssql(cause)
        return StopHospital(fault, hospital=hcode, detail=f"{name} {number}".strip())
    if driver == "oracledb":
        number = str(getattr(cause.args[0] if cause and cause.args else None, "full_code", None) or "")
        fault = _ORACLE.get(number, faults.SOURCE_QUERY)
        return StopHospital(fault, hospital=hcode, detail=f"{name} {number}".strip())
    code = cause.args[0] if cause is not None and cause.args else None
    if isinstance(code, int) and not isinstance(cause, OSError):
        return StopHospital(_MYSQL.get(code, faults.SOURCE_QUERY), hospital=hcode, detail=f"{name} {code}")
    fault = faults.SOURCE_UNREACHABLE if isinstance(cause, OSError) else faults.SOURCE_QUERY
    return StopHospital(fault, hospital=hcode, detail=name)


def _mssql(cause: BaseException | None) -> tuple[Fault, str]:
    """The server's number: an argument of pymssql's, in brackets inside the text of pyodbc's."""
    first = cause.args[0] if cause is not None and cause.args else None
    if isinstance(first, tuple) and first:
        first = first[0]
    if isinstance(first, int):
        return _MSSQL.get(first, faults.SOURCE_QUERY), str(first)
    numbers = [int(found) for found in re.findall(r"\((-?\d{1,5})\)", str(cause))]
    known = next((number for number in numbers if number in _MSSQL), None)
    if known is not None:
        return _MSSQL[known], str(known)
    state = first if isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first) else ""
    return _ODBC.get(state) or _ODBC.get(state[:2], faults.SOURCE_QUERY), state


def _postgresql(cause: BaseException | None) -> tuple[Fault, str]:
    state: str | None = getattr(cause, "sqlstate", None)
    if state:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2], faults.SOURCE_QUERY), state
    for words, fault in _REFUSED:
        if re.search(words, str(cause)):
            return fault, ""
    lost = type(cause).__name__ in ("OperationalError", "ConnectionTimeout")
    return faults.SOURCE_UNREACHABLE if lost else faults.SOURCE_QUERY, ""
