"""How fast laboratory results leave a HOSxP database, beside the bare driver on the same statement.

    python benchmarks/extract.py [--rows 1000000] [--db mysql postgresql] [--rounds 3]

Every measurement is a process of its own; cases take turns, so that a busy moment of the machine hits all of
them alike; the table shows medians, and the ratio to the driver of the same run.

* ``driver``: the adapter's own SELECT for all days at once, read with the driver's unbuffered cursor;
* ``statement``: the same SELECT through the adapter's reader, whole partitions of raw rows;
* ``documents``: what an extraction does: visits by thousands, each with its results as canonical rows (the
  other tables of a visit are there and empty).

Wall time counts the server and other work on the machine, CPU time is this process alone. ``more MB`` is the
growth of the peak over the imported process: flat memory is a number that does not grow with ``--rows``.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "include")]

HCODE = "99001"
PER_VISIT = 10
PER_DAY = 500
LAST_DAY = date(2026, 1, 31)
CASES = ("driver", "statement", "documents")
#: SQL that gives the numbers 0 .. n-1 as ``n``
NUMBERS = {
    "mysql": "SELECT seq AS n FROM seq_0_to_{last}",
    "postgresql": "SELECT n FROM generate_series(0, {last}) AS s(n)",
}
DAY = {
    "mysql": "DATE_SUB('{last}', INTERVAL (n DIV {per}) DAY)",
    "postgresql": "(DATE '{last}' - (n / {per}))",
}


def main() -> None:
    """Fill a database, measure, drop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--db", nargs="+", choices=tuple(NUMBERS), default=list(NUMBERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        print(json.dumps(_measure(given.case, given.url, given.rows)))
        return
    from phr_sandbox.conformance.databases import DATABASES

    print(f"{given.rows:,} laboratory results of {given.rows // PER_VISIT:,} visits, {given.rounds} rounds")
    print(f"{'':24}{'rows/s':>10}{'CPU us/row':>12}{'more MB':>9}{'of the driver':>15}")
    with ExitStack() as stack:
        for db in given.db:
            url = stack.enter_context(DATABASES[db]())
            _fill(db, url, given.rows)
            found: dict[str, list[dict[str, float]]] = {case: [] for case in CASES}
            for _round in range(given.rounds):
                for case in CASES:
                    found[case].append(_in_a_process(case, url, given.rows))
            _show(db, found)


def _show(db: str, found: dict[str, list[dict[str, float]]]) -> None:
    base = statistics.median(run["rate"] for run in found["driver"])
    for case, runs in found.items():
        rate, cpu, peak = (statistics.median(run[what] for run in runs) for what in ("rate", "cpu", "peak"))
        print(f"{db + ' ' + case:24}{rate:>10,.0f}{cpu:>12.1f}{peak:>9.0f}{rate / base:>15.2f}")


