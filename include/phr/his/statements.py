"""The SELECTs of an adapter: what each is for, what it returns, and which canonical tables rest on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from phr.canonical import TABLES
from phr.his import allergies, chronic, doses, encounters, people
from phr.his.registers import COLUMNS, REGISTERS
from phr.his.sql import Statements
from phr.his.system import System

EVIDENCE = ("local_id", "cid", "sex", "birth_date")
#: scopes that a SELECT is asked with beside those of the visits (``visit_keys``)
SCOPES = (
    *("window", "hns", "cids", "ids", "days", "own_days", "person_cids", "patient_cids", "nobody", "unknown"),
    *("all", "patient", "person"),
)
#: kind of register -> columns of the SELECT of each of its places
_PLACE_COLUMNS = {
    "immunization": doses.RawDose._fields,
    "allergy": allergies.RawAllergy._fields,
    "chronic": chronic.RawRegistration._fields,
}
_NO_ALIAS = "where|on|left|right|inner|join|group|order|union|having|limit|cross|full"
_READ = re.compile(rf"\b(?:FROM|JOIN)\s+([a-z_]\w*)(?:\s+(?!(?:{_NO_ALIAS})\b)([a-z_]\w*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT, a file ``<name>.sql``."""

    name: str
    #: canonical tables that are made of its rows or found through it
    tables: tuple[str, ...]
    #: names of its columns, in order
    columns: tuple[str, ...]
    purpose: str


def statements(system: System) -> list[Statement]:
    """Every SELECT that a kind of HIS has to have, in the order in which a reader wants to write them."""
    found = [
        Statement("visit", ("visit",), encounters.COLUMNS["visit"], "the visits"),
        Statement("patient", ("patient",), encounters.COLUMNS["patient"], "the patients, by hospital number"),
        *(
            Statement(table, (table,), encounters.COLUMNS[table], f"rows of {table}, by visit")
            for table in encounters.CHILDREN
        ),
        Statement(
            "evidence_patient",
            ("identity_evidence",),
            EVIDENCE,
            "everybody who claims one of these citizen ids",
        ),
        *(
            Statement(
                f"days_{feed}",
                (table,),
                ("service_day",),
                f"service days of visits with {feed} of these days",
            )
            for feed, table in (("labs", "lab_result"), ("drugs", "drug_dispense"))
        ),
        *_of_parts(system),
        *_of_people(system),
        *_of_registers(system),
    ]
    if system.partial:
        found.append(
            Statement("covered_days", ("visit",), ("service_day",), "days the source can tell about")
        )
    return found


#: SELECTs of ``common``, which ask what scopes.jinja says
COMMON = tuple(
    Statement(name, ("visit",), (), "which visits, and how many")
    for name in ("touched", "days_of_keys", "count_all", "count_eligible")
)


def _of_parts(system: System) -> Iterator[Statement]:
    places = ("code", "name", "full_name", "postal_code")
    found: dict[str, tuple[Statement, ...]] = {
        "hospital_code": (Statement("hospital_code", (), ("hospital_code",), "whose database it is"),),
        "name_sample": (Statement("name_sample", (), ("given", "family"), "names: does Thai arrive"),),
        "last_visit_day": (
            Statement("last_visit_day", (), ("last_day",), "the newest service day up to :today"),
            Statement("undated_visits", (), ("visits",), "how many visits have no date"),
        ),
        "discharges": (Statement("discharges", (), ("day", "discharges"), "admissions ended, by day"),),
        "admissions": (
            Statement(
                "admission", ("visit",), encounters.COLUMNS["admission"], "the admission a visit ended in"
            ),
            Statement("days_admissions", ("visit",), ("service_day",), "service days of ended admissions"),
        ),
        "remarks": (Statement("remarks", (), ("file", "what", "lines"), "what was met in files"),),
        "address": (Statement("address", ("patient",), places, "names of places, by code"),),
    }
    for part in found:
        if part in system.parts:
            yield from found[part]


def _of_people(system: System) -> Iterator[Statement]:
    person = "person" in system.parts
    if person:
        yield Statement("person", ("patient",), people.PATIENT_COLUMNS, "people of the community register")
        yield Statement(
            "evidence_person",
            ("identity_evidence", "patient"),
            (*EVIDENCE[:2], "hn", *EVIDENCE[2:], "death", "death_date", "death_row", "other_death_date"),
            "everybody of the community register who claims one of these ids, and who died",
        )
    kinds = [kind for kind, places in system.registers.items() if places]
    if kinds:
        tables = ("register_person", *(REGISTERS[kind].table for kind in kinds))
        yield Statement(
            "record_patient", tables, COLUMNS["record_patient"], "records of the patient register"
        )
        yield Statement("odd_cids", tables, ("cid",), "citizen ids written with anything but digits")
        if person:
            columns = COLUMNS["record_person"]
            yield Statement("record_person", tables, columns, "records of the community register")


def _of_registers(system: System) -> Iterator[Statement]:
    for kind, places in system.registers.items():
        if not places:
            continue
        register = REGISTERS[kind]
        tables, days = (register.table,), COLUMNS[register.days]
        yield Statement(register.days, tables, days, "whose each row is, and its day: for the counts")
        for name in dict.fromkeys(place.statement for place in places):
            yield Statement(name, tables, _PLACE_COLUMNS[kind], f"rows of {register.table}, by person")
    kinds = [kind for kind, places in system.registers.items() if places]
    if system.partial and kinds:
        of_registers = tuple(REGISTERS[kind].table for kind in kinds)
        yield Statement("broken_registers", of_registers, ("file",), "files of :table that are not whole")


def spoiled(system: System, rendered: Statements, names: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """``table`` or ``table.column`` -> canonical tables whose SELECTs read it, in the order of extraction.

    :param names: required ones that are missing.
    """
    found: dict[str, set[str]] = {name: set() for name in names}
    for statement in (*statements(system), *COMMON) if names else ():
        for sql in _every_form(system, rendered, statement.name):
            for name in names:
                if _reads(sql, *name.partition(".")[::2]):
                    found[name].update(statement.tables)
    return {name: tuple(table for table in TABLES if table in tables) for name, tables in found.items()}


def _every_form(system: System, rendered: Statements, name: str) -> set[str]:
    scopes = ("", *SCOPES, *system.visit_keys, *(f"eligible_{scope}" for scope in system.visit_keys))
    return {rendered.render(name, scope) for scope in scopes}


def _reads(sql: str, table: str, column: str) -> bool:
    for read, alias in _READ.findall(sql):
        if read.lower() != table:
            continue
        own = rf"\b{alias}\.{column}\b" if alias else rf"\b{column}\b"
        through_all = alias and f"{alias}.*" in sql and re.search(rf"\.{column}\b", sql, re.IGNORECASE)
        if not column or through_all or re.search(own, sql, re.IGNORECASE):
            return True
    return False
