"""A source that is missing, foreign, spoilt or too powerful: numbered faults, and no row data in them."""

from __future__ import annotations

import socket
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hosxp_source import CID, DAY, VN, Source, hospital, on_mariadb
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from phr import faults
from phr.errors import Fault, StopHospital
from phr.his import Adapter, make_adapter
from phr.his.system import system

CATALOGUE = system("hosxp")


def refused(adapter: Adapter, fault: Fault, detail: str = "") -> StopHospital:
    with pytest.raises(StopHospital) as caught, adapter.open():
        pass
    assert caught.value.fault is fault, caught.value.detail
    assert caught.value.hospital == "99001"
    assert detail in caught.value.detail
    return caught.value


def with_url(url: str, **parts: object) -> str:
    return make_url(url).set(**parts).render_as_string(hide_password=False)  # type: ignore[arg-type]


def test_probe_of_a_good_source(source: Source, adapter: Adapter) -> None:
    for number in range(6):
        source.patient(f"{number}")
    source.visit()
    source.visit("690115", vstdate="2569-01-15")
    source.visit("future", vstdate="2199-01-01")
    report = adapter.probe()
    assert (report.problems, report.missing_required) == ([], {})
    assert (report.hospital_code, report.thai_text) == ("99001", "ok")
    assert report.last_visit_day == DAY
    assert report.undated_visits == 0
    assert "opitemrece" in report.found
    assert report.dialect in report.server_version.lower().replace("mariadb", "mysql")
    assert report.missing_optional == ()
    assert report.writable is (report.dialect != "sqlite")  # the test server's administrator
    assert [w.fault for w in report.warnings] == ([faults.SOURCE_WRITABLE] if report.writable else [])


@pytest.mark.parametrize("table", ["ovst", "opitemrece", "opdconfig"])
def test_missing_required_table(source: Source, adapter: Adapter, table: str) -> None:
    source.run(f"DROP TABLE {table}")
    refused(adapter, faults.SOURCE_TABLE_MISSING, table)
    assert table in adapter.probe().missing_required


def test_missing_required_column(source: Source, adapter: Adapter) -> None:
    source.run("ALTER TABLE ovst DROP COLUMN ovstost")
    refused(adapter, faults.SOURCE_COLUMN_MISSING, "ovst.ovstost")
    assert list(adapter.probe().missing_required) == ["ovst.ovstost"]


def test_column_that_disappears_between_two_snapshots(source: Source, adapter: Adapter) -> None:
    source.visit()
    with adapter.open() as snapshot:
        snapshot.source("encounter").documents([VN])
    source.run("ALTER TABLE opdscreen DROP COLUMN spo2")
    with adapter.open() as snapshot, pytest.raises(StopHospital) as caught:
        snapshot.source("encounter").documents([VN])
    assert caught.value.fault in (faults.SOURCE_COLUMN_MISSING, faults.SOURCE_QUERY)


def test_only_required_columns_are_enough(source: Source, adapter: Adapter) -> None:
    """An old HOSxP without anything optional: proves that no SELECT uses an undeclared column."""
    for table in CATALOGUE.joined:
        source.run(f"DROP TABLE {table}")
    for table, columns in CATALOGUE.optional.items():
        if table in CATALOGUE.required:
            for index in _indexes_on(source, table, columns):
                on_table = f" ON {table}" if source.engine.dialect.name == "mysql" else ""
                source.run(f"DROP INDEX {index}{on_table}")
            for column in columns:
                source.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    source.visit(pttype="10", an="")
    source.patient()
    source.insert("opdscreen", hos_guid="{S}", vn=VN, bw=60, cc="ไข้")
    source.insert("drugitems", icode="1", name="A")
    source.insert("opitemrece", hos_guid="{D}", vn=VN, icode="1", qty=1, vstdate=DAY.isoformat())
    source.insert("lab_head", lab_order_number=1, vn=VN)
    source.insert("lab_order", lab_order_number=1, lab_items_code=2, lab_order_result="5", confirm="Y")
    source.insert("ovstdiag", ovst_diag_id=3, vn=VN, icd10="J00")
    source.insert("oapp", oapp_id=4, vn=VN, nextdate="2026-03-01")
    with adapter.open() as snapshot:
        assert list(snapshot.source("encounter").touched([DAY])) == [VN]
        counted = snapshot.source("encounter").count_rows([DAY])
        found = snapshot.source("encounter").documents([VN])
    assert counted == dict.fromkeys(counted, 1) | {"screening": 0}
    assert found.pop("screening") == []  # all its columns are optional
    assert all(len(rows) == 1 for rows in found.values()), {t: len(r) for t, r in found.items()}
    report = adapter.probe()
    assert report.problems == []
    assert {"ipt", "ovst.anonymous_visit", "person"} <= set(report.missing_optional)


