"""SQL Server and Oracle: no server of either can be run here, so their SELECTs are compiled and looked at."""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.dialects import mssql, oracle
from sqlalchemy.exc import DBAPIError

from phr import faults
from phr.connections import parse_connection
from phr.errors import Fault, StopHospital
from phr.his import make_adapter
from phr.his.dialects import Columns, Dialect, MsSql, Oracle
from phr.his.doses import RawDose
from phr.his.encounters import COLUMNS
from phr.his.reader import DAYS, KEYS, both_eras, on_days
from phr.his.registers import COLUMNS as DOSE_COLUMNS
from phr.his.source_faults import source_faults
from phr.his.sql import Statements, is_select
from phr.his.system import COMMON, system
from phr.settings import Hospital

VIEWS = system("views")
FULL: Columns = {
    table: frozenset().union(*(p.get(table, ()) for p in (VIEWS.required, VIEWS.optional, VIEWS.joined)))
    for table in VIEWS.tables
}
KINDS: dict[str, tuple[Dialect, Any]] = {
    "mssql": (MsSql(), mssql.dialect(paramstyle="qmark")),  # type: ignore[no-untyped-call]
    "oracle": (Oracle(), oracle.dialect(paramstyle="named")),  # type: ignore[no-untyped-call]
}
#: rendered once; the key is the database and how many views there are
STATEMENTS = {
    (kind, len(found)): Statements(VIEWS, dialect, found, "99001")
    for kind, (dialect, _) in KINDS.items()
    for found in (FULL, VIEWS.required)
}
NAMES = sorted({file.stem for folder in (VIEWS.folder, COMMON) for file in folder.glob("*.sql")})
SCOPES = (
    "window",
    "refs",
    "eligible_refs",
    "hns",
    "cids",
    "days",
    "patient_cids",
    "nobody",
    "unknown",
    "all",
)
#: values of the longest lists that are ever sent, in both eras
LONGEST = [date(2025, 1, 1) + timedelta(days=n) for n in range(DAYS)]
VALUES: dict[str, Any] = {
    **on_days(LONGEST),
    "settled_days": both_eras(LONGEST),
    "cutoff_days": both_eras(LONGEST[:1]),
    "keys": [f"{n}" for n in range(KEYS)],
    "cutoff_day": "2025-01-01",
    "cutoff_buddhist_day": "2568-01-01",
    "cutoff_time": "08:00:00",
    "today": "2025-01-01",
}
FUNCTIONS = {
    "mssql": set("CONVERT CAST COALESCE NULLIF LTRIM RTRIM UPPER COUNT MAX VARCHAR NVARCHAR".split()),  # noqa: SIM905
    "oracle": set("TO_CHAR SUBSTR COALESCE NULLIF LTRIM RTRIM UPPER COUNT MAX REGEXP_LIKE".split()),  # noqa: SIM905
}
#: words that may stand before a bracket and are no function
WORDS = {"IN", "AND", "OR", "NOT", "WHEN", "WHERE", "ON", "FROM", "THEN", "ELSE", "SELECT"}
#: reserved in Oracle or SQL Server, so no name of ours
RESERVED = set(
    re.findall(
        r"\w+",
        """
    ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CASE CHECK CLUSTER COLUMN COMMENT CURRENT
    DATE DEFAULT DELETE DESC DISTINCT DROP ELSE END EXISTS FILE FLOAT FOR FROM FUNCTION GRANT GROUP
    HAVING IN INDEX INSERT INTEGER INTO IS KEY LEVEL LIKE LOCK LONG MINUS MODE NOT NULL NUMBER OF ON
    OPTION OR ORDER PERCENT PLAN PRIMARY PRIOR PROC PUBLIC RAW RENAME ROW ROWID ROWNUM ROWS SELECT
    SESSION SET SIZE START SYNONYM SYSDATE TABLE THEN TO TOP TRIGGER UID UNION UNIQUE UPDATE USER
    VALUES VARCHAR VIEW WHEN WHERE WITH
    """,
    )
)


def compiled() -> Iterator[Any]:
    for kind in KINDS:
        for columns, found in (("all", FULL), ("required", VIEWS.required)):
            for name in NAMES:
                for scope in SCOPES:
                    for counted in (False, True) if name in COLUMNS or name.startswith("dose_") else (False,):
                        yield pytest.param(
                            kind, found, name, scope, counted, id=f"{kind}-{columns}-{name}-{scope}-{counted}"
                        )


def sql_of(
    kind: str, found: Columns, name: str, scope: str, counted: bool = False, *, longest: bool = False
) -> Any:
    _dialect, target = KINDS[kind]
    clause = STATEMENTS[kind, len(found)].get(name, scope, counted)
    wanted = {
        key: value[:2] if isinstance(value, list) and not longest else value
        for key, value in VALUES.items()
        if re.search(rf":{key}\b", clause.text)
    }
    return clause.bindparams(**wanted).compile(dialect=target, compile_kwargs={"render_postcompile": True})


