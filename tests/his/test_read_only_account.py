"""The SQL of ``phr hospital grants``: it reads what the adapter reads, and can do nothing else (IN8)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from phr.his import make_adapter
from phr.his.grants import PASSWORD_MARK, read_only_account
from phr.his.system import system
from phr.settings import Hospital
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.kit import check
from phr_sandbox.conformance.loaders import loader
from phr_sandbox.province.build import build_hospital
from phr_sandbox.province.profiles import PROFILES

CATALOGUE = system("hosxp")
HOSPITAL = Hospital(hcode="99003", name_th="รพ.สต.บ้านสมมติ", his="hosxp")


def statements(lines: list[str]) -> list[str]:
    return [line for line in lines if line and not line.startswith("--")]


def run(engine: Engine, sql: list[str]) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in sql:
            connection.execute(text(statement))  # doubles the % that PyMySQL would take for a parameter


@pytest.fixture
def login() -> str:
    return f"phr_t_{uuid.uuid4().hex[:10]}"


@pytest.fixture
def mariadb_account(mariadb_url: str, login: str) -> Iterator[tuple[Engine, URL]]:
    """Administrator of a province hospital's database, and where its read-only account will log in."""
    from datetime import date

    admin = create_engine(mariadb_url, poolclass=NullPool)
    day = date(2025, 10, 7)
    build_hospital(admin, PROFILES["99003"], seed=3, first_day=day, last_day=day, scale=0.1)
    yield admin, make_url(mariadb_url).set(username=login, password="its-own")
    run(admin, [f"DROP USER IF EXISTS '{login}'@'%'"])


def grants(admin: Engine, login: str, dialect: str = "mysql", his: str = "hosxp") -> list[str]:
    lines = read_only_account(his, dialect, database=str(admin.url.database), login=login)  # type: ignore[arg-type]
    return statements(lines)


@pytest.mark.mariadb
def test_the_account_is_enough_for_the_adapter_and_for_nothing_else(
    mariadb_account: tuple[Engine, URL], login: str
) -> None:
    admin, url = mariadb_account
    with pytest.raises(DBAPIError):  # nobody gets an account with a password everybody knows
        run(admin, grants(admin, login))
    run(admin, [line.replace(PASSWORD_MARK, "'its-own'") for line in grants(admin, login)])
    run(admin, ["CREATE TABLE payroll (salary INT)"])
    report = make_adapter(HOSPITAL, url.render_as_string(hide_password=False)).probe()
    assert (report.problems, report.warnings, report.writable) == ([], [], False)
    assert set(report.found) == set(CATALOGUE.tables)
    reader = create_engine(url, poolclass=NullPool)
    with reader.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM patient")).scalar_one() > 0
        for refused in (
            "SELECT * FROM payroll",
            "INSERT INTO patient (hn) VALUES ('1')",
            "UPDATE patient SET cid = NULL",
            "DELETE FROM ovst",
            "CREATE TABLE x (y INT)",
            "DROP TABLE patient",
        ):
            with pytest.raises(DBAPIError, match=r"\((1142|1044|1370),"):
                connection.execute(text(refused))


@pytest.mark.mariadb
def test_a_missing_grant_is_a_missing_table(mariadb_account: tuple[Engine, URL], login: str) -> None:
    admin, url = mariadb_account
    some = [line for line in grants(admin, login) if "`ovstdiag`" not in line]
    run(admin, [line.replace(PASSWORD_MARK, "'its-own'") for line in some])
    report = make_adapter(HOSPITAL, url.render_as_string(hide_password=False)).probe()
    assert [(p.fault.code, p.detail) for p in report.problems] == [("PHR-203", "ovstdiag")]


@pytest.mark.postgres
@pytest.mark.parametrize(("his", "patients"), [("hosxp", "patient"), ("hospital_os", "t_patient")])
def test_the_account_on_postgresql(postgres_url: str, login: str, his: str, patients: str) -> None:
    admin = create_engine(postgres_url, poolclass=NullPool)
    model = invent(patients=20)
    loader(his).create(admin)
    loader(his).load(admin, model)
    run(admin, ["CREATE TABLE payroll (salary INT)"])
    try:
        with pytest.raises(DBAPIError):
            run(admin, grants(admin, login, "postgresql", his))
        run(
            admin,
            [line.replace(PASSWORD_MARK, "'its-own'") for line in grants(admin, login, "postgresql", his)],
        )
        url = make_url(postgres_url).set(username=login, password="its-own")
        hospital = Hospital(hcode=model.hcode, name_th="รพ.สมมติ", his=his)
        adapter = make_adapter(hospital, url.render_as_string(hide_password=False))
        report = adapter.probe()
        assert (report.problems, report.warnings, report.writable) == ([], [], False)
        assert set(report.found) == set(system(his).tables)
        assert check(adapter, model, loader(his)).differences == []
        reader = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with reader.connect() as connection:
            # the rights hold, not only the default of the session
            connection.execute(text("SET default_transaction_read_only = off"))
            for refused in (
                "SELECT * FROM payroll",
                f"INSERT INTO {patients} DEFAULT VALUES",
                f"DELETE FROM {patients}",
                "CREATE TABLE y (x INT)",
                f"DROP TABLE {patients}",
            ):
                with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                    connection.execute(text(refused))
    finally:
        run(admin, [f'DROP OWNED BY "{login}"', f'DROP ROLE "{login}"'])


def test_every_table_of_the_catalogue_is_granted_once_and_select_only() -> None:
    for dialect in ("mysql", "postgresql"):
        lines = read_only_account("hosxp", dialect, database="hos", login="phr_reader")  # type: ignore[arg-type]
        rights = [line for line in statements(lines) if line.startswith("GRANT SELECT")]
        granted = [line.partition(" TO ")[0].split(".")[-1].strip('`"') for line in rights]
        assert sorted(granted) == CATALOGUE.tables
        assert "patient" in granted
        others = [line for line in statements(lines) if line not in rights]
        assert not [line for line in others if "ALL" in line or "INSERT" in line or "*.*" in line]


@pytest.mark.parametrize(
    "names",
    [{"database": "hos`; DROP"}, {"login": "a'b"}, {"schema": 'p"q'}, {"from_host": "' OR"}, {"login": ""}],
    ids=str,
)
def test_a_name_that_would_leave_its_quotes_is_refused(names: dict[str, str]) -> None:
    with pytest.raises(ValueError) as caught:
        read_only_account("hosxp", "mysql", **{"database": "hos", "login": "phr_reader", **names})  # type: ignore[arg-type]
    assert not any(value and value in str(caught.value) for value in names.values())