def _in_a_process(case: str, url: str, rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--case", case, "--url", url, "--rows", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _measure(case: str, url: str, rows: int) -> dict[str, float]:
    read: dict[str, Callable[[str, list[date]], int]] = {
        "driver": _by_driver,
        "statement": _by_statement,
        "documents": _by_documents,
    }
    days = [LAST_DAY - timedelta(days=n) for n in range(rows // PER_VISIT // PER_DAY + 1)]
    import phr.his.adapter  # noqa: F401 - not what is measured

    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    counted = read[case](url, days)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    if counted != rows:
        raise SystemExit(f"{case}: {counted} rows of {rows}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "rate": rows / seconds,
        "cpu": cpu / rows * 1e6,
        "peak": (after.ru_maxrss - before.ru_maxrss) / 1024,
    }


def _adapter(url: str) -> Any:
    from phr.his import make_adapter
    from phr.settings import Hospital

    return make_adapter(Hospital(hcode=HCODE, name_th="รพ.สมมติ", his="hosxp"), url)


def _statement(url: str, days: list[date]) -> tuple[str, Any, str]:
    """The adapter's SELECT of results, its parameters, and the driver that is used."""
    from sqlalchemy import make_url

    adapter = _adapter(url)
    with adapter.open() as snapshot:
        source = snapshot.source("encounter")
        clause = source._reader.statements.get("lab_result", "window")
        connection = source._reader.connection
        window = {n: v for n, v in source._window(days).items() if re.search(rf":{n}\b", clause.text)}
        compiled = clause.bindparams(**window).compile(
            connection, compile_kwargs={"render_postcompile": True}
        )
    values = [compiled.params[n] for n in compiled.positiontup] if compiled.positiontup else compiled.params
    return str(compiled), values, make_url(url).get_dialect().driver


def _by_driver(url: str, days: list[date]) -> int:
    from sqlalchemy import create_engine

    sql, values, driver = _statement(url, days)
    engine = create_engine(url)
    raw = engine.raw_connection()
    connection: Any = raw.driver_connection
    cursor: Any
    if driver == "psycopg":
        cursor = connection.cursor(name="bench")
        cursor.itersize = 2000
    elif driver == "pymysql":
        from pymysql.cursors import SSCursor

        cursor = connection.cursor(SSCursor)
    else:
        from MySQLdb.cursors import SSCursor as Unbuffered

        cursor = connection.cursor(Unbuffered)
    cursor.execute(sql, values)
    counted = 0
    while part := cursor.fetchmany(2000):
        counted += len(part)
    cursor.close()
    raw.close()
    return counted


def _by_statement(url: str, days: list[date]) -> int:
    with _adapter(url).open() as snapshot:
        source = snapshot.source("encounter")
        return sum(1 for _row in source._reader.rows("lab_result", "window", source._window(days)))


def _by_documents(url: str, days: list[date]) -> int:
    counted = 0
    with _adapter(url).open() as snapshot:
        source = snapshot.source("encounter")
        references = source.touched(days)
        while part := list(islice(references, 1000)):
            counted += len(source.documents(part)["lab_result"])
    return counted


def _fill(db: str, url: str, rows: int) -> None:
    from sqlalchemy import create_engine, text

    from phr_sandbox.conformance.loaders import loader

    engine = create_engine(url)
    loader("hosxp").create(engine)
    visits = rows // PER_VISIT
    numbers = NUMBERS[db].format(last=visits - 1)
    day = DAY[db].format(last=LAST_DAY, per=PER_DAY)
    as_text = "CAST(n AS CHAR(12))" if db == "mysql" else "CAST(n AS VARCHAR)"
    with engine.begin() as connection:
        for sql in _sql(numbers, day, as_text):
            connection.execute(text(sql))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("ovst", "lab_head", "lab_order", "patient"):
            connection.execute(text(f"ANALYZE {'TABLE ' if db == 'mysql' else ''}{table}"))
    engine.dispose()


def _sql(numbers: str, day: str, as_text: str) -> Iterator[str]:
    """Statements that fill the tables inside the server."""
    yield f"INSERT INTO opdconfig (hospitalcode, hospitalname) VALUES ('{HCODE}', 'รพ.สมมติ')"
    yield (
        "INSERT INTO lab_items (lab_items_code, lab_items_name, lab_items_unit, lab_items_normal_value,"
        " loinc_code, provis_labcode) SELECT n, 'การตรวจสมมติ', 'mg/dL', '70 - 110', '1558-6', '0531004'"
        f" FROM (SELECT n FROM ({numbers}) m WHERE n < {PER_VISIT}) q"
    )
    yield (
        "INSERT INTO patient (hos_guid, hn, pname, fname, lname, sex, birthday) VALUES"
        " ('{P}', '000000001', 'นาย', 'สมมติ', 'ทดสอบ', '1', '1980-02-03')"
    )
    yield (
        "INSERT INTO ovst (hos_guid, vn, hn, vstdate, vsttime, ovstost)"
        f" SELECT {as_text}, {as_text}, '000000001', {day}, '09:00:00', '01' FROM ({numbers}) q"
    )
    yield (
        "INSERT INTO lab_head"
        " (lab_order_number, vn, order_date, order_time, report_date, report_time, confirm_report)"
        f" SELECT n, {as_text}, {day}, '09:10:00', {day}, '10:20:00', 'Y' FROM ({numbers}) q"
    )
    yield (
        "INSERT INTO lab_order (lab_order_number, lab_items_code, lab_order_result, confirm)"
        " SELECT q.n, i.lab_items_code, '104.5', 'Y'"
        f" FROM ({numbers}) q CROSS JOIN lab_items i"
    )


if __name__ == "__main__":
    main()
