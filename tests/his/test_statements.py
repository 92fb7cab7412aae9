"""The catalogue of SELECTs: it knows every file, and what is lost when a column is gone."""

from __future__ import annotations

import pytest

from phr.canonical import TABLES
from phr.his.dialects import DIALECTS
from phr.his.sql import Statements
from phr.his.statements import COMMON, spoiled, statements
from phr.his.system import System, names, system

#: read by hospital_code.sql alone, which makes no record; or by what loads files; or asked for and not read
UNREAD = {
    "files43": {"person.hn", "d_update", "hospcode"},
    "hospital_os": {
        *("b_site", "b_visit_office_id", "t_visit_payment_id", "t_order_drug_id", "t_result_lab_id"),
    },
    "hosxp": {"opdconfig", "hospitalcode"},
    "jhcis": {"office", "offid"},
    "views": {"phr_hospital", "phr_hospital.hcode"},
}


def rendered(kind: System) -> Statements:
    parts = (kind.required, kind.optional, kind.joined)
    full = {table: frozenset().union(*(part.get(table, ()) for part in parts)) for table in kind.tables}
    return Statements(kind, DIALECTS[kind.dialects[0]](), full, "99001")


@pytest.mark.parametrize("his", names())
def test_every_select_is_known_and_every_known_one_is_there(his: str) -> None:
    kind = system(his)
    known = {statement.name for statement in statements(kind)} | {statement.name for statement in COMMON}
    files = {file.stem for folder in kind.sql_folders(kind.dialects[0]) for file in folder.glob("*.sql")}
    assert known == files
    for statement in statements(kind):
        assert set(statement.tables) <= set(TABLES)


@pytest.mark.parametrize("his", names())
def test_every_required_column_spoils_something(his: str) -> None:
    kind = system(his)
    wanted = (*kind.required, *(f"{table}.{column}" for table, of in kind.required.items() for column in of))
    found = spoiled(kind, rendered(kind), wanted)
    assert set(found) == set(wanted)
    silent = {name for name, tables in found.items() if not tables}
    assert {n for n in silent if n not in UNREAD[his] and n.partition(".")[2] not in UNREAD[his]} == set()


@pytest.mark.parametrize(
    ("his", "name", "tables"),
    [
        ("hosxp", "ovstdiag.icd10", ("diagnosis",)),
        ("hosxp", "lab_order.lab_order_result", ("lab_result",)),
        ("hosxp", "patient.birthday", ("patient", "identity_evidence")),
        ("hosxp", "doctor.name", ("visit", "diagnosis", "appointment", "immunization", "allergy")),
        ("hospital_os", "t_visit_vital_sign.visit_vital_sign_weight", ("vital_sign",)),
        ("views", "phr_drug_dispense.dispensed_date", ("drug_dispense",)),
        ("views", "phr_patient.cid", ("patient", "identity_evidence", "register_person", "immunization")),
    ],
)
def test_what_a_column_spoils(his: str, name: str, tables: tuple[str, ...]) -> None:
    kind = system(his)
    assert spoiled(kind, rendered(kind), (name,)) == {name: tables}


def test_the_day_of_a_visit_spoils_everything_of_it() -> None:
    kind = system("hosxp")
    (tables,) = spoiled(kind, rendered(kind), ("ovst.vstdate",)).values()
    assert {"visit", "vital_sign", "diagnosis", "coverage", "lab_result", "drug_dispense"} <= set(tables)


def test_nothing_missing_spoils_nothing() -> None:
    kind = system("hosxp")
    assert spoiled(kind, rendered(kind), ()) == {}


@pytest.mark.parametrize("his", names())
@pytest.mark.parametrize("there", ["nothing", "required tables without optional ones"])
def test_it_is_told_however_little_is_there(his: str, there: str) -> None:
    kind = system(his)
    found = {} if there == "nothing" else dict(kind.required)
    for dialect in kind.dialects:
        names_ = tuple(kind.missing_required({})) or ("x",)
        told = spoiled(kind, Statements(kind, DIALECTS[dialect](), found, "99001"), names_)
        assert set(told) == set(names_)
        assert any(told.values())
