"""Doses in the seven places of a small HOSxP database (see ``hosxp_source``)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hosxp_source import Source

from phr.canonical import Immunization, RegisterPerson
from phr.his import Adapter
from phr.his.base import DayCount, KeySource

#: place -> (tables from the register to the dose, column of the day)
REGISTERS = {
    "wbc": ("person_wbc", "person_wbc_service", "person_wbc_vaccine_detail", "wbc_vaccine", "service_date"),
    "epi": ("person_epi", "person_epi_vaccine", "person_epi_vaccine_list", "epi_vaccine", "vaccine_date"),
    "school": (
        "village_student",
        "village_student_vaccine",
        "village_student_vaccine_list",
        "student_vaccine",
        "vaccine_date",
    ),
    "anc": (
        "person_anc",
        "person_anc_service",
        "person_anc_service_detail",
        "anc_service",
        "anc_service_date",
    ),
}


def vaccines(source: Source) -> None:
    """Every master: 1 BCG 010 (without its zero), 2 influenza 815, 3 no code, 4 local code 816."""
    for master in ("person_vaccine", "wbc_vaccine", "epi_vaccine", "student_vaccine", "anc_service"):
        name = "vaccine_name" if master == "person_vaccine" else f"{master}_name"
        for number, text, code in (
            (1, "บีซีจี", "10"),
            (2, "ไข้หวัดใหญ่", " 815 "),
            (3, "อื่น", "-"),
            (4, "เด็ก", "816"),
        ):
            source.insert(master, **{f"{master}_id": number, name: text, "export_vaccine_code": code})


def person(source: Source, number: int, **values: Any) -> None:
    row = {
        "person_id": number,
        "cid": None,
        "pname": "ด.ช.",
        "fname": "กิตติศักดิ์",
        "lname": "แสงดาวสมมติ",
        "sex": "1",
        "birthdate": "2024-02-03",
    }
    source.insert("person", **(row | values))


def in_register(
    source: Source, place: str, key: int, who: int | None, day: str | None, vaccine: int = 1, **dose: Any
) -> None:
    """A dose in a register with a service of its own; ``key`` numbers all its rows."""
    register, service, detail, master, day_column = REGISTERS[place]
    source.insert(register, **{f"{register}_id": key, "person_id": who})
    visit = {name: dose.pop(name) for name in list(dose) if name in ("vn",) or name.endswith("_time")}
    source.insert(service, **{f"{service}_id": key, f"{register}_id": key, day_column: day} | visit)
    source.insert(detail, **{f"{detail}_id": key, f"{service}_id": key, f"{master}_id": vaccine} | dose)


def in_list(
    source: Source,
    key: int,
    who: int | None,
    day: str | None,
    vaccine: int = 1,
    *,
    elsewhere: bool = False,
    **more: Any,
) -> None:
    table = "person_vaccine_elsewhere" if elsewhere else "person_vaccine_list"
    row = {f"{table}_id": key, "person_id": who, "person_vaccine_id": vaccine, "vaccine_date": day}
    source.insert(table, **(row | more))


def in_visit(source: Source, key: int, vn: str, vaccine: int = 1, **more: Any) -> None:
    source.insert("ovst_vaccine", **({"ovst_vaccine_id": key, "vn": vn, "person_vaccine_id": vaccine} | more))


def read(adapter: Adapter, *refs: str) -> dict[str, list[Any]]:
    """Complete registers of these people."""
    with adapter.open() as snapshot:
        return dict(snapshot.source("immunization").documents(list(refs)))


def keys(rows: list[Immunization]) -> dict[str, list[str]]:
    """Person -> row keys."""
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.person_ref, []).append(row.row_key)
    return found


def records(rows: list[RegisterPerson]) -> dict[str, list[str | None]]:
    """Person -> records."""
    found: dict[str, list[str | None]] = {}
    for row in rows:
        found.setdefault(row.person_ref, []).append(row.hn)
    return found


def agreeing(
    registers: KeySource, days: list[date], *, table: str = "immunization", feed: str = "immunizations"
) -> tuple[list[str], dict[str, list[Any]]]:
    """What was touched and its rows, after everything that counts them said the same."""
    refs = list(registers.touched(days))
    rows = registers.documents(refs)
    counts = registers.count(days)
    by_day = {day: number for day, count in counts.items() if (number := count.eligible)}
    assert list(counts) == sorted(set(days))
    assert all(count == DayCount(eligible=count.eligible) for count in counts.values())
    assert sum(by_day.values()) == len(refs) == len(set(refs))
    newest = registers.touched_keys(refs)
    assert set(newest) == set(refs)
    assert refs == sorted(refs, key=lambda ref: (newest[ref], ref))
    assert registers.count_keys(refs) == by_day
    assert registers.count_rows(days) == registers.count_key_rows(refs) == {table: len(rows[table])}
    told = {row.person_ref: row.newest_day for row in rows["register_person"]}
    assert told == {ref: day.isoformat() for ref, day in newest.items()}
    assert registers.feed_days(feed, days) == sorted(set(newest.values()))
    return refs, dict(rows)
