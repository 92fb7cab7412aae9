"""The store: a reset leaves nothing, an earlier version's file is taken over, a dump is of one moment."""

from __future__ import annotations

import sqlite3

from phr_sandbox.national.dump import dump
from phr_sandbox.national.schema import CONTENT_TABLES
from phr_sandbox.national.store import STORE_FILE, EncounterWrite, Store

OLD_ENCOUNTERS = (
    "CREATE TABLE encounters (ref TEXT PRIMARY KEY, hospital_code TEXT NOT NULL, cid TEXT NOT NULL,"
    " service_date TEXT NOT NULL, received_at REAL NOT NULL, seq INTEGER NOT NULL, writes INTEGER NOT NULL,"
    " body_sha256 TEXT NOT NULL, body BLOB NOT NULL)"
)


def visit(vn):
    body = b'{"Encounter": [{"period": {"start": "2025-01-15T08:30:00.000Z"}}]}'
    return EncounterWrite(f"99999:{vn}", "99999", "1111111111119", "2025-01-15", body, children=())


def test_a_reset_empties_every_table_there_is(tmp_path):
    store = Store(tmp_path)
    tables = {row["name"] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    store.close()
    assert tables - {"meta"} == set(CONTENT_TABLES)


def test_a_store_of_an_earlier_version_keeps_its_visits(tmp_path):
    with sqlite3.connect(tmp_path / STORE_FILE) as old:
        old.execute(OLD_ENCOUNTERS)
        old.execute("INSERT INTO encounters VALUES ('99999:V1','99999','1','2025-01-15',0,1,1,'','{}')")
    store = Store(tmp_path)
    store.write_encounter(visit("V2"), merge=False)
    assert [(row["ref"], row["sender"]) for row in store.rows("SELECT * FROM encounters ORDER BY ref")] == [
        ("99999:V1", ""),
        ("99999:V2", ""),
    ]
    store.close()


def test_a_dump_is_of_one_moment_and_holds_up_no_write(tmp_path):
    store = Store(tmp_path)
    for number in range(600):
        store.write_encounter(visit(f"V{number:03}"), merge=False)
    store.db.commit()
    chunks = dump(store, "99999")
    first = next(chunks)
    assert 0 < first.count(b"\n") < 600
    store.write_encounter(visit("V999"), merge=False)
    store.remove_encounter("99999:V599", forget_mask=True)
    store.merge_register("99999", "1111111111119", "Immunization", [("V999|815", b"{}")])
    store.db.commit()
    text = first + b"".join(chunks)
    assert text.count(b"\n") == 600
    assert b"99999:V599" in text
    assert b"99999:V999" not in text
    store.close()
