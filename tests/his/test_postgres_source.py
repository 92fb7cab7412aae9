"""HOSxP on PostgreSQL: refused, slow, lost or too powerful; schemas, views and charsets."""

from __future__ import annotations

import socket
import time
import traceback
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hosxp_source import CID, DAY, HN, VN, Source, hospital, on_postgres
from postgres_server import PASSWORD, own_server
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from test_hosxp_source_faults import refused, with_url

from phr import faults
from phr.errors import Fault, StopHospital
from phr.his import make_adapter
from phr.his.system import system

pytestmark = pytest.mark.postgres
CATALOGUE = system("hosxp")


def run(url: str, *statements: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def login(postgres_url: str) -> Iterator[str]:
    """A role that may do nothing yet."""
    name = f"phr_t_{uuid.uuid4().hex[:10]}"
    run(postgres_url, f"CREATE ROLE {name} LOGIN")
    yield name
    run(postgres_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def as_login(source: Source, login: str, **query: str) -> str:
    return make_url(source.url).set(username=login, query=query).render_as_string(hide_password=False)


def select_only(source: Source, login: str) -> str:
    for table in CATALOGUE.tables:
        source.run(f"GRANT SELECT ON {table} TO {login}")
    return as_login(source, login)


# -- refused ------------------------------------------------------------------------------------------


def test_wrong_password() -> None:
    with own_server() as server:
        url = server.url
        run(
            url, f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'", "CREATE ROLE retired NOLOGIN PASSWORD 'x'"
        )
        source = on_postgres(url)
        source.insert("opdconfig", hospitalcode="99001")
        select_only(source, "reader")
        right = with_url(url, username="reader")
        with make_adapter(hospital(), right).open():
            pass
        for parts in ({"password": "hidden-word"}, {"password": ""}, {"username": "nobody-here"}):
            error = refused(make_adapter(hospital(), with_url(right, **parts)), faults.SOURCE_LOGIN)
            shown = "".join(traceback.format_exception(error))
            assert "hidden-word" not in shown
            assert "nobody-here" not in shown
        source.engine.dispose()


def test_a_streaming_replica() -> None:
    with own_server() as server:
        source = on_postgres(server.url)
        source.insert("opdconfig", hospitalcode="99001")
        source.visit()
        source.patient()
        assert make_adapter(hospital(), server.url).probe().replica_lag_seconds is None
        with server.standby() as url:
            adapter = make_adapter(hospital(), url)
            report = adapter.probe()
            assert (report.problems, report.replica_lag_seconds) == ([], 0.0)
            source.visit("690112000002", hos_guid="{2}")
            for _ in range(100):
                with adapter.open() as snapshot:
                    if (seen := snapshot.source("encounter").count([DAY])[DAY].eligible) == 2:
                        assert len(snapshot.source("encounter").documents([VN])["patient"]) == 1
                        break
                time.sleep(0.1)
            assert seen == 2
            # what is received and not replayed is a delay
            run(url, "SELECT pg_wal_replay_pause()")
            source.visit("690112000003", hos_guid="{3}")
            time.sleep(1)
            assert (adapter.probe().replica_lag_seconds or 0) > 0.5
        source.engine.dispose()


def test_refused_logins(postgres_source: Source, login: str) -> None:
    refused(make_adapter(hospital(), as_login(postgres_source, "phr_nobody")), faults.SOURCE_LOGIN)
    postgres_source.run(f"ALTER ROLE {login} NOLOGIN")
    refused(make_adapter(hospital(), as_login(postgres_source, login)), faults.SOURCE_LOGIN)
    postgres_source.run(f"ALTER ROLE {login} LOGIN")
    postgres_source.run(f"REVOKE CONNECT ON DATABASE {make_url(postgres_source.url).database} FROM PUBLIC")
    refused(make_adapter(hospital(), as_login(postgres_source, login)), faults.SOURCE_LOGIN)


def test_unknown_database(postgres_url: str) -> None:
    error = refused(
        make_adapter(hospital(), with_url(postgres_url, database="phr_nowhere")),
        faults.SOURCE_DATABASE_MISSING,
    )
    assert "phr_nowhere" not in "".join(traceback.format_exception(error))


def test_unreachable_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    adapter = make_adapter(hospital(), f"postgresql://reader:hidden-word@127.0.0.1:{port}/hos")
    error = refused(adapter, faults.SOURCE_UNREACHABLE)
    assert "hidden-word" not in "".join(traceback.format_exception(error))


def test_too_many_connections(postgres_source: Source, login: str) -> None:
    url = select_only(postgres_source, login)
    postgres_source.run(f"ALTER ROLE {login} CONNECTION LIMIT 1")
    with make_adapter(hospital(), url).open():
        refused(make_adapter(hospital(), url), faults.SOURCE_UNREACHABLE)


def test_other_drivers_are_not_read() -> None:
    with pytest.raises(StopHospital) as caught:
        make_adapter(hospital(), "postgresql+psycopg2://u:hidden-word@h/x")
    assert caught.value.fault is faults.CONNECTION_MISSING


# -- rights -------------------------------------------------------------------------------------------


def test_tables_and_columns_that_were_not_granted(postgres_source: Source, login: str) -> None:
    source = postgres_source
    source.visit()
    source.patient()
    url = select_only(source, login)
    source.run(f"REVOKE SELECT ON ovstdiag FROM {login}")
    refused(make_adapter(hospital(), url), faults.SOURCE_TABLE_MISSING, "ovstdiag")
    # rights on single columns: everything else does not exist for us
    for table in CATALOGUE.tables:
        wanted = CATALOGUE.required.get(table, frozenset()) | CATALOGUE.joined.get(table, frozenset())
        source.run(f"REVOKE SELECT ON {table} FROM {login}")
        source.run(f"GRANT SELECT ({', '.join(sorted(wanted))}) ON {table} TO {login}")
    adapter = make_adapter(hospital(), url)
    with adapter.open() as snapshot:
        assert len(snapshot.source("encounter").documents([VN])["visit"]) == 1
    report = adapter.probe()
    assert "doctor.licenseno" in report.missing_optional
    assert report.writable is False
    source.run(f"REVOKE SELECT (cid) ON patient FROM {login}")
    refused(make_adapter(hospital(), url), faults.SOURCE_COLUMN_MISSING, "patient.cid")


def test_a_right_that_is_taken_away_during_a_read(postgres_source: Source, login: str) -> None:
    adapter = make_adapter(hospital(), select_only(postgres_source, login))
    with adapter.open() as snapshot:
        postgres_source.run(f"REVOKE SELECT ON drugitems FROM {login}")
        with pytest.raises(StopHospital) as caught:
            snapshot.source("encounter").documents([VN])
    assert (caught.value.fault, caught.value.detail) == (
        faults.SOURCE_LOGIN,
        "InsufficientPrivilege 42501",
    )


@pytest.mark.parametrize(
    "given",
    [
        "GRANT INSERT ON patient TO {0}",
        "GRANT UPDATE (cid) ON patient TO {0}",
        "GRANT TRUNCATE ON ovst TO {0}",
        "ALTER TABLE clinic OWNER TO {0}",
        "ALTER ROLE {0} CREATEROLE",
        "GRANT pg_write_all_data TO {0}",
        "GRANT pg_execute_server_program TO {0}",
    ],
)
def test_an_account_that_may_write_is_told(postgres_source: Source, login: str, given: str) -> None:
    url = select_only(postgres_source, login)
    # a read-only session is no protection: the account may lift it again
    postgres_source.run(f"ALTER ROLE {login} SET default_transaction_read_only = on")
    report = make_adapter(hospital(), url).probe()
    assert (report.writable, report.problems, report.warnings) == (False, [], [])
    postgres_source.run(given.format(login))
    report = make_adapter(hospital(), url).probe()
    assert [warning.fault for warning in report.warnings] == [faults.SOURCE_WRITABLE]


def test_a_role_the_account_may_switch_to_counts(postgres_source: Source, login: str) -> None:
    url = select_only(postgres_source, login)
    postgres_source.run(f"CREATE ROLE {login}_w")
    try:
        postgres_source.run(f"GRANT DELETE ON ovst TO {login}_w")
        postgres_source.run(f"ALTER ROLE {login} NOINHERIT")
        postgres_source.run(f"GRANT {login}_w TO {login}")
        assert make_adapter(hospital(), url).probe().writable is True
    finally:
        postgres_source.run(f"DROP OWNED BY {login}_w")
        postgres_source.run(f"DROP ROLE {login}_w")


def test_even_a_powerful_account_cannot_write_in_a_snapshot(postgres_source: Source) -> None:
    with make_adapter(hospital(), postgres_source.url).open() as snapshot:
        connection = snapshot._reader.connection  # type: ignore[attr-defined]
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
        with pytest.raises(DBAPIError, match="read-only transaction"):
            connection.execute(text("INSERT INTO spclty (spclty) VALUES ('99')"))


# -- slow and lost ------------------------------------------------------------------------------------


def _fault_of_counting(source: Source) -> tuple[Fault, str]:
    adapter = make_adapter(hospital(), source.url)
    with pytest.raises(StopHospital) as caught, adapter.open() as snapshot:
        snapshot.source("encounter").count([DAY])
    return caught.value.fault, caught.value.detail


def test_statements_have_a_time_limit(postgres_source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phr.his.dialects.base.READ_SECONDS", 1)
    postgres_source.visit()
    postgres_source.insert("ipt", an="1", vn=VN)
    postgres_source.run("ALTER TABLE ipt RENAME TO ipt_of_the_his")
    postgres_source.run("CREATE VIEW ipt AS SELECT * FROM ipt_of_the_his WHERE pg_sleep(5) IS NOT NULL")
    assert _fault_of_counting(postgres_source) == (faults.SOURCE_QUERY, "QueryCanceled 57014")


def test_waiting_for_a_lock_has_a_time_limit(
    postgres_source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phr.his.dialects.postgres.LOCK_SECONDS", 1)
    with postgres_source.engine.begin() as connection:
        connection.execute(text("LOCK TABLE ipt IN ACCESS EXCLUSIVE MODE"))
        assert _fault_of_counting(postgres_source) == (faults.SOURCE_QUERY, "LockNotAvailable 55P03")


def test_connection_lost_in_the_middle_of_a_read(postgres_source: Source) -> None:
    source = postgres_source
    adapter = make_adapter(hospital(), source.url)
    source.run(
        "INSERT INTO ovst (hos_guid, vn, hn, vstdate, vsttime, ovstost)"
        f" SELECT n, n, '{HN}', '{DAY}', '08:00:00', '01' FROM generate_series(100000, 120000) n"
    )
    with adapter.open() as snapshot:
        reader = snapshot._reader  # type: ignore[attr-defined]
        process = reader.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        rows = reader.rows("touched", "window", snapshot.source("encounter")._window([DAY]))  # type: ignore[attr-defined]
        next(rows)
        source.run(f"SELECT pg_terminate_backend({process})")
        with pytest.raises(StopHospital) as caught:
            list(rows)
    assert caught.value.fault is faults.SOURCE_UNREACHABLE
    with adapter.open() as snapshot:
        assert snapshot.source("encounter").count([DAY])[DAY].total == 20001


def test_a_reader_that_stops_asking_is_let_go(
    postgres_source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phr.his.dialects.postgres.IDLE_SECONDS", 1)
    with make_adapter(hospital(), postgres_source.url).open() as snapshot:
        time.sleep(2)
        with pytest.raises(StopHospital) as caught:
            snapshot.source("encounter").count([DAY])
    assert caught.value.fault is faults.SOURCE_UNREACHABLE


def test_a_failing_query_shows_no_values(postgres_source: Source) -> None:
    postgres_source.visit()
    postgres_source.patient()
    adapter = make_adapter(hospital(), postgres_source.url)
    with adapter.open():
        pass  # the names are sampled now, so that the next snapshot does not lock the table
    with adapter.open() as snapshot:
        postgres_source.run("DROP TABLE patient")
        with pytest.raises(StopHospital) as caught:
            snapshot.source("encounter").documents([VN])
    assert caught.value.fault is faults.SOURCE_TABLE_MISSING
    shown = "".join(traceback.format_exception(caught.value))
    for secret in (VN, CID, HN, "patient WHERE"):
        assert secret not in shown


# -- where the tables are -----------------------------------------------------------------------------


def test_schemas_views_and_materialised_views(postgres_source: Source, login: str) -> None:
    source = postgres_source
    source.visit()
    source.patient()
    source.run("CREATE SCHEMA dw_99001")
    for table in CATALOGUE.tables:
        source.run(f"ALTER TABLE {table} SET SCHEMA dw_99001")
    source.run("ALTER TABLE dw_99001.ovst RENAME TO ovst_copy")
    source.run("CREATE MATERIALIZED VIEW dw_99001.ovst AS SELECT * FROM dw_99001.ovst_copy")
    source.run("ALTER TABLE dw_99001.patient RENAME TO patient_copy")
    source.run("CREATE VIEW dw_99001.patient AS SELECT * FROM dw_99001.patient_copy")
    source.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA dw_99001 TO {login}")
    # a table of that name elsewhere is another one
    source.run("CREATE TABLE public.ovst (vn INT)")
    refused(make_adapter(hospital(), as_login(source, login)), faults.SOURCE_TABLE_MISSING)
    there = as_login(source, login, options="-csearch_path=dw_99001")
    refused(make_adapter(hospital(), there), faults.SOURCE_TABLE_MISSING)  # no right to use the schema
    source.run(f"GRANT USAGE ON SCHEMA dw_99001 TO {login}")
    with make_adapter(hospital(), there).open() as snapshot:
        assert len(snapshot.source("encounter").documents([VN])["patient"]) == 1


def test_foreign_tables_are_named(postgres_source: Source) -> None:
    source = postgres_source
    source.run("CREATE FOREIGN DATA WRAPPER elsewhere")
    source.run("CREATE SERVER other FOREIGN DATA WRAPPER elsewhere")
    source.run("DROP TABLE thaiaddress")
    source.run("CREATE FOREIGN TABLE thaiaddress (addressid TEXT) SERVER other")
    assert make_adapter(hospital(), source.url).probe().non_transactional == ("thaiaddress",)


def test_statements_that_start_at_visits_are_joined_in_order(postgres_source: Source) -> None:
    with make_adapter(hospital(), postgres_source.url).open() as snapshot:
        reader = snapshot._reader  # type: ignore[attr-defined]
        limits = []
        for name, scope in (("drug_dispense", "vns"), ("dose_epi", "person_cids"), ("visit", "vns")):
            list(reader.by_keys(name, scope, [VN]))
            limits.append(reader.connection.info["join_collapse_limit"])
            shown = reader.connection.connection.execute("SHOW join_collapse_limit").fetchone()
            limits += shown
        assert limits == ["1", "1", "DEFAULT", "8", "1", "1"]


def test_the_session_of_the_account_changes_nothing(postgres_source: Source, login: str) -> None:
    url = select_only(postgres_source, login)
    postgres_source.run(f"ALTER ROLE {login} SET datestyle = 'SQL, DMY'")
    postgres_source.run(f"ALTER ROLE {login} SET timezone = 'America/New_York'")
    postgres_source.visit(vstdate="2569-01-12")
    postgres_source.patient()
    postgres_source.run("ALTER TABLE ovst_vaccine ALTER immunization_datetime TYPE TIMESTAMPTZ")
    with make_adapter(hospital(), url).open() as snapshot:
        assert abs((snapshot.taken_at - datetime.now(UTC)).total_seconds()) < 60
        (visit,) = snapshot.source("encounter").documents([VN])["visit"]
        assert (visit.service_day, visit.start_time) == ("2026-01-12", "08:30:15")  # type: ignore[union-attr]


# -- charsets -----------------------------------------------------------------------------------------

THAI = "น้ำฝน"


def _in_encoding(postgres_url: str, encoding: str, client: str, name: str) -> Source:
    database = f"{make_url(postgres_url).database}_{encoding.lower()}"
    run(
        postgres_url,
        f"CREATE DATABASE {database} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )
    written = make_url(postgres_url).set(database=database, query={"client_encoding": client})
    source = on_postgres(written.render_as_string(hide_password=False))
    source.insert("opdconfig", hospitalcode="99001")
    source.visit()
    for number in range(6):
        source.patient(str(number), hos_guid=f"{{{number}}}", fname=name, pname="", lname="ทดสอบ")
    source.patient(fname=name)
    source.url = with_url(postgres_url, database=database)
    return source


@pytest.mark.parametrize(
    ("encoding", "client", "setting", "readable"),
    [
        ("UTF8", "UTF8", "auto", True),
        ("UTF8", "UTF8", "tis620", True),
        ("WIN874", "UTF8", "auto", True),
        ("WIN874", "UTF8", "tis620", True),
        # SQL_ASCII: the server knows no charset, the bytes are whatever the HIS wrote
        ("SQL_ASCII", "UTF8", "auto", True),
        ("SQL_ASCII", "WIN874", "auto", False),
        ("SQL_ASCII", "WIN874", "tis620", True),
        ("SQL_ASCII", "UTF8", "tis620", False),
    ],
)
def test_charsets(postgres_url: str, encoding: str, client: str, setting: str, readable: bool) -> None:
    source = _in_encoding(postgres_url, encoding, client, THAI)
    adapter = make_adapter(hospital(source_charset=setting), source.url)
    try:
        if readable:
            with adapter.open() as snapshot:
                assert snapshot.source("encounter").documents([VN])["patient"][0][3] == THAI
        else:
            error = refused(adapter, faults.SOURCE_CHARSET)
            assert THAI not in "".join(traceback.format_exception(error))
    finally:
        source.engine.dispose()
        run(postgres_url, f"DROP DATABASE {make_url(source.url).database} WITH (FORCE)")


def test_a_letter_the_connection_cannot_carry(postgres_source: Source) -> None:
    postgres_source.visit()
    postgres_source.patient(fname="สมศรี 😀")
    with make_adapter(hospital(), postgres_source.url).open() as snapshot:
        assert snapshot.source("encounter").documents([VN])["patient"][0][3] == "สมศรี 😀"
    refused(
        make_adapter(hospital(source_charset="tis620"), postgres_source.url), faults.SOURCE_CHARSET, "22P05"
    )
