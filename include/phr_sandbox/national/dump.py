"""Everything the service holds of one hospital, as JSON lines that two runs can be compared by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from phr_sandbox.national.columns import CHILD_KINDS, child_columns, encounter_columns, patient_columns
from phr_sandbox.national.register_columns import REGISTER_COLUMNS, chronic_columns
from phr_sandbox.national.store import Store

#: lines that leave together
_CHUNK = 500
_PATIENTS = (
    "SELECT cid, body FROM patients WHERE cid IN (SELECT cid FROM encounters WHERE hospital_code = :h"
    " UNION SELECT cid FROM registers WHERE hospital_code = :h"
    " UNION SELECT cid FROM chronic WHERE hospital_code = :h) ORDER BY cid"
)
_ENCOUNTERS = (
    "SELECT e.*, e.ref IN (SELECT ref FROM masks) AS masked FROM encounters e"
    " WHERE hospital_code = :h ORDER BY ref"
)
_SUMMARIES = (
    "SELECT period_start, opd_encounter_count, ipd_encounter_count, ipd_discharge_count FROM summaries"
    " WHERE hospital_code = :h ORDER BY period_start"
)
_REPORTS = (
    "SELECT r.cid, r.ref AS encounter_ref_code, r.reason_text FROM reports r"
    " JOIN encounters e ON e.ref = r.ref WHERE e.hospital_code = :h ORDER BY r.ref, r.cid"
)


def dump(store: Store, hospital_code: str) -> Iterator[bytes]:
    """JSON lines ``{"kind", ...columns}`` in chunks, always in the same order, of one moment.

    Columns are those of the read side; lines about a person hold the ``cid`` too. What differs from run to
    run (clock times of receipt, sequence numbers, number of writes, sender) is left out.
    """
    db = store.reader()
    try:
        db.execute("BEGIN")
        block: list[bytes] = []
        for line in _lines(db, hospital_code):
            block.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            if len(block) == _CHUNK:
                yield b"".join(block)
                block.clear()
        yield b"".join(block)
    finally:
        db.close()


def _lines(db: sqlite3.Connection, hospital_code: str) -> Iterator[dict[str, Any]]:
    def rows(sql: str, **more: str) -> sqlite3.Cursor:
        return db.execute(sql, {"h": hospital_code, **more})

    for row in rows(_PATIENTS):
        yield {"kind": "Patient", "cid": row["cid"], **patient_columns(orjson.loads(row["body"]))}
    for row in rows(_ENCOUNTERS):
        children = db.execute("SELECT * FROM children WHERE ref = ? ORDER BY kind, key_md5", (row["ref"],))
        yield from _visit(row, children.fetchall())
    for kind, columns in REGISTER_COLUMNS.items():
        held = rows(
            "SELECT * FROM registers WHERE hospital_code = :h AND kind = :k ORDER BY cid, key", k=kind
        )
        yield from _register(kind, held, columns)
    chronic = rows("SELECT * FROM chronic WHERE hospital_code = :h ORDER BY ref_code")
    yield from _register("ChronicDiseaseRegister", chronic, chronic_columns)
    for row in rows(_REPORTS):
        yield {"kind": "Report", **dict(row)}
    for row in rows(_SUMMARIES):
        yield {"kind": "EncounterSummary", "organization_code": hospital_code, **dict(row)}


def _visit(row: sqlite3.Row, children: list[sqlite3.Row]) -> Iterator[dict[str, Any]]:
    stored = dict(row)
    vitals = [dict(child) for child in children]
    yield {
        "kind": "Encounter",
        "cid": stored["cid"],
        **encounter_columns(stored, vitals, masked=bool(stored["masked"])),
    }
    for child in vitals:
        if child["kind"] in CHILD_KINDS:
            yield {"kind": child["kind"], **child_columns(child)}


def _register(
    kind: str, rows: sqlite3.Cursor, columns: Callable[[dict[str, Any]], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        stored = dict(row)
        yield {"kind": kind, "cid": stored["cid"], **columns(stored)}
