"""The patients of one hospital: ordinary people, and a few with something wrong in their registration."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from phr_sandbox.province.dirt import PATIENT_KINDS
from phr_sandbox.province.oracle import PatientIdentity
from phr_sandbox.province.people import (
    PLACEHOLDER_CIDS,
    Person,
    break_checksum,
    check_digit,
    make_person,
    with_age,
)
from phr_sandbox.province.profiles import HospitalProfile
from phr_sandbox.province.rows import Death, Patient, PersonDeath
from phr_sandbox.province.rows import Person as PersonRow

ZERO_DATE = "0000-00-00"
#: whole rows typed with a Buddhist year
BUDDHIST = 543


def buddhist(day: date) -> str:
    """The date with its Buddhist year, as typed into a Christian-era column; 29 February becomes the 28th."""
    at = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return f"{at.year + BUDDHIST}-{at.month:02d}-{at.day:02d}"


def guid(hcode: str, number: int, series: int) -> str:
    """A ``'{UUID}'`` as HOSxP writes it, unique by hospital, series (0-99) and number."""
    return f"{{{number:08X}-{hcode[:4]}-4{hcode[4]}{series:02d}-8000-000000000000}}"


class Population:
    """People by number: ``0 .. size-1`` are ordinary, then ``per_kind`` for each kind of ``PATIENT_KINDS``.

    ``storable`` are the tags the database can hold; of the others a clean row is written in their place, so
    that visits are the same on every dialect. Nobody is kept in memory beyond a bounded cache: a person is
    a function of seed, hospital and number.
    """

    def __init__(
        self,
        profile: HospitalProfile,
        *,
        seed: int,
        first_day: date,
        last_day: date,
        scale: float,
        storable: frozenset[str],
    ) -> None:
        self.profile = profile
        self._seed = seed
        self._first_day = first_day
        self._last_day = last_day
        self.storable = storable
        span = (last_day - first_day).days + 1
        daily = max(1.0, profile.weekday_visits * scale)
        self.size = max(20, int(daily * min(20 + 0.25 * span, 120)))
        self.per_kind = 2 * max(1, round(self.size * 0.0008))
        self.total = self.size + len(PATIENT_KINDS) * self.per_kind
        self.person = lru_cache(maxsize=20_000)(self._person)
        self._dying = 0

    def ordinary(self, dice: random.Random) -> Person:
        """An ordinary patient; low numbers come more often."""
        return self.person(int(self.size * dice.random() ** 1.6))

    def doubtful(self, tag: str, dice: random.Random) -> Person | None:
        """A patient whose registration has this fault; None when there is nobody left to die."""
        start = self.size + PATIENT_KINDS.index(tag) * self.per_kind
        if tag != "dies_in_visit":
            return self.person(start + dice.randrange(self.per_kind))
        self._dying += 1
        return self.person(start + self._dying - 1) if self._dying <= self.per_kind else None

    def kind_of(self, index: int) -> tuple[str, int]:
        """Fault of a patient number ("" for ordinary people) and the running number within that fault."""
        if index < self.size:
            return "", index
        kind, number = divmod(index - self.size, self.per_kind)
        return PATIENT_KINDS[kind], number

    def _person(self, index: int) -> Person:
        tag, number = self.kind_of(index)
        if not tag:
            return make_person(self._seed, self.profile.hcode, index, self._first_day)
        hcode = self.profile.hcode
        if tag.startswith("two_hn") and number % 2:
            first = self.person(index - 1)
            person = replace(first, index=index, hn=f"{index + 1:09d}", registered=False)
            if tag == "two_hn_differ":
                person = replace(person, birth=first.birth - timedelta(days=1100))
            return person
        person = make_person(self._seed, hcode, index, self._first_day, may_share=False)
        person = replace(person, registered=tag.startswith(("person_", "two_hn")))
        if tag == "adolescent_topic":
            sex = "1" if number % 4 == 2 else "2"
            person = with_age(person, self._last_day, 15.2, 19.6)
            person = replace(person, sex=sex, prefix="นาย" if sex == "1" else "น.ส.", chronic=())
        elif tag == "dies_in_visit":
            person = with_age(person, self._last_day, 68, 92)
        elif tag == "foreigner_no_id":
            person = replace(person, pttype="70")
        return person

    def rows(
        self,
    ) -> Iterator[tuple[Person, PatientIdentity, list[Patient | PersonRow | Death | PersonDeath]]]:
        """Every patient with the rows of the registration, in order of HN."""
        for index in range(self.total):
            person = self._person(index)
            yield person, *self._registration(person)

    def _registration(
        self, person: Person
    ) -> tuple[PatientIdentity, list[Patient | PersonRow | Death | PersonDeath]]:
        tag, number = self.kind_of(person.index)
        cid, birthday = self._cid(person, tag, number), _birthday(person, tag)
        died = self._first_day - timedelta(days=20 + 37 * number % 900) if tag == "after_death" else None
        foreign = tag == "foreigner_no_id"
        nation = ("48", "56", "57")[number % 3] if foreign else "99"
        stamp = f"{self._first_day - timedelta(days=1)} 08:00:00"
        patient = Patient(
            hos_guid=guid(self.profile.hcode, person.index + 1, 1),
            hn=person.hn,
            pname=person.prefix,
            fname=person.given,
            lname=person.family,
            sex=person.sex,
            birthday=birthday,
            truebirthday="Y" if person.birth_exact else "N",
            cid=cid,
            passport_no=f"ZZ{person.index:07d}" if foreign else None,
            nationality=nation,
            citizenship=nation,
            religion="01",
            marrystatus=person.marital,
            addrpart=person.house_no,
            moopart=person.moo,
            tmbpart=person.address[4:],
            amppart=person.address[2:4],
            chwpart=person.address[:2],
            addressid=person.address,
            po_code=f"99{person.address[3]}00",
            mobile_phone_number=person.phone,
            pttype=person.pttype,
            hcode=self.profile.hcode,
            type_area="1",
            death="Y" if died and number % 3 == 0 else "N",
            deathday=died.isoformat() if died and number % 3 == 0 else None,
            last_update=stamp,
        )
        rows: list[Patient | PersonRow | Death | PersonDeath] = [patient]
        if died and number % 3 == 1:
            rows.append(Death(person.hn, died.isoformat()))
        in_register = person.registered or bool(died and number % 3 == 2)
        if in_register:
            rows.append(self._register_row(person, tag, stamp))
        if died and number % 3 == 2:
            rows.append(PersonDeath(person.index + 1, died.isoformat()))
        return PatientIdentity(person.hn, cid, person.given, person.family, birthday), rows

    def _register_row(self, person: Person, tag: str, stamp: str) -> PersonRow:
        birth, sex = person.birth, person.sex
        if tag == "person_birth_differs":
            birth -= timedelta(days=400)
        if tag == "person_sex_differs":
            sex = "2" if sex == "1" else "1"
        # an unlinked register row is found by citizen id only
        linked = person.index % 3 != 0 or tag == "after_death"
        return PersonRow(
            person_id=person.index + 1,
            cid=person.cid,
            patient_hn=person.hn if linked else None,
            pname=person.prefix,
            fname=person.given,
            lname=person.family,
            sex=sex,
            birthdate=birth.isoformat(),
            nationality="99",
            house_regist_type_id=1,
            death="N",
            death_date=None,
            last_update=stamp,
        )

    def _cid(self, person: Person, tag: str, number: int) -> str | None:
        cid = person.cid
        if tag == "cid_blank":
            return (None, "", "   ")[number % 3]
        if tag == "cid_placeholder":
            return PLACEHOLDER_CIDS[number % len(PLACEHOLDER_CIDS)]
        if tag == "cid_checksum":
            return break_checksum(cid)
        if tag == "cid_short":
            return cid[:9]
        if tag == "cid_temporary":
            local = f"0{self.profile.hcode}{number:07d}"
            return break_checksum(local) if check_digit(local[:12]) == local[12] else local
        if tag == "foreigner_no_id":
            return None
        if tag == "cid_dashes" and tag in self.storable:
            dashed = f"{cid[0]}-{cid[1:5]}-{cid[5:10]}-{cid[10:12]}-{cid[12]}"
            return dashed if number % 2 else f" {cid[:6]} {cid[6:]} "
        return cid


def _birthday(person: Person, tag: str) -> str | None:
    if tag == "birth_zero":
        return ZERO_DATE
    if tag == "birth_missing":
        return None
    if tag == "birth_epoch":
        return "1899-12-30"
    if tag == "birth_future":
        return f"2099-{person.birth.month:02d}-15"
    if tag == "birth_buddhist":
        return buddhist(person.birth)
    return person.birth.isoformat()
