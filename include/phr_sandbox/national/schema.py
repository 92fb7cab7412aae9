"""Tables of the double's store."""

from __future__ import annotations

import sqlite3

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS encounters (
  ref TEXT PRIMARY KEY, hospital_code TEXT NOT NULL, cid TEXT NOT NULL, service_date TEXT NOT NULL,
  received_at REAL NOT NULL, seq INTEGER NOT NULL, writes INTEGER NOT NULL, body_sha256 TEXT NOT NULL,
  body BLOB NOT NULL, sender TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS encounters_by_day ON encounters (hospital_code, service_date);
CREATE INDEX IF NOT EXISTS encounters_by_person ON encounters (cid);
CREATE TABLE IF NOT EXISTS children (
  ref TEXT NOT NULL, kind TEXT NOT NULL, key_md5 TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (ref, kind, key_md5)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS masks (ref TEXT PRIMARY KEY, cid TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reports (
  cid TEXT NOT NULL, ref TEXT NOT NULL, reason_text TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (cid, ref)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS removals (
  ref TEXT PRIMARY KEY, due REAL NOT NULL, deletion INTEGER NOT NULL, forget_mask INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registers (
  hospital_code TEXT NOT NULL, cid TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (hospital_code, cid, kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chronic (
  hospital_code TEXT NOT NULL, ref_code TEXT NOT NULL, cd_code TEXT NOT NULL, cid TEXT NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (hospital_code, ref_code)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS chronic_by_person ON chronic (cid);
CREATE TABLE IF NOT EXISTS summaries (
  hospital_code TEXT NOT NULL, period_start TEXT NOT NULL, opd_encounter_count INTEGER,
  ipd_encounter_count INTEGER, ipd_discharge_count INTEGER, writes INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (hospital_code, period_start)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS patients (
  cid TEXT PRIMARY KEY, hospital_code TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS agents (
  hospital_code TEXT NOT NULL, mode TEXT NOT NULL, at REAL NOT NULL, computer_name TEXT NOT NULL,
  status TEXT NOT NULL, PRIMARY KEY (hospital_code, mode)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logins (
  user TEXT PRIMARY KEY, failures INTEGER NOT NULL, locked_until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (
  seq INTEGER PRIMARY KEY, time REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, action TEXT NOT NULL,
  ref TEXT NOT NULL, hospital_code TEXT NOT NULL, http_status INTEGER NOT NULL, message_code INTEGER,
  fault TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS requests_by_ref ON requests (ref);
CREATE TABLE IF NOT EXISTS deletions (
  number INTEGER PRIMARY KEY, seq INTEGER NOT NULL, call TEXT NOT NULL, kind TEXT NOT NULL,
  hospital_code TEXT NOT NULL, ref TEXT NOT NULL, deleted TEXT NOT NULL);
"""

#: everything a reset empties
CONTENT_TABLES = (
    "encounters",
    "children",
    "masks",
    "reports",
    "removals",
    "registers",
    "chronic",
    "summaries",
    "patients",
    "agents",
    "logins",
    "requests",
    "deletions",
)


def make_tables(db: sqlite3.Connection) -> None:
    """Make what is missing; a store of an earlier version keeps its content."""
    db.executescript(_TABLES)
    if "sender" not in {row[1] for row in db.execute("PRAGMA table_info(encounters)")}:
        db.execute("ALTER TABLE encounters ADD COLUMN sender TEXT NOT NULL DEFAULT ''")
