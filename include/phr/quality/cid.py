"""The Thai citizen id: shape, check digit and what is wrong with one that cannot be used (control ID1)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from phr.quality.values import text
from phr.settings import IdentityPolicy

#: ``valid`` is the only class under which a document may be sent.
CidClass = Literal[
    "valid", "blank", "format", "placeholder", "checksum", "temporary", "foreigner", "not_thai_registered"
]

#: first digits of persons without Thai registration: without status, and non-citizens (HIS notes 6.1)
NOT_THAI_REGISTERED = "067"

#: 43-file NATION of Thailand, without leading zeros (feeds differ in padding)
THAI_NATION = "99"

_PLACEHOLDER_FILE = Path(__file__).parent / "data" / "placeholder_cids.txt"


@cache
def default_placeholders() -> frozenset[str]:
    """The shipped list of ids that name nobody (``data/placeholder_cids.txt``)."""
    lines = _PLACEHOLDER_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(entry for line in lines if (entry := line.partition("#")[0].strip()))


def check_digit(first_twelve: str) -> int:
    """Check digit of twelve ASCII digits: ``(11 - sum(d_i * (14 - i)) mod 11) mod 10``, i from 1."""
    total = sum(int(digit) * weight for digit, weight in zip(first_twelve, range(13, 1, -1), strict=True))
    return (11 - total % 11) % 10


def is_thirteen_digits(cid: str) -> bool:
    """Thirteen ASCII digits; Thai digits and signs are not accepted."""
    return len(cid) == 13 and cid.isascii() and cid.isdigit()


def checksum_ok(cid: str) -> bool:
    """Thirteen digits whose last one is the check digit; any first digit is accepted."""
    return is_thirteen_digits(cid) and check_digit(cid[:12]) == int(cid[12])


def is_placeholder(cid: str, placeholders: frozenset[str]) -> bool:
    """On the list, or thirteen times the same digit."""
    return cid in placeholders or (is_thirteen_digits(cid) and len(set(cid)) == 1)


def classify(
    cid: str | None,
    nationality: str | None,
    *,
    placeholders: frozenset[str],
    facility_codes: frozenset[str] = frozenset(),
    policy: IdentityPolicy = "checksum",
) -> CidClass:
    """What a citizen id is, and if unusable, the reason that fits best.

    A valid checksum off the placeholder list is accepted whatever the first digit ("Decisions on doubtful
    data"), unless the hospital asks for ids of persons with Thai registration. Of the rest, a person of
    another nationality is ``foreigner`` (has no id), whatever was typed in; ``temporary`` is 0 followed by a
    known 5-digit facility code, as HIS programs make them up.

    :param cid: as in the canonical patient row: blanks and dashes removed, or None.
    :param nationality: 43-file NATION; None means unknown and is not taken for foreign.
    :param placeholders: ids that name nobody.
    :param facility_codes: known hcode5.
    :param policy: ``Hospital.identity_policy``; ``thai_registered`` refuses ids that begin with 0, 6 or 7.
    """
    found = text(cid) or ""
    if checksum_ok(found) and not is_placeholder(found, placeholders):
        refused = policy == "thai_registered" and found[0] in NOT_THAI_REGISTERED
        return "not_thai_registered" if refused else "valid"
    nation = (text(nationality) or "").lstrip("0")
    if nation and nation != THAI_NATION:
        return "foreigner"
    if not found:
        return "blank"
    if is_placeholder(found, placeholders):
        return "placeholder"
    if found[0] == "0" and found[1:6] in facility_codes:
        return "temporary"
    return "checksum" if is_thirteen_digits(found) else "format"