def without_texts(sql: str) -> str:
    return re.sub(r"'[^']*'", "''", sql)


def selected(sql: str) -> list[str]:
    """Names of the columns of the outermost SELECT, in order."""
    head = re.sub(r"^\s*SELECT\s+(DISTINCT\s+|TOP \d+\s+)?", "", sql)
    depth, names, start = 0, [], 0
    for match in re.finditer(r"[(),]|\bFROM\b", head):
        token = match[0]
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0 and token in (",", "FROM"):
            names.append(re.split(r"\s+AS\s+|\.", head[start : match.start()].strip())[-1])
            start = match.end()
            if token == "FROM":
                return names
    raise AssertionError("no FROM")


@pytest.mark.parametrize("kind", KINDS)
def test_selects_of_the_views_suit_the_database(kind: str) -> None:
    looked_at = 0
    for case in compiled():
        of, found, name, scope, counted = case.values
        if of != kind:
            continue
        looked_at += 1
        sql = str(sql_of(kind, found, name, scope, counted))
        bare = without_texts(sql)
        assert is_select(sql), case.id
        assert bare.count("(") == bare.count(")"), case.id
        assert "{" not in bare, case.id
        assert not re.search(r"\b(LIMIT|ILIKE|GLOB|INSTR|REGEXP)\b|::|`", bare), case.id
        called = {word.upper() for word in re.findall(r"\b([A-Za-z_]+)\s*\(", bare)} - WORDS
        assert called <= FUNCTIONS[kind], (case.id, called - FUNCTIONS[kind])
        aliases = {word.upper() for word in re.findall(r"\bAS\s+(\w+)", re.sub(r"AS n?varchar", "", bare))}
        tables = re.findall(r"\b(?:FROM|JOIN)\s+\w+\s+(\w+)", bare)
        assert not (aliases | {alias.upper() for alias in tables}) & RESERVED, case.id
        # a table's alias stands without AS: Oracle knows no other form
        assert not re.search(r"\b(?:FROM|JOIN)\s+\w+\s+AS\b|\)\s+AS\s+\w+\s*(?:GROUP|WHERE|ON|$)", bare), (
            case.id
        )
        if kind == "mssql":
            assert "||" not in bare, case.id
        else:
            assert "TOP " not in bare, case.id
            # '' is NULL there, so a comparison with it is never true
            assert not re.search(r"(<>|!=|=)\s*''", sql), case.id
            assert not re.search(r"COALESCE\([^()]*, ''\)", sql), case.id
    assert looked_at > 300


@pytest.mark.parametrize("kind", KINDS)
def test_lists_of_values_stay_within_the_limits(kind: str) -> None:
    """Oracle takes 1,000 values in one list (ORA-01795), SQL Server 2,100 parameters in one statement."""
    most: Counter[str] = Counter()
    for name, scope in itertools.product(NAMES, SCOPES):
        sql = without_texts(str(sql_of(kind, FULL, name, scope, longest=True)))
        marks = r"\?" if kind == "mssql" else r":\w+"
        most["statement"] = max(most["statement"], len(re.findall(marks, sql)))
        for values in re.findall(r"\bIN \(([^()]*)\)", sql):
            most["list"] = max(most["list"], len(re.findall(marks, values)))
    assert most["list"] == KEYS <= 1000
    assert 1500 < most["statement"] <= 2100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", ["all", "required"])
def test_every_select_returns_the_columns_of_its_builder(kind: str, columns: str) -> None:
    found = FULL if columns == "all" else VIEWS.required
    places = VIEWS.registers["immunization"]
    expected = {**COLUMNS, **DOSE_COLUMNS, **{place.statement: RawDose._fields for place in places}}
    for name in set(expected) & set(NAMES):
        sql = str(sql_of(kind, found, name, "hns" if name.startswith("dose_") else "refs"))
        assert tuple(selected(sql)) == tuple(expected[name]), name


