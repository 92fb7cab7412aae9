"""The HIS of nobody: tables in PostgreSQL, as the how-to "Connect any other HIS" supposes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Engine, text

from phr_sandbox.province.people import make_person

TABLES = """
CREATE TABLE tb_khonkhai (khid INTEGER PRIMARY KEY, hnno VARCHAR(9), idcard CHAR(13), title TEXT,
    fname_th TEXT, lname_th TEXT, sexcode CHAR(1), dob_be CHAR(8), house TEXT, mooban TEXT,
    tambon_cd CHAR(6), tel TEXT);
CREATE TABLE tb_dept (dept_cd INTEGER PRIMARY KEY, dept_th TEXT, clinic5 CHAR(5));
CREATE TABLE tb_staff (doc_id INTEGER PRIMARY KEY, doc_name TEXT, lic TEXT);
CREATE TABLE tb_right (right_cd CHAR(2) PRIMARY KEY, right_th TEXT, instype CHAR(4));
CREATE TABLE tb_opdcard (opd_id INTEGER PRIMARY KEY, khid INTEGER, in_dt TIMESTAMP, out_dt TIMESTAMP,
    stat CHAR(1), how_out CHAR(1), dept_cd INTEGER, doc_id INTEGER, right_cd CHAR(2), complaint TEXT);
CREATE TABLE tb_triage (opd_id INTEGER, wt NUMERIC(5,1), ht NUMERIC(5,1), temp NUMERIC(4,1), bp_hi INTEGER,
    bp_lo INTEGER, pr INTEGER, rr INTEGER);
CREATE TABLE tb_dx (dx_seq SERIAL PRIMARY KEY, opd_id INTEGER, icd VARCHAR(8), dxkind CHAR(1));
CREATE TABLE tb_lab (lab_id SERIAL PRIMARY KEY, opd_id INTEGER, test_cd VARCHAR(8), test_th TEXT,
    res_txt TEXT, unit TEXT, ref_txt TEXT, ordered TIMESTAMP, reported TIMESTAMP, ok CHAR(1));
CREATE TABLE tb_rx (rx_id SERIAL PRIMARY KEY, opd_id INTEGER, drug_cd VARCHAR(8), drug_name TEXT,
    did24 CHAR(24), qty NUMERIC(8,2), unit_th TEXT, sig_th TEXT, given TIMESTAMP, cancelled BOOLEAN);
CREATE TABLE tb_shot (shot_id SERIAL PRIMARY KEY, khid INTEGER, vac_cd VARCHAR(4), given DATE, lot TEXT,
    doc_id INTEGER);
INSERT INTO tb_dept VALUES (1, 'อายุรกรรม', '00100');
INSERT INTO tb_staff VALUES (7, 'นพ.สมมติ ตัวอย่าง', 'ว99001');
INSERT INTO tb_right VALUES ('01', 'บัตรทอง', '0100');
"""


@dataclass
class Truth:
    """What was written."""

    #: numbers of the visits that are finished
    finished: set[str] = field(default_factory=set)
    #: numbers of the visits that are not, and of the cancelled ones, which no view shows
    unfinished: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)


def build(engine: Engine, days: list[date], *, people: int = 12) -> Truth:
    """Fill an empty database: everybody comes once a day, with a diagnosis, a result, a drug and a dose."""
    truth = Truth()
    with engine.begin() as connection:
        for statement in filter(str.strip, TABLES.split(";")):
            connection.execute(text(statement))
        for number in range(people):
            person = make_person(7, "99002", number, days[0] - timedelta(days=400), may_share=False)
            born = f"{person.birth:%d%m}{person.birth.year + 543}"
            row = {"k": number, "hn": f"{number:07}", "cid": person.cid, "title": person.prefix,
                   "given": person.given, "family": person.family, "sex": "M" if person.sex == "1" else "F",
                   "born": born}  # fmt: skip
            connection.execute(
                text(
                    "INSERT INTO tb_khonkhai VALUES (:k, :hn, :cid, :title, :given, :family, :sex, :born,"
                    " '9/9', '1', '990101', '0800000000')"
                ),
                row,
            )
            for day in days:
                _visit(connection, truth, number, day)
            connection.execute(
                text(
                    "INSERT INTO tb_shot (khid, vac_cd, given, lot, doc_id) VALUES (:k, '815', :day, 'L1', 7)"
                ),
                {"k": number, "day": days[0]},
            )
    return truth


def _visit(connection: object, truth: Truth, person: int, day: date) -> None:
    number = day.toordinal() * 100 + person
    state = {0: "O", 1: "X"}.get(person, "C")
    {"O": truth.unfinished, "X": truth.cancelled, "C": truth.finished}[state].add(f"{number}")
    row = {"n": number, "k": person, "at": f"{day} 08:{person:02}:15", "out": f"{day} 10:00:00", "s": state}
    for statement in (
        "INSERT INTO tb_opdcard VALUES (:n, :k, :at, :out, :s, '1', 1, 7, '01', 'ไข้ ไอ 2 วัน')",
        "INSERT INTO tb_triage VALUES (:n, 60.5, 165, 37.2, 120, 80, 72, 18)",
        "INSERT INTO tb_dx (opd_id, icd, dxkind) VALUES (:n, 'J06.9', '1')",
        "INSERT INTO tb_lab (opd_id, test_cd, test_th, res_txt, unit, ref_txt, ordered, reported, ok)"
        " VALUES (:n, 'GLU', 'Glucose', '98', 'mg/dL', '70-100', :at, :out, 'Y'),"
        " (:n, 'CHO', 'Cholesterol', '', 'mg/dL', NULL, :at, NULL, 'N')",
        "INSERT INTO tb_rx (opd_id, drug_cd, drug_name, did24, qty, unit_th, sig_th, given, cancelled)"
        " VALUES (:n, 'PARA', 'Paracetamol 500 mg', NULL, 20, 'เม็ด', 'ครั้งละ 1 เม็ด', :out, FALSE),"
        " (:n, 'AMOX', 'Amoxicillin 500 mg', NULL, 20, 'แคปซูล', NULL, :out, TRUE)",
    ):
        connection.execute(text(statement), row)  # type: ignore[attr-defined]