def _indexes_on(source: Source, table: str, columns: frozenset[str]) -> list[str]:
    from sqlalchemy import inspect

    return [
        str(index["name"])
        for index in inspect(source.engine).get_indexes(table)
        if columns & {str(c) for c in index["column_names"]}
    ]


def test_schema_and_sql_have_a_fingerprint(source: Source, adapter: Adapter) -> None:
    before = adapter.probe().fingerprint
    assert adapter.probe().fingerprint == before
    source.run("ALTER TABLE opdscreen DROP COLUMN spo2")
    assert adapter.probe().fingerprint != before


@pytest.mark.parametrize("code", ["99002", "", None])
def test_database_of_another_hospital(source: Source, adapter: Adapter, code: str | None) -> None:
    with adapter.open():
        pass
    source.run("UPDATE opdconfig SET hospitalcode = :code", code=code)
    refused(adapter, faults.SOURCE_WRONG_HOSPITAL, code or "nothing")


def test_database_of_two_hospitals(source: Source, adapter: Adapter) -> None:
    source.insert("opdconfig", hospitalcode="99002")
    refused(adapter, faults.SOURCE_WRONG_HOSPITAL)


@pytest.mark.mariadb
@pytest.mark.parametrize("minutes", [-11, 11])
def test_clock_far_off(mariadb_source: Source, minutes: int) -> None:
    def now() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    adapter = make_adapter(hospital(), mariadb_source.url, now=now)
    refused(adapter, faults.SOURCE_CLOCK, "minutes")


@pytest.mark.mariadb
@pytest.mark.parametrize("charset", ["latin1", "ascii"])
def test_wrong_charset(mariadb_source: Source, charset: str) -> None:
    for number in range(8):
        mariadb_source.patient(str(number))
    url = mariadb_source.url.replace("charset=utf8mb4", f"charset={charset}")
    error = refused(make_adapter(hospital(), url), faults.SOURCE_CHARSET)
    assert "สมศรี" not in str(error)
    with make_adapter(hospital(source_charset="tis620"), url).open() as snapshot:
        assert snapshot.source("encounter").documents([VN])["visit"] == []


@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("charset", "stored"), [("tis620", "utf8mb4"), ("utf8mb4", "tis620"), ("auto", "utf8mb3")]
)
def test_right_charsets(mariadb_url: str, charset: str, stored: str) -> None:
    source = on_mariadb(mariadb_url, stored)
    source.insert("opdconfig", hospitalcode="99001")
    source.visit()
    source.patient(fname="น้ำฝน")
    with make_adapter(hospital(source_charset=charset), source.url).open() as snapshot:
        assert snapshot.source("encounter").documents([VN])["patient"][0][3] == "น้ำฝน"


@pytest.mark.mariadb
def test_account_with_select_only(mariadb_source: Source) -> None:
    source = mariadb_source
    source.visit(pttype="10")
    source.patient()
    database = make_url(source.url).database
    user = f"ro_{str(database)[-8:]}"
    source.run(f"CREATE USER {user}@'%' IDENTIFIED BY 'Sandbox-only-1'")
    try:
        source.run(f"GRANT SELECT ON {database}.* TO {user}@'%'")
        url = with_url(source.url, username=user, password="Sandbox-only-1")
        adapter = make_adapter(hospital(), url)
        report = adapter.probe()
        assert (report.problems, report.writable) == ([], False)
        with adapter.open() as snapshot:
            visits = snapshot.source("encounter")
            assert len(visits.documents(list(visits.touched([DAY])))["patient"]) == 1
            assert visits.count_rows([DAY])["coverage"] == 1
        with pytest.raises(DBAPIError), create_engine(url).begin() as connection:
            connection.execute(text("INSERT INTO spclty (spclty) VALUES ('99')"))
        refused(make_adapter(hospital(), with_url(url, password="wrong")), faults.SOURCE_LOGIN, "1045")

        # rights on single columns, as an office may ask for: everything else does not exist for us
        source.run(f"REVOKE SELECT ON {database}.* FROM {user}@'%'")
        for table in CATALOGUE.tables:
            wanted = CATALOGUE.required.get(table, frozenset()) | CATALOGUE.joined.get(table, frozenset())
            if table != "doctor":
                source.run(f"GRANT SELECT ({', '.join(sorted(wanted))}) ON {database}.{table} TO {user}@'%'")
        refused(adapter := make_adapter(hospital(), url), faults.SOURCE_TABLE_MISSING, "doctor")
        source.run(f"GRANT SELECT (code, name) ON {database}.doctor TO {user}@'%'")
        with adapter.open() as snapshot:
            assert len(snapshot.source("encounter").documents([VN])["visit"]) == 1
        assert "doctor.licenseno" in adapter.probe().missing_optional
        assert adapter.probe().writable is False
    finally:
        source.run(f"DROP USER {user}@'%'")


