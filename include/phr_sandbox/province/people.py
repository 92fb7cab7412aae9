"""Invented people with citizen ids that pass the check digit and can belong to nobody.

**The id scheme.** Digits 2-3 of a Thai citizen id are the province of registration, 10 to 96. Ours are
``00``, which no office has, so an id of this module is never issuable, though ``mod 11`` holds::

    d1        1 (born 1984 or later) or 3, as real ids have
    d2 d3     00: no province
    d4 d5     00 for a person known to all hospitals of the demo, else the last two digits of the hcode
    d6 - d12  running number, scattered by the seed
    d13       check digit (11 - (sum of d1..d12 x 13..2) mod 11) mod 10

None is on the list of placeholders {1111111111119, 9999999999994, 0000000000001}. Family names end in a word
that says "invented"; phone numbers are 0800000xxx.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

PLACEHOLDER_CIDS = ("1111111111119", "9999999999994", "0000000000001", "1111111111111", "0000000000000")

_MALE = [
    "กิตติศักดิ์",
    "ชาญวิทย์",
    "ณัฐวุฒิ",
    "ดำรงค์เดช",
    "ธนกฤต",
    "บุญส่งเสริม",
    "ประเสริฐชัย",
    "พงศกรณ์",
    "ภูวนัยชัย",
    "มานพชัย",
    "ยุทธภูมิ",
    "รุ่งโรจน์ชัย",
    "วิเชียรชัย",
    "วีรพงศ์",
    "ศุภกิตติ์",
    "สมบูรณ์ชัย",
    "สมเกียรติ",
    "สุรศักดิ์",
    "อดิศักดิ์",
    "อภิชาติชัย",
    "อนุสรณ์ชัย",
    "เอกพงษ์",
    "ไพโรจน์ชัย",
    "คณิตศร",
    "จักรกฤษณ์",
    "เฉลิมชัย",
    "ทศพลชัย",
    "นครินทร์",
    "ปกรณ์เกียรติ",
    "ผดุงเกียรติ",
]
_FEMALE = [
    "กนกวรรณา",
    "กัลยาณี",
    "ขวัญจิราพร",
    "จันทร์เพ็ญ",
    "จิราภรณ์",
    "ชุติกาญจน์",
    "ฐิติรัตน์",
    "ณัฐธิดา",
    "ดวงกมลพร",
    "ทิพวรรณา",
    "ธิดารัตน์",
    "นงลักษณ์",
    "นภัสสรา",
    "เบญจมาศ",
    "ปทุมวดี",
    "พรทิพย์ภา",
    "พิมพ์ชนก",
    "ภัทราวดี",
    "มณีรัตน์ยา",
    "เยาวลักษณ์",
    "รัตนาภรณ์",
    "ลัดดาวัลย์",
    "วรรณวิสา",
    "ศิริพรรณี",
    "สุภาวดี",
    "สุนทรีพร",
    "อรพรรณี",
    "อัญชลีพร",
    "อุไรวรรณา",
    "กฤติยาพร",
]
_STEMS = [
    "แสงดาว",
    "ทองคำ",
    "ภูผา",
    "สายน้ำ",
    "ดอกแก้ว",
    "ใบบุญ",
    "นาดี",
    "ศรีเมือง",
    "วงศ์ไพร",
    "บุญมา",
    "แก้วใส",
    "มีสุข",
    "เพชรงาม",
    "ไทรทอง",
    "ลมเย็น",
    "ฟ้าใส",
    "ดงงาม",
    "ไร่นา",
    "คลองใหญ่",
    "บึงทอง",
]
_ENDINGS = ("สมมติ", "ทดสอบ", "จำลอง")
FAMILIES = tuple(stem + ending for stem in _STEMS for ending in _ENDINGS)

#: (upper age in years, cumulative share of patients)
_AGES = ((5, 0.08), (15, 0.17), (20, 0.22), (45, 0.44), (60, 0.70), (75, 0.91), (96, 1.0))
_CHRONIC_SETS = (
    (("I10",), 26),
    (("E119",), 14),
    (("E119", "I10"), 17),
    (("E119", "I10", "E785"), 16),
    (("I10", "E785"), 14),
    (("E119", "I10", "N183"), 5),
    (("I10", "N184"), 3),
    (("J449",), 4),
    (("J459",), 5),
    (("M109", "I10"), 4),
)
_CHRONIC_VALUES = [codes for codes, _ in _CHRONIC_SETS]
_CHRONIC_WEIGHTS = [weight for _, weight in _CHRONIC_SETS]
TAMBONS = ("990101", "990102", "990103", "990201", "990202")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented patient of one hospital, before any dirt."""

    index: int
    hn: str
    cid: str
    prefix: str
    given: str
    family: str
    sex: str
    birth: date
    birth_exact: bool
    chronic: tuple[str, ...]
    pttype: str
    phone: str
    address: str
    house_no: str
    moo: str
    marital: str
    #: ordinary people: whether the community register (``person``) knows them too
    registered: bool

    def age(self, day: date) -> float:
        """Age in years on a day."""
        return (day - self.birth).days / 365.25


