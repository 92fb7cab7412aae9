"""Doses of a lifetime in the seven places of an invented hospital, clean and dirty."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from phr_sandbox.province import vaccine_rows as rows
from phr_sandbox.province.encounter import Encounter
from phr_sandbox.province.oracle import HospitalOracle, PatientIdentity
from phr_sandbox.province.people import Person, make_person, with_age
from phr_sandbox.province.population import ZERO_DATE, Population, buddhist
from phr_sandbox.province.register_book import RegisterBook
from phr_sandbox.province.rows import Person as PersonRow
from phr_sandbox.province.vaccine_rows import VaccineRow
from phr_sandbox.province.vaccines import CHILDREN, COVID, LISTS, PREGNANT, Due
from phr_sandbox.province.writer import Writer

_Make = Callable[..., VaccineRow]

NURSE = "0012"
#: one wrong or unusual dose, for every fourth person with a history in turn
DOSE_KINDS = (
    "dose_twice",
    "dose_elsewhere",
    "dose_no_lot",
    "dose_local_code",
    "dose_blank_code",
    "dose_before_birth",
    "dose_zero_date",
    "dose_bad_date",
    "dose_buddhist_date",
    "dose_future_date",
    "dose_bad_expiry",
)
#: kinds of people without HN, in turn
COMMUNITY_KINDS = (
    *("", "", "community_no_cid", "", "community_linked_other", "", "community_birth_zero"),
    "community_blank_code_only",
)
_BAD_DAY = "2300-01-01"
#: what a well-child visit gives
_WELL_CHILD = frozenset({"D21", "D22", "061", "034", "J12"})


class Doses:
    """Writes doses and notes each in the book of what is expected; numbers rows by its own counters."""

    def __init__(self, out: Writer, oracle: HospitalOracle, people: Population, book: RegisterBook) -> None:
        self._out = out
        self._oracle = oracle
        self._people = people
        self._hcode = people.profile.hcode
        self._ids: dict[str, int] = {}
        self._seen = 0
        self._book = book

    # -- in visits -----------------------------------------------------------------------------------
    def in_visit(self, e: Encounter, time: str, code: str) -> None:
        """One dose of a visit; a well child's is also typed into the register of its age, as sites do."""
        number = self._next("ovst_vaccine")
        self._out.add(
            rows.OvstVaccine(
                number,
                e.vn,
                LISTS["person_vaccine"][code],
                1,
                0.5,
                f"DEMO{number % 100:02d}{e.day.month:02d}",
                (e.day + timedelta(days=400)).isoformat(),
                e.doctor,
                f"{e.iso} {time}",
            )
        )
        if e.tag == "anonymous_visit":
            return  # it names nobody
        record = e.hn or ""
        self._book.dose(record, e.iso, code)
        if e.person.registered and record == e.person.hn and code in _WELL_CHILD:
            self._service("wbc" if e.age < 1 else "epi", e.person, e.iso, (code,), vn=e.vn)
            self._book.tag(record, "dose_twice")
        if self._people.kind_of(e.person.index)[0] == "after_death":
            self._book.doubt(record)

    # -- histories -----------------------------------------------------------------------------------
    def history(self, person: Person, dice: random.Random) -> None:
        """What the registers of years hold of a person they know."""
        if not person.registered:
            return
        given = list(self._due(person, dice))
        for day, due in given:
            self._service(due.place, person, day, due.codes)
        if not given:
            return
        self._seen += 1
        if self._seen % 4 == 0:
            day, due = given[-1]
            kind = DOSE_KINDS[self._seen // 4 % len(DOSE_KINDS)]
            self._unusual(kind, person, day, due.place, due.codes[0])

    def _due(self, person: Person, dice: random.Random) -> Iterator[tuple[str, Due]]:
        today = self._oracle.last_day
        plans: list[tuple[date, tuple[Due, ...]]] = []
        if person.age(today) < 19:
            plans.append((person.birth, CHILDREN))
        if person.age(date(2021, 7, 1)) >= 18 and dice.random() < 0.6:
            plans.append((date(2021, 7, 1) + timedelta(days=dice.randrange(90)), COVID))
        if person.sex == "2" and 21 <= person.age(today) < 40 and dice.random() < 0.2:
            plans.append((today - timedelta(days=dice.randrange(60, 1000)), PREGNANT))
        if person.age(today) >= 60 or (person.chronic and person.age(today) >= 5):
            each = [Due(365 * year, "list", ("815",)) for year in range(3)]
            plans.append((today - timedelta(days=dice.randrange(740, 1000)), tuple(each)))
        for start, plan in plans:
            for due in plan:
                day = start + timedelta(days=due.age + dice.randrange(12))
                if day <= today and due.sex in ("", person.sex) and dice.random() < 0.9:
                    yield day.isoformat(), due

    def _unusual(self, kind: str, person: Person, day: str, place: str, code: str) -> None:
        record = record_of(person)
        self._oracle.dose_tags[kind] += 1
        self._book.tag(record, kind)
        born = person.birth
        if kind == "dose_twice":
            self._listed(person, day, code)
        elif kind == "dose_elsewhere":
            self._elsewhere(person, day)
        elif kind == "dose_no_lot":
            self._service("epi", person, day, ("815",), lot=False)
        elif kind == "dose_local_code":
            self._service(place, person, day, ("816",))
        elif kind == "dose_blank_code":
            self._listed(person, day, "")
        elif kind == "dose_before_birth":
            self._service("epi", person, (born - timedelta(days=30)).isoformat(), ("073",), sound=False)
        elif kind == "dose_zero_date":
            self._listed(person, ZERO_DATE, "106")
        elif kind == "dose_bad_date":
            self._service("epi", person, _BAD_DAY, ("106",))
        elif kind == "dose_buddhist_date":
            at = date.fromisoformat(day) - timedelta(days=1)
            self._service("school", person, buddhist(at), ("106",), means=_as_typed(at))
        elif kind == "dose_future_date":
            self._service("epi", person, "2099-01-01", ("106",))
        else:
            self._service("epi", person, day, ("111",), expires=_BAD_DAY, sound=False)

    def community(self) -> Iterator[tuple[PersonRow, PatientIdentity]]:
        """People the hospital knows from its villages only; their doses are written on the way."""
        first = self._people.total
        for n in range(max(len(COMMUNITY_KINDS), self._people.size // 40)):
            kind = COMMUNITY_KINDS[n % len(COMMUNITY_KINDS)]
            made = make_person(
                self._oracle.seed, self._hcode, first + n, self._oracle.first_day, may_share=False
            )
            person = replace(
                with_age(made, self._oracle.last_day, 0.3, 8), hn="", registered=True, chronic=()
            )
            linked: str | None = None
            if kind == "community_linked_other":
                # somebody else's HN: birth date and sex agree, so nothing but the citizen id tells
                other = self._people.person(13 * n % self._people.size)
                person, linked = replace(person, birth=other.birth, sex=other.sex), other.hn
                self._book.doubt(other.hn)
            cid = None if kind == "community_no_cid" else person.cid
            record = f"~{person.index + 1}"
            self._book.known(record, cid, sound=kind in ("", "community_blank_code_only"))
            born = ZERO_DATE if kind == "community_birth_zero" else person.birth.isoformat()
            row = PersonRow(
                person_id=person.index + 1,
                cid=cid,
                patient_hn=linked,
                pname=person.prefix,
                fname=person.given,
                lname=person.family,
                sex=person.sex,
                birthdate=born,
                nationality="99",
                house_regist_type_id=1,
                death="N",
                death_date=None,
                last_update=None,
            )
            self._oracle.dose_tags[kind or "community"] += 1
            if kind == "community_blank_code_only":
                self._listed(person, (self._oracle.last_day - timedelta(days=40)).isoformat(), "")
            else:
                self.history(person, self.dice(person))
            yield row, PatientIdentity(record, cid, person.given, person.family, born)

    def dice(self, person: Person) -> random.Random:
        """Chance of a person's history, apart from all other chance."""
        return random.Random(f"{self._oracle.seed}/{self._hcode}/doses/{person.index}")  # noqa: S311

    # -- rows ----------------------------------------------------------------------------------------
    def _service(
        self,
        place: str,
        person: Person,
        day: str,
        codes: tuple[str, ...],
        *,
        vn: str | None = None,
        lot: bool = True,
        expires: str | None = None,
        means: str | None = None,
        sound: bool = True,
    ) -> None:
        """One service with its doses. ``means`` is the day a Buddhist one stands for."""
        if place == "list":
            for code in codes:
                self._listed(person, day, code)
            return
        register, service, dose, vaccines = _REGISTERS[place]
        key = self._next(place)
        if vn is None and day < self._oracle.first_day.isoformat():
            vn = _old_vn(day, person.index)
        self._out.add(register(key, person.index + 1, None))
        self._out.add(service(key, key, vn, day, "09:00:00" if key % 3 else None))
        for code in codes:
            number = self._next(f"{place} dose")
            named = f"{code or 'X'}-{day[:4]}" if lot else None
            until = expires or (f"{int(day[:4]) + 1}-{day[5:7]}-15" if lot and day < "2098" else None)
            self._out.add(dose(number, key, LISTS[vaccines][code], named, until, NURSE))
            self._book.dose(record_of(person), means or day, code, sound=sound)

    def _listed(self, person: Person, day: str, code: str) -> None:
        number = self._next("person_vaccine_list")
        self._out.add(
            rows.PersonVaccineList(number, person.index + 1, LISTS["person_vaccine"][code], day, None)
        )
        self._book.dose(record_of(person), day, code)

    def _elsewhere(self, person: Person, day: str) -> None:
        number = self._next("person_vaccine_elsewhere")
        new = self._people.profile.v4
        where = "99001" if self._hcode != "99001" else "99002"
        self._out.add(
            rows.PersonVaccineElsewhere(
                number,
                person.index + 1,
                LISTS["person_vaccine"]["111"],
                day,
                "DEMO99",
                None if new else where,
                where if new else None,
            )
        )

    def _next(self, table: str) -> int:
        self._ids[table] = self._ids.get(table, 0) + 1
        return self._ids[table]


def record_of(person: Person) -> str:
    """The HN, or ``~`` and the id in the community register."""
    return person.hn or f"~{person.index + 1}"


#: place -> row of its register, of a service, of a dose, and the list its vaccines are in
_REGISTERS: dict[
    str, tuple[Callable[..., VaccineRow], Callable[..., VaccineRow], Callable[..., VaccineRow], str]
] = {
    "wbc": (rows.PersonWbc, rows.PersonWbcService, rows.PersonWbcVaccineDetail, "wbc_vaccine"),
    "epi": (rows.PersonEpi, rows.PersonEpiVaccine, rows.PersonEpiVaccineList, "epi_vaccine"),
    "school": (
        rows.VillageStudent,
        rows.VillageStudentVaccine,
        rows.VillageStudentVaccineList,
        "student_vaccine",
    ),
    "anc": (rows.PersonAnc, rows.PersonAncService, rows.PersonAncServiceDetail, "anc_service"),
}


def _as_typed(at: date) -> str:
    """The day a Buddhist date of it reads as: 29 February is typed as the 28th."""
    return at.replace(day=28).isoformat() if (at.month, at.day) == (2, 29) else at.isoformat()


def _old_vn(day: str, index: int) -> str:
    """The number a visit of that day had; the visits of years ago are not in the replica."""
    at = index % 86_400
    year = (int(day[:4]) + 543) % 100
    return f"{year:02d}{day[5:7]}{day[8:]}{at // 3600:02d}{at // 60 % 60:02d}{at % 60:02d}"
