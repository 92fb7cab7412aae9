"""The exports of a folder in one SQLite database in memory: the newest version of every row."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from phr import faults
from phr.errors import StopHospital
from phr.his.dialects.base import Columns
from phr.his.files43.archive import Export, read_exports
from phr.his.files43.lines import Records, decode, records
from phr.his.rows import BROKEN_LINE

HERE = Path(__file__).parent
#: kind of file -> the fields by which a later row replaces an earlier one (the standard's keys; of laboratory
#: results the visit too, or two visits of one day would share one)
KEYS: dict[str, tuple[str, ...]] = {
    "PERSON": ("PID",),
    "ADDRESS": ("PID", "ADDRESSTYPE"),
    "PROVIDER": ("PROVIDER",),
    "SERVICE": ("PID", "SEQ"),
    "DIAGNOSIS_OPD": ("PID", "SEQ", "DATE_SERV", "DIAGCODE"),
    "DRUG_OPD": ("PID", "SEQ", "DATE_SERV", "DIDSTD"),
    "LABFU": ("PID", "SEQ", "DATE_SERV", "LABTEST"),
    "APPOINTMENT": ("PID", "SEQ", "DATE_SERV", "APTYPE"),
    "EPI": ("PID", "DATE_SERV", "VACCINETYPE"),
    "DRUGALLERGY": ("PID", "DRUGALLERGY"),
    # not DATE_DIAG as well, or a corrected day would leave the old entry beside the new one
    "CHRONIC": ("PID", "CHRONIC"),
}
#: files whose rows belong to a visit
CHILDREN = ("DIAGNOSIS_OPD", "DRUG_OPD", "LABFU", "APPOINTMENT")
#: files of registers: a broken line in one keeps back every register that is made of it, and no visit
REGISTERS = ("EPI", "DRUGALLERGY", "CHRONIC")
DATES = frozenset({"BIRTH", "DDISCHARGE", "DATE_SERV", "APDATE", "DATERECORD", "DATE_DIAG", "DATE_DISCH"})
#: fields by which rows of one key are told apart, so that an export may have them in any order
_ORDER: dict[str, tuple[str, ...]] = {"DRUGALLERGY": ("DATERECORD", "DNAME"), "CHRONIC": ("DATE_DIAG",)}
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})?")


def open_export(root: Path, hcode: str, required: Columns, optional: Columns) -> sqlite3.Connection:
    """Everything under ``root`` as tables named like the files, in memory and read-only.

    :param required: table -> columns. No field is kept that is in neither (what is not needed is not read).
    :raises StopHospital: PHR-221..226, see :mod:`phr.his.files43.archive` and ``lines``.
    """
    exports = [(export, _parsed(export, hcode)) for export in read_exports(root, hcode)]
    exports.sort(key=lambda item: (_newest(item[1]), item[0].label))
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store = MEMORY")  # a sort must not spill to disk
    connection.execute("CREATE TABLE export_line (kind TEXT, file TEXT, what TEXT, lines INTEGER)")
    connection.execute("CREATE TABLE export_file (label TEXT)")
    connection.executemany("INSERT INTO export_file VALUES (?)", [(export.label,) for export, _ in exports])
    connection.execute("CREATE TABLE broken (pid TEXT, seq TEXT, day TEXT, export INTEGER)")
    _fill_labtests(connection)
    for kind in KEYS:
        found = [(n, parsed[kind]) for n, (_, parsed) in enumerate(exports) if kind in parsed]
        if found:
            name = kind.lower()
            must = required.get(name, frozenset())
            _fill(connection, kind, found, must | optional.get(name, frozenset()), must, hcode)
    for (kind, name, what), lines in sorted(_remarks(exports).items()):
        connection.execute("INSERT INTO export_line VALUES (?, ?, ?, ?)", (kind, name, what, lines))
    for statement in _arranging(connection):
        connection.execute(statement)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _parsed(export: Export, hcode: str) -> dict[str, Records]:
    found = {}
    for kind, (name, content) in export.files.items():
        text, unreadable = decode(content, name, hcode)
        found[kind] = records(kind, text, name, hcode)
        if unreadable:
            found[kind].counts["unreadable characters"] += unreadable
        if kind in ("SERVICE", "PERSON") and not found[kind].rows:
            raise StopHospital(faults.EXPORT_EMPTY, hospital=hcode, detail=name)
    return found


def _newest(parsed: dict[str, Records]) -> str:
    """The last D_UPDATE of an export: which of two is the later one."""
    stamps = [""]
    for found in parsed.values():
        if "D_UPDATE" in found.columns:
            place = found.columns.index("D_UPDATE")
            stamps += [fields[place].strip() for _, fields in found.rows]
    return max(stamps)


def _remarks(exports: Iterable[tuple[Export, dict[str, Records]]]) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for export, parsed in exports:
        for kind, found in parsed.items():
            for what, lines in found.counts.items():
                counts[kind, export.files[kind][0], what] += lines
    return counts


def _fill(
    connection: sqlite3.Connection,
    kind: str,
    found: list[tuple[int, Records]],
    wanted: frozenset[str],
    required: frozenset[str],
    hcode: str,
) -> None:
    """One table of a kind of file. What only some of the exports have is empty in the others, unless it is
    required: then it is missing in all.
    """
    common = set.intersection(*(set(part.columns) for _, part in found))
    every = dict.fromkeys(name for _, part in found for name in part.columns)
    columns = [
        name for name in every if name.lower() in wanted and (name in common or name.lower() not in required)
    ]
    names = [*(name.lower() for name in columns), "export", "line"]
    connection.execute(
        f"CREATE TABLE {kind.lower()} ({', '.join(f'{name} TEXT' for name in names[:-2])},"
        " export INTEGER, line INTEGER)"
    )
    marks = ", ".join("?" * len(names))
    for number, part in found:
        places = [part.columns.index(name) if name in part.columns else None for name in columns]
        rows = [*part.rows, *_broken(connection, kind, part, number, hcode)]
        connection.executemany(
            f"INSERT INTO {kind.lower()} VALUES ({marks})",  # noqa: S608 - our own names
            (
                (
                    *(
                        None if place is None else _value(name, fields[place])
                        for name, place in zip(columns, places, strict=True)
                    ),
                    number,
                    line,
                )
                for line, fields in rows
            ),
        )


def _broken(
    connection: sqlite3.Connection, kind: str, part: Records, export: int, hcode: str
) -> Iterator[tuple[int, list[str]]]:
    """What is left of broken lines: whom and which visit they belong to stands before any free text.

    The visit is marked, so that it is put aside whole until a later export has it. A broken line of PERSON or
    SERVICE is a row of its key. One of a register need not say whose it is: no register is read then.

    :raises StopHospital: PHR-226 when a line does not even say whom it belongs to.
    """
    if kind in ("ADDRESS", "PROVIDER", *REGISTERS):
        return
    lost, follows = 0, -2
    for place, (line, fields) in enumerate(part.broken):
        known = {name: fields[i].strip() for i, name in enumerate(part.columns) if i < len(fields)}
        if not re.fullmatch(r"[0-9]{5}", known.get("HOSPCODE", "").strip('"')):
            if follows != place - 1:  # not the tail of the broken line before it
                lost += 1
            follows = place
            continue
        follows = place
        pid, seq, day = (
            known.get("PID"),
            known.get("SEQ") or None,
            _value("DATE_SERV", known.get("DATE_SERV", "")),
        )
        if not pid or (kind != "PERSON" and not (seq or (day and _is_day(day)))):
            lost += 1
            continue
        if kind != "PERSON":
            connection.execute("INSERT INTO broken VALUES (?, ?, ?, ?)", (pid, seq, day, export))
        if kind in ("PERSON", "SERVICE"):
            keys = {"HOSPCODE", *KEYS[kind], *(("DATE_SERV",) if kind == "SERVICE" else ())}
            yield line, [known.get(name, "") if name in keys else "" for name in part.columns]
    if lost:
        detail = f"{kind}: {lost} lines do not say whose they are"
        raise StopHospital(faults.EXPORT_LINES, hospital=hcode, detail=detail)


def _is_day(text: str) -> bool:
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def _value(column: str, raw: str) -> str | None:
    """A field as the columns of a database hold it; dates and times of another shape stay as they are."""
    text = raw.strip()
    if not text:
        return None
    if column in DATES and (match := _DATE.fullmatch(text)):
        return f"{match[1]}-{match[2]}-{match[3]}"
    if column == "TIME_SERV" and (match := _TIME.fullmatch(text)):
        return f"{match[1]}:{match[2]}:{match[3] or '00'}"
    return text


@cache
def labtest_names() -> tuple[tuple[str, str], ...]:
    """(LABTEST, name) of the national list."""
    with (HERE / "labtest.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["labtest"], row["name"]) for row in csv.DictReader(file))


def _fill_labtests(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE labtest_name (labtest TEXT PRIMARY KEY, name TEXT)")
    connection.executemany("INSERT INTO labtest_name VALUES (?, ?)", labtest_names())


def _arranging(connection: sqlite3.Connection) -> Iterator[str]:
    """SQL that leaves one version of every row, in an order: people, visits, what belongs to visits.

    What is asked for of a table that lacks a column it needs is left to the adapter, which names the column.
    """
    has = {
        kind: {str(row[1]).upper() for row in connection.execute(f"PRAGMA table_info({kind.lower()})")}
        for kind in KEYS
    }
    needed = {kind: {"HOSPCODE", "D_UPDATE", *KEYS[kind], *_ORDER.get(kind, ())} for kind in KEYS}
    usable = [kind for kind in KEYS if needed[kind] <= has[kind]]
    for kind in ("PERSON", "ADDRESS", "PROVIDER", "SERVICE"):
        if kind in usable:
            yield _keep_newest(kind, "rowid", ", rowid DESC")
    if "PERSON" in usable and "HN" in has["PERSON"]:
        yield from _hospital_numbers()
    for kind in ("DRUGALLERGY", "CHRONIC"):
        if kind in usable:
            yield f"CREATE INDEX {kind.lower()}_person ON {kind.lower()} (pid)"
            yield from _numbered(kind)
    if "SERVICE" not in usable:
        return
    yield from _references()
    for kind in (*CHILDREN, "EPI"):
        if kind not in usable:
            continue
        name = kind.lower()
        yield f"CREATE INDEX {name}_visit ON {name} (pid, seq)"
        # of one person and day with a single visit there is no doubt which visit it was
        yield (
            f"UPDATE {name} SET seq = (SELECT s.seq FROM service s WHERE s.pid = {name}.pid"  # noqa: S608
            f" AND s.date_serv = {name}.date_serv) WHERE seq IS NULL AND 1 = (SELECT COUNT(*) FROM service s"
            f" WHERE s.pid = {name}.pid AND s.date_serv = {name}.date_serv)"
        )
        if kind in CHILDREN:
            # a visit that was exported again came with everything that belongs to it
            yield (
                f"DELETE FROM {name} WHERE EXISTS (SELECT 1 FROM service s WHERE s.pid = {name}.pid"  # noqa: S608
                f" AND s.seq = {name}.seq AND s.export > {name}.export)"
            )
            yield (
                "INSERT INTO export_line"  # noqa: S608 - our own names
                f" SELECT '{kind}', '{kind}', 'without a visit', COUNT(*) FROM {name} x WHERE NOT EXISTS"
                " (SELECT 1 FROM service s WHERE s.pid = x.pid AND s.seq = x.seq) HAVING COUNT(*) > 0"
            )
        yield from _numbered(kind)
    if "TIME_SERV" in has["SERVICE"]:
        yield (
            f"UPDATE service SET time_serv = '{BROKEN_LINE}' WHERE EXISTS (SELECT 1 FROM broken b"  # noqa: S608
            " WHERE b.export >= service.export"
            " AND (b.seq = service.seq OR (b.seq IS NULL AND b.pid = service.pid AND b.day = date_serv)))"
        )


def _numbered(kind: str) -> Iterator[str]:
    """Of rows of one key those of the newest export, and ``nth``: which of them a row is."""
    name = kind.lower()
    if kind == "DRUGALLERGY":  # of a drug without a code the name says which it is
        yield "UPDATE drugallergy SET drugallergy = dname WHERE LTRIM(COALESCE(drugallergy, ''), '0') = ''"
    yield _keep_newest(kind, "export", "")
    yield f"ALTER TABLE {name} ADD COLUMN nth INTEGER"
    same = ", ".join(f"COALESCE({key.lower()}, '')" for key in KEYS[kind])
    order = ", ".join((*(f"COALESCE({key.lower()}, '')" for key in _ORDER.get(kind, ())), "line"))
    yield (
        f"UPDATE {name} SET nth = q.n FROM (SELECT rowid AS id, ROW_NUMBER() OVER (PARTITION BY {same}"  # noqa: S608
        f" ORDER BY {order}) AS n FROM {name}) q WHERE q.id = {name}.rowid"
    )


def _keep_newest(kind: str, what: str, last: str) -> str:
    """Of rows of one key those of the latest D_UPDATE: the row, or all rows of the export it stands in."""
    name = kind.lower()
    keys = ", ".join(f"COALESCE({key.lower()}, '#' || rowid)" for key in KEYS[kind])
    return (
        f"DELETE FROM {name} WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, {what} AS mine,"  # noqa: S608
        f" FIRST_VALUE({what}) OVER (PARTITION BY {keys}"
        f" ORDER BY COALESCE(d_update, '') DESC, export DESC{last}) AS newest"
        f" FROM {name}) WHERE mine <> newest)"
    )


def _hospital_numbers() -> Iterator[str]:
    """``person.local``: the HN where it names one person, else the PID where it is nobody's HN."""
    yield "ALTER TABLE person ADD COLUMN local TEXT"
    yield "CREATE INDEX person_hn ON person (hn)"
    yield (
        "UPDATE person SET local = CASE"
        " WHEN hn IS NOT NULL AND 1 = (SELECT COUNT(*) FROM person o WHERE o.hn = person.hn) THEN hn"
        " WHEN NOT EXISTS (SELECT 1 FROM person o WHERE o.hn = person.pid) THEN pid ELSE 'PID' || pid END"
    )
    yield "CREATE INDEX person_pid ON person (pid)"
    yield "CREATE INDEX person_local ON person (local)"
    yield "CREATE INDEX person_cid ON person (cid)"


def _references() -> Iterator[str]:
    """``service.ref``: the SEQ where it names one visit, else ``~`` and a number, never that of a person."""
    yield "CREATE INDEX service_visit ON service (pid, seq)"
    yield "CREATE INDEX service_seq ON service (seq)"
    yield "CREATE INDEX service_day ON service (date_serv)"
    yield "ALTER TABLE service ADD COLUMN ref TEXT"
    yield (
        "UPDATE service SET ref = CASE WHEN seq IS NULL THEN '~' || export || ':' || line"
        " WHEN SUBSTR(seq, 1, 1) = '~' OR 1 < (SELECT COUNT(*) FROM service o WHERE o.seq = service.seq)"
        " THEN '~' || seq || ':' || (SELECT COUNT(*) FROM service o WHERE o.seq = service.seq"
        " AND o.rowid <= service.rowid) ELSE seq END"
    )
    yield "CREATE UNIQUE INDEX service_ref ON service (ref)"