def check_digit(first_twelve: str) -> str:
    """The 13th digit of a citizen id."""
    total = sum(int(digit) * weight for digit, weight in zip(first_twelve, range(13, 1, -1), strict=True))
    return str((11 - total % 11) % 10)


def make_cid(place: int, number: int, *, born_after_1984: bool) -> str:
    """A valid, never issuable citizen id.

    :param place: 0-99, hospital number or 0 for people shared by all hospitals.
    :param number: 0-9,999,999, unique within the place.
    """
    body = f"{1 if born_after_1984 else 3}00{place:02d}{number:07d}"
    return body + check_digit(body)


def break_checksum(cid: str) -> str:
    """The same id with a wrong check digit."""
    return cid[:12] + str((int(cid[12]) + 3) % 10)


def make_person(seed: int, hcode: str, index: int, reference_day: date, *, may_share: bool = True) -> Person:
    """Patient number ``index`` of a hospital; the same arguments give the same person.

    Every tenth person is known to all hospitals of the province with the same id, name and birth date,
    unless ``may_share`` is false.
    """
    shared = may_share and index % 10 == 7
    who = random.Random(f"{seed}/{'shared' if shared else hcode}/person/{index}")  # noqa: S311
    share = who.random()
    low = 0
    for high, limit in _AGES:
        if share < limit:
            break
        low = high
    birth = reference_day - timedelta(days=40 + int((low + who.random() * (high - low)) * 365.25))
    years = (reference_day - birth).days // 365
    exact = not (years > 45 and who.random() < 0.06)
    if not exact:
        birth = birth.replace(month=1, day=1)
    sex = "1" if who.random() < (0.5 if years < 15 else 0.42) else "2"
    if years < 15:
        prefix = "ด.ช." if sex == "1" else "ด.ญ."
    elif sex == "1":
        prefix = "นาย"
    else:
        prefix = "น.ส." if years < 30 or who.random() < 0.3 else "นาง"
    risk = 0.03 if years < 35 else 0.35 if years < 60 else 0.65
    chronic: tuple[str, ...] = ()
    if who.random() < risk:
        chronic = who.choices(_CHRONIC_VALUES, _CHRONIC_WEIGHTS)[0]
    number = (index * 7_368_787 + seed * 104_729) % 10_000_000
    return Person(
        index=index,
        hn=f"{index + 1:09d}",
        cid=make_cid(0 if shared else int(hcode[-2:]), number, born_after_1984=birth.year >= 1984),
        prefix=prefix,
        given=who.choice(_MALE if sex == "1" else _FEMALE),
        family=who.choice(FAMILIES),
        sex=sex,
        birth=birth,
        birth_exact=exact,
        chronic=chronic,
        pttype=_pttype(who, years),
        phone=f"0800000{who.randrange(1000):03d}",
        address=who.choice(TAMBONS),
        house_no=f"{who.randrange(1, 400)}/{who.randrange(1, 9)}",
        moo=str(who.randrange(1, 13)),
        marital="1" if years < 25 else who.choice("1222345"),
        registered=who.random() < 0.55,
    )


def with_age(person: Person, day: date, low: float, high: float) -> Person:
    """The same person, born so that the age on ``day`` lies between two ages in years."""
    share = (person.index * 37 % 100) / 100
    birth = day - timedelta(days=int((low + (high - low) * share) * 365.25))
    return replace(person, birth=birth, birth_exact=True)


def _pttype(who: random.Random, years: int) -> str:
    share = who.random()
    if share < 0.02:
        return "25"
    if share < 0.025:
        return "35"
    if share < 0.10:
        return "20"
    if share < 0.14:
        return "40"
    if share < 0.17:
        return "90"
    if 20 <= years < 60 and share < 0.42:
        return "30"
    if years >= 60 or years < 12:
        return "89"
    return "50" if share > 0.93 else "10"