@pytest.mark.mariadb
def test_even_a_powerful_account_cannot_write_in_a_snapshot(mariadb_source: Source) -> None:
    with make_adapter(hospital(), mariadb_source.url).open() as snapshot:
        connection = snapshot._reader.connection  # type: ignore[attr-defined]
        with pytest.raises(DBAPIError, match=r"1792|READ ONLY"):
            connection.execute(text("INSERT INTO spclty (spclty) VALUES ('99')"))


def test_sqlite_replica_cannot_be_written(sqlite_source: Source) -> None:
    with make_adapter(hospital(), sqlite_source.url).open() as snapshot:
        connection = snapshot._reader.connection  # type: ignore[attr-defined]
        with pytest.raises(DBAPIError, match="readonly"):
            connection.execute(text("INSERT INTO spclty (spclty) VALUES ('99')"))


@pytest.mark.mariadb
def test_tables_without_transactions_are_named(mariadb_source: Source) -> None:
    mariadb_source.run("ALTER TABLE clinic ENGINE = MyISAM")
    assert make_adapter(hospital(), mariadb_source.url).probe().non_transactional == ("clinic",)


def test_unreachable_server() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    adapter = make_adapter(hospital(), f"mysql+pymysql://reader:hidden-word@127.0.0.1:{port}/hos")
    error = refused(adapter, faults.SOURCE_UNREACHABLE, "2003")
    assert "hidden-word" not in "".join(traceback.format_exception(error))


def test_missing_or_foreign_file(tmp_path: Path) -> None:
    refused(make_adapter(hospital(), f"sqlite:///{tmp_path / 'none.sqlite'}"), faults.SOURCE_UNREACHABLE)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "other.sqlite").write_text("not a database at all, but long enough to be read as one" * 20)
    refused(make_adapter(hospital(), f"sqlite:///{tmp_path / 'other.sqlite'}"), faults.SOURCE_QUERY)


@pytest.mark.mariadb
def test_unknown_database(mariadb_url: str) -> None:
    nowhere = make_adapter(hospital(), with_url(mariadb_url, database="phr_nowhere"))
    error = refused(nowhere, faults.SOURCE_DATABASE_MISSING, "1049")
    assert "schema name" in error.message()
    assert "phr_nowhere" not in error.message()


@pytest.mark.parametrize(
    "url", ["oracle://u:hidden-word@h/x", "hidden-word", "", "mysql+nodriver://u:hidden-word@h/x"]
)
def test_urls_that_are_not_read(url: str) -> None:
    with pytest.raises(StopHospital) as caught:
        make_adapter(hospital(), url)
    assert caught.value.fault is faults.CONNECTION_MISSING
    assert "hidden-word" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.mariadb
def test_a_failing_query_shows_no_values(mariadb_source: Source) -> None:
    mariadb_source.visit()
    mariadb_source.patient()
    adapter = make_adapter(hospital(), mariadb_source.url)
    with adapter.open():
        pass  # the names are sampled now, so that the next snapshot does not lock the table
    with adapter.open() as snapshot:
        mariadb_source.run("DROP TABLE patient")
        with pytest.raises(StopHospital) as caught:
            snapshot.source("encounter").documents([VN])
    shown = "".join(traceback.format_exception(caught.value))
    for secret in (VN, CID, "000000012", "SELECT"):
        assert secret not in shown
    assert "patient WHERE" not in shown


@pytest.mark.mariadb
def test_connection_lost_in_the_middle(mariadb_source: Source) -> None:
    adapter = make_adapter(hospital(), mariadb_source.url)
    with adapter.open() as snapshot:
        connection = snapshot._reader.connection  # type: ignore[attr-defined]
        mariadb_source.run(f"KILL {connection.execute(text('SELECT CONNECTION_ID()')).scalar_one()}")
        with pytest.raises(StopHospital) as caught:
            snapshot.source("encounter").count([DAY])
    assert caught.value.fault is faults.SOURCE_UNREACHABLE
    with adapter.open() as snapshot:
        assert snapshot.source("encounter").count([DAY])[DAY].total == 0


@pytest.mark.mariadb
def test_statements_have_a_time_limit(mariadb_source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phr.his.dialects.base.READ_SECONDS", 1)
    with make_adapter(hospital(), mariadb_source.url).open() as snapshot:
        connection = snapshot._reader.connection  # type: ignore[attr-defined]
        with pytest.raises(DBAPIError, match="max_statement_time"):
            connection.execute(text("SELECT SLEEP(3)"))


def test_undecodable_text_in_sqlite(sqlite_source: Source, tmp_path: Path) -> None:
    sqlite_source.patient()
    sqlite_source.run("UPDATE patient SET fname = CAST(x'CACAC1' AS TEXT)")
    refused(make_adapter(hospital(), sqlite_source.url), faults.SOURCE_CHARSET)
