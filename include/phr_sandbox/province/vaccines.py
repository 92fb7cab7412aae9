"""Vaccines the invented hospitals list, and who is due for which at what age (the Thai EPI schedule)."""

from __future__ import annotations

from typing import NamedTuple

#: what a hospital calls a vaccine; the codes are 43-file VACCINETYPE, 816 and "" are what sites make of it
NAMES = {
    "010": "BCG",
    "041": "HBV1",
    "D21": "DTP-HB-Hib 1",
    "D22": "DTP-HB-Hib 2",
    "D23": "DTP-HB-Hib 3",
    "081": "OPV1",
    "082": "OPV2",
    "083": "OPV3",
    "084": "OPV4",
    "085": "OPV5",
    "R11": "Rota 1",
    "R12": "Rota 2",
    "401": "IPV",
    "061": "MMR1",
    "073": "MMR2",
    "J11": "LAJE1",
    "J12": "LAJE2",
    "034": "DTP4",
    "035": "DTP5",
    "021": "dTs1",
    "310": "HPVs1",
    "320": "HPVs2",
    "106": "dT",
    "P41": "aP",
    "815": "Influenza",
    "111": "Rabies 1",
    "CS1": "Sinovac 1",
    "CA2": "AstraZeneca 2",
    "CP3": "Pfizer 3",
    "816": "ไข้หวัดใหญ่ (เด็ก)",
    "": "วัคซีนในโครงการ",
}
#: codes that are not in the national list, as they stand in the hospitals' own lists
NOT_NATIONAL = frozenset({"816", ""})

#: numbers of the vaccines that visits give, as they always were; the others follow
_FIRST = ("061", "D21", "D22", "D23", "J11", "034", "J12", "815", "111", "")


def _numbered(first: int) -> dict[str, int]:
    codes = (*_FIRST, *(code for code in NAMES if code not in _FIRST))
    return {code: first + n for n, code in enumerate(codes)}


#: list of vaccines -> code -> number. Each list has numbers of its own, so that a wrong join shows.
LISTS: dict[str, dict[str, int]] = {
    "person_vaccine": _numbered(1),
    "wbc_vaccine": _numbered(101),
    "epi_vaccine": _numbered(201),
    "student_vaccine": _numbered(301),
    "anc_service": _numbered(401),
}
#: antenatal services that are no vaccines: without a code, and with the dash some sites write
OTHER_ANC = ((491, "ตรวจครรภ์", ""), (492, "ฟังเสียงหัวใจทารก", "-"))


class Due(NamedTuple):
    """Vaccines of one appointment: age in days, register, codes, and sex when it is for one only."""

    age: int
    place: str
    codes: tuple[str, ...]
    sex: str = ""


CHILDREN = (
    Due(1, "wbc", ("010", "041")),
    Due(61, "wbc", ("D21", "081", "R11")),
    Due(122, "wbc", ("D22", "082", "401", "R12")),
    Due(183, "wbc", ("D23", "083")),
    Due(274, "wbc", ("061",)),
    Due(370, "epi", ("J11",)),
    Due(550, "epi", ("034", "084", "073")),
    Due(915, "epi", ("J12",)),
    Due(1465, "epi", ("035", "085")),
    Due(11 * 365 + 30, "school", ("310",), "2"),
    Due(11 * 365 + 220, "school", ("320",), "2"),
    Due(12 * 365 + 60, "school", ("021",)),
)
#: days after the booking visit of a pregnancy
PREGNANT = (Due(0, "anc", ("106",)), Due(60, "anc", ("106",)), Due(140, "anc", ("P41",)))
#: days after 1 July 2021
COVID = (Due(0, "list", ("CS1",)), Due(28, "list", ("CA2",)), Due(150, "list", ("CP3",)))
