"""Patients and the evidence of who they are: patient, person, death tables and the address list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from phr.canonical import IdentityEvidence, Patient
from phr.his import normalise as n

#: ``rows(statement, scope, keys)``: raw tuples of one SELECT whose argument is a list of keys
Rows = Callable[[str, str, Sequence[object]], Iterator[tuple[Any, ...]]]

#: A placeholder id may stand on thousands of rows. So many of each register prove the ambiguity; beyond
#: them only rows that add another sex or birth date are kept, up to as many again.
EVIDENCE_CAP = 100

#: columns of ``patient.sql``
PATIENT_COLUMNS = tuple(
    "hn cid prefix given middle family sex birth_date true_birthday nationality nationality_name marital "  # noqa: SIM905
    "house_no moo road lane address_code province_code district_code subdistrict_code postal_code "
    "mobile_phone home_phone death death_date death_row other_death_date "
    "subdistrict district province".split()
)

_FULL_NAME = re.compile(r"(?:ต\.|ตำบล|แขวง)\s*(\S+)\s+(?:อ\.|อำเภอ|เขต)\s*(\S+)\s+(?:จ\.|จังหวัด)?\s*(\S+)")


class _Death(NamedTuple):
    hn: str | None
    cid: str | None
    dates: tuple[object, object]


class Evidence:
    """Collects identity evidence, each register row once per citizen id and bounded per id."""

    def __init__(self) -> None:
        self.rows: list[IdentityEvidence] = []
        self._seen: set[tuple[str, str, str]] = set()
        self._kept: dict[tuple[str, str], int] = {}
        self._facts: dict[tuple[str, str], set[tuple[str | None, str | None]]] = {}

    def add(self, row: IdentityEvidence) -> None:
        """Keep the row unless it is known or adds nothing to what is known already."""
        key = (row.cid, row.source, row.local_id)
        group = key[:2]
        if key in self._seen:
            return
        facts = self._facts.setdefault(group, set())
        new = (row.sex, row.birth_date) not in facts
        kept = self._kept.get(group, 0)
        if kept >= EVIDENCE_CAP and not (new and kept < 2 * EVIDENCE_CAP):
            return
        self._seen.add(key)
        facts.add((row.sex, row.birth_date))
        self._kept[group] = kept + 1
        self.rows.append(row)


def read_people(
    rows: Rows,
    hns: Iterable[object],
    *,
    person: bool,
    address: bool,
    person_ids: Sequence[object] = (),
    spellings: Callable[[str], Iterable[str]] = n.cid_spellings,
) -> tuple[list[Patient], list[IdentityEvidence]]:
    """Patients with these hospital numbers, and every register row that claims one of their citizen ids.

    ``person_ids`` are people whom only the community register knows: their ``hn`` is ``~`` and the id.
    ``spellings`` are the ways an id may be written in the registers.

    A ``person`` row that is linked by hospital number speaks about the patient's citizen id even when its
    own is blank or another one; it is noted ``linked_by_hn``, and ``cid_differs`` when it is another.
    """
    raw = [dict(zip(PATIENT_COLUMNS, row, strict=True)) for row in rows("patient", "", _distinct(hns))]
    if person:
        raw += [dict(zip(PATIENT_COLUMNS, row, strict=True)) for row in rows("person", "", person_ids)]
    cid_of = {str(row["hn"]): cid for row in raw if (cid := n.cid(row["cid"]))}
    wanted = set(cid_of.values())
    written = _distinct(
        [spelling for cid in wanted for spelling in spellings(cid)]
        + [row["cid"] for row in raw if n.cid(row["cid"])]
    )
    evidence = Evidence()
    for local_id, cid, sex, birth in rows("evidence_patient", "", written):
        if (own := n.cid(cid)) in wanted and own is not None:
            evidence.add(_evidence(own, "patient", local_id, sex, birth, []))
    deaths: list[_Death] = []
    if person:
        for scope, keys in (("cids", written), ("hns", [row["hn"] for row in raw])):
            for local_id, cid, hn, sex, birth, dead, died, dead_row, died_too in rows(
                "evidence_person", scope, _distinct(keys)
            ):
                own, of_hn = n.cid(cid), n.text(hn)
                if dead_row is not None or _yes(dead) or n.date(died, "", []):
                    deaths.append(_Death(of_hn, own, (died, died_too)))
                if own in wanted and own is not None:
                    evidence.add(_evidence(own, "person", local_id, sex, birth, []))
                linked = cid_of.get(of_hn or "")
                if linked and linked != own:
                    notes = ["linked_by_hn", "cid_differs"] if own else ["linked_by_hn"]
                    evidence.add(_evidence(linked, "person", local_id, sex, birth, notes))
    places = _places(rows, raw) if address else {}
    return [_patient(row, deaths, places) for row in raw], evidence.rows


def _distinct(values: Iterable[object]) -> list[object]:
    return list(dict.fromkeys(v for v in values if v is not None and v != ""))


def _yes(value: object) -> bool:
    return (n.text(value) or "").upper() == "Y"


def _evidence(
    cid: str, source: str, local_id: object, sex: object, birth: object, notes: list[str]
) -> IdentityEvidence:
    iso = n.date(birth, "birth_date", notes)
    return IdentityEvidence(cid, source, str(local_id), n.text(sex), iso, n.packed(notes))


def _patient(row: dict[str, Any], deaths: Iterable[_Death], places: dict[str, _Place]) -> Patient:
    notes: list[str] = []
    birth = n.date(row["birth_date"], "birth_date", notes)
    hn, cid = str(row["hn"]), n.cid(row["cid"])
    of_person = [d for d in deaths if d.hn == hn or (cid and d.cid == cid)]
    own_date = n.date(row["death_date"], "death_date", notes)
    days = [own_date, n.date(row["other_death_date"], "death_date", notes)]
    days += [n.date(day, "death_date", notes) for death in of_person for day in death.dates]
    known = sorted({day for day in days if day})
    if len(known) > 1:
        notes.append("conflict:death_date")
    code = _address_code(row)
    place = _place_of(code, places)
    return Patient(
        hn=n.text(hn) or hn,
        cid=cid,
        prefix=n.text(row["prefix"]),
        given=n.text(row["given"]),
        middle=n.text(row["middle"]),
        family=n.text(row["family"]),
        sex=n.text(row["sex"]),
        birth_date=birth,
        birth_exact=birth is not None
        and not birth.endswith("-01-01")
        and (n.text(row["true_birthday"]) or "Y").upper() == "Y",
        nationality=n.text(row["nationality"]),
        nationality_name=n.text(row["nationality_name"]),
        marital=n.text(row["marital"]),
        house_no=n.text(row["house_no"]),
        moo=n.text(row["moo"]),
        road=n.joined(row["lane"], row["road"]),
        address_code=code,
        subdistrict=n.first(row["subdistrict"], place.subdistrict),
        district=n.first(row["district"], place.district),
        province=n.first(row["province"], place.province),
        postal_code=n.first(row["postal_code"], place.postal_code),
        mobile_phone=n.text(row["mobile_phone"]),
        home_phone=n.text(row["home_phone"]),
        deceased=_yes(row["death"]) or row["death_row"] is not None or bool(of_person) or bool(known),
        death_date=known[0] if known else None,  # of several the earliest: the strictest for the checks
        notes=n.packed(list(dict.fromkeys(notes))),
    )


class _Place(NamedTuple):
    subdistrict: str | None = None
    district: str | None = None
    province: str | None = None
    postal_code: str | None = None


def _address_code(row: dict[str, Any]) -> str | None:
    """Province, district and sub-district, six digits, or nothing."""
    parts = (row["province_code"], row["district_code"], row["subdistrict_code"])
    for code in (n.text(row["address_code"]), "".join(n.text(part) or "" for part in parts)):
        if code and len(code) == 6 and code.isdecimal():
            return code
    return None


def _places(rows: Rows, raw: Iterable[dict[str, Any]]) -> dict[str, _Place]:
    codes = {part for row in raw if (code := _address_code(row)) for part in _levels(code)}
    found = {}
    for code, name, full_name, postal in rows("address", "", sorted(codes)):
        match = _FULL_NAME.search(n.text(full_name) or "")
        parts = match.groups() if match else (None, None, None)
        found[str(code)] = _Place(n.first(parts[0], name), parts[1], parts[2], n.text(postal))
    return found


def _levels(code: str) -> tuple[str, str, str]:
    return code, code[:4] + "00", code[:2] + "0000"


def _place_of(code: str | None, places: dict[str, _Place]) -> _Place:
    """Names of the three levels: from the full name of the sub-district, else from the rows above it."""
    if code is None:
        return _Place()
    own, district, province = (places.get(level, _Place()) for level in _levels(code))
    return _Place(
        own.subdistrict,
        own.district or district.subdistrict,  # a row of a higher level carries its own name there
        own.province or province.subdistrict,
        own.postal_code,
    )
