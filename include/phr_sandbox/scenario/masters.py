"""Vaccine lists of the registers of the community module, beside those the demo province writes."""

from __future__ import annotations

from sqlalchemy import Connection

from phr_sandbox.province.masters import write_masters
from phr_sandbox.province.profiles import PROFILES
from phr_sandbox.province.writer import Writer
from phr_sandbox.scenario.model import DoseTable

#: ``person_vaccine`` of the demo province: number -> VACCINETYPE
_PERSON_VACCINE = {1: "061", 2: "D21", 3: "D22", 4: "D23", 5: "J11", 6: "034", 7: "J12", 8: "815", 9: "111"}
#: table of a dose -> number in its own list of vaccines -> VACCINETYPE
EXPORT_CODES: dict[DoseTable, dict[int, str]] = {
    "visit": _PERSON_VACCINE,
    "elsewhere": _PERSON_VACCINE,
    "list": _PERSON_VACCINE,
    "wbc": {1: "010", 2: "041", 3: "061"},
    "epi": {1: "034", 2: "J12", 3: "084"},
    "student": {1: "021", 2: "022"},
    "anc": {1: "106", 2: "815"},
}
_LISTS: dict[DoseTable, str] = {
    "wbc": "wbc_vaccine",
    "epi": "epi_vaccine",
    "student": "student_vaccine",
    "anc": "anc_service",
}


def fill_masters(connection: Connection, hcode: str) -> None:
    """Every master table of a hospital, as in the demo province; beside its vaccines those of the script."""
    out = Writer(connection)
    write_masters(out, PROFILES[hcode])
    for table, name in _LISTS.items():
        there = set(connection.exec_driver_sql(f"SELECT {name}_id FROM {name}").scalars())  # noqa: S608
        rows = [(number, f"VACCINE {code}", code) for number, code in EXPORT_CODES[table].items()]
        if table == "anc":
            rows.append((9, "ชั่งน้ำหนัก", ""))  # a service that is no vaccination, as every site has some
        own = [row for row in rows if row[0] not in there]
        if own:
            out.master(name, f"{name}_id {name}_name export_vaccine_code", own)