class Recorded:
    """Stands where a connection would: there is no server to connect to."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def execution_options(self, **options: str) -> None:
        self.said.append(options["isolation_level"])

    def exec_driver_sql(self, sql: str) -> Recorded:
        self.said.append(sql)
        return self

    def scalar_one(self) -> str:
        return "2026-11-26T05:00:00.1234567" if "126)" in self.said[-1] else "2026-11-26 05:00:00.123456"


def test_a_snapshot_begins_read_only() -> None:
    server, ora = Recorded(), Recorded()
    MsSql().begin(server)  # type: ignore[arg-type]
    assert server.said[0] == "SNAPSHOT"
    assert is_select(server.said[-1]), "the first access to data takes the snapshot"
    Oracle().begin(ora)  # type: ignore[arg-type]
    assert all(line.startswith("ALTER SESSION SET ") for line in ora.said[:-1])
    assert ora.said[-1] == "SET TRANSACTION READ ONLY"


@pytest.mark.parametrize("dialect", [MsSql(), Oracle()])
def test_the_clock_is_utc(dialect: Dialect) -> None:
    moment = dialect.clock(Recorded())  # type: ignore[arg-type]
    assert moment is not None
    assert moment.isoformat() == "2026-11-26T05:00:00.123456+00:00"


@pytest.mark.parametrize(
    ("url", "driver"), [("mssql://u:secret@h/d", "pyodbc"), ("oracle://u:secret@h", "oracledb")]
)
def test_a_driver_that_is_not_installed_is_named(
    url: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pyodbc", "pymssql", "oracledb"):
        monkeypatch.setitem(sys.modules, module, None)  # type: ignore[arg-type]
    hospital = Hospital(hcode="99001", name_th="รพ.สมมติ", his="views")
    with pytest.raises(StopHospital) as caught:
        make_adapter(hospital, url)
    assert caught.value.fault is faults.CONNECTION_MISSING
    assert driver in caught.value.detail
    assert "secret" not in caught.value.message()


def test_only_the_views_are_read_there() -> None:
    hospital = Hospital(hcode="99001", name_th="รพ.สมมติ", his="hosxp")
    with pytest.raises(StopHospital, match="mysql or postgresql or sqlite URL"):
        make_adapter(hospital, "mssql://u@h/d")


def test_the_connection_says_that_it_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    pyodbc = ModuleType("pyodbc")
    pyodbc.drivers = lambda: ["SQLite3", "ODBC Driver 17 for SQL Server", "ODBC Driver 18 for SQL Server"]  # type: ignore[attr-defined]
    pyodbc.paramstyle, pyodbc.version, pyodbc.Cursor = "qmark", "5.1.0", object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyodbc", pyodbc)
    hospital = Hospital(hcode="99001", name_th="รพ.สมมติ", his="views")
    engine = MsSql().engine(make_url("mssql+pyodbc://u:p@h/hos"), hospital)
    ((text,), _) = engine.dialect.create_connect_args(engine.url)
    assert "ApplicationIntent=ReadOnly" in text
    assert "DRIVER={ODBC Driver 18 for SQL Server}" in text


def test_connections_of_both_kinds() -> None:
    server = parse_connection("his_99001", {"conn_type": "mssql", "host": "h", "schema": "hos", "port": 1433})
    assert server.source_url(hospital="99001").render_as_string() == "mssql://h:1433/hos"
    for fields, url in (
        ({"schema": "HOSP"}, "oracle://h:1521?service_name=HOSP"),
        ({"extra": {"service_name": "HOSP"}}, "oracle://h:1521?service_name=HOSP"),
        ({"extra": {"sid": "ORCL"}}, "oracle://h:1521/ORCL"),
    ):
        found = parse_connection("his_99001", {"conn_type": "oracle", "host": "h", "port": 1521, **fields})
        assert found.source_url(hospital="99001").render_as_string().replace("/?", "?") == url


def raised(module: str, *arguments: object) -> Exception:
    error = type("ProgrammingError", (Exception,), {"__module__": module})(*arguments)
    return DBAPIError("SELECT 1", None, error)


class Ora:
    def __init__(self, code: str) -> None:
        self.full_code = code


@pytest.mark.parametrize(
    ("error", "fault", "detail"),
    [
        (raised("pyodbc", "42S02", "Invalid object name 'phr_x'. (208)"), faults.SOURCE_TABLE_MISSING, "208"),
        (raised("pyodbc", "42000", "not allowed (3952) (SQLExecDirectW)"), faults.SOURCE_SNAPSHOT, "3952"),
        (raised("pyodbc", "28000", "Login failed for user 'u'. (18456)"), faults.SOURCE_LOGIN, "18456"),
        (raised("pyodbc", "08001", "server was not found"), faults.SOURCE_UNREACHABLE, "08001"),
        (raised("pymssql.exceptions", (207, b"Invalid column name")), faults.SOURCE_COLUMN_MISSING, "207"),
        (raised("pymssql", 4060, b"Cannot open database"), faults.SOURCE_DATABASE_MISSING, "4060"),
        (raised("oracledb.exceptions", Ora("ORA-01017")), faults.SOURCE_LOGIN, "ORA-01017"),
        (raised("oracledb", Ora("ORA-00942")), faults.SOURCE_TABLE_MISSING, "ORA-00942"),
        (raised("oracledb", Ora("DPY-6005")), faults.SOURCE_UNREACHABLE, "DPY-6005"),
        (raised("oracledb", Ora("ORA-01555")), faults.SOURCE_QUERY, "ORA-01555"),
    ],
)  # fmt: skip
def test_errors_of_the_drivers_become_faults(error: Exception, fault: Fault, detail: str) -> None:
    with pytest.raises(StopHospital) as caught, source_faults("99001"):
        raise error
    assert caught.value.fault is fault
    assert caught.value.detail == f"ProgrammingError {detail}"
