"""Pieces several resources share: clock times, practitioners, ordering, texts that must stay distinct."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from phr.mapping.codemaps import PRACTITIONER

#: system of hospital codes (contract 6.1)
HCODE5 = "https://bps.moph.go.th/hcode/5"

_READABLE_KEY = re.compile(r"[A-Za-z0-9:._-]{1,20}")
_DIGITS = re.compile(r"([0-9]+)")


class _Keyed(Protocol):
    @property
    def row_key(self) -> str: ...


RowT = TypeVar("RowT", bound=_Keyed)


def moment(day: str, time: str | None, suffix: str) -> str:
    """Local clock time as the contract writes it (3.3): ``yyyy-mm-ddTHH:MM:SS`` and the suffix setting.

    An unknown time is midnight: the formats have no way to say "day only".
    """
    return f"{day}T{time or '00:00:00'}{suffix}"


def practitioner(name: str | None, licence: str | None) -> dict[str, Any] | None:
    """Reference to a provider, or None when nothing is known of him."""
    if not name and not licence:
        return None
    who: dict[str, Any] = {}
    if licence:
        who["reference"] = f"Practitioner/{licence}"
    if name:
        who["display"] = name
    return who


def profession(licence: str | None) -> str:
    """What the participant is, by the profession letter of the licence; never a guess."""
    row = PRACTITIONER.get(licence[:1]) if licence else None
    return row["text"] if row else "ผู้ให้บริการ"


def department(clinic_code: str | None) -> str | None:
    """The two department digits of a 43-file CLINIC code (5 digits: OPD/IPD, department, sub-unit)."""
    code = clinic_code or ""
    return code[1:3] if len(code) == 5 and code.isascii() and code.isdigit() else None


def organization(hcode: str, name: str) -> dict[str, Any]:
    """``managingOrganization`` (contract 4.1) without agent and scope."""
    return {
        "type": "Organization",
        "identifier": {"use": "official", "system": HCODE5, "value": hcode},
        "display": name,
    }


def natural(key: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts ``9`` before ``10``; defined for any text."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(key) if part
    )


def in_key_order(rows: Sequence[RowT]) -> list[RowT]:
    """Rows by ``row_key``: the order of the document never depends on the order of the query."""
    return sorted(rows, key=lambda row: natural(row.row_key)) if len(rows) > 1 else list(rows)


def distinct_texts(texts: Sequence[str], row_keys: Sequence[str]) -> list[str]:
    """Keep rows apart that the national side may key by the md5 of their text (contract 3.4, mark D).

    ``texts`` are in key order. The first row with a text keeps it; each further one gets its own immutable
    ``row_key`` behind it (a digest of it when it is long or not readable). So a row's text depends on its own
    key, never on the order of the query, and a row that appears later leaves the others as they are. The one
    exception: a new row with a *lower* key than the plain one takes the plain text over, and the old one gets
    its suffix. Both texts are then in the new document, so nothing stale stays behind.
    """
    taken: set[str] = set()
    out = []
    for text, row_key in zip(texts, row_keys, strict=True):
        if (seen := folded(text)) in taken:
            text = f"{text} [{_short(row_key)}]"
            seen = folded(text)
        taken.add(seen)
        out.append(text)
    return out


def folded(text: str) -> str:
    """The text as a careless reader takes it: case, blanks and Unicode form do not count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _short(row_key: str) -> str:
    if _READABLE_KEY.fullmatch(row_key):
        return row_key
    return hashlib.sha256(row_key.encode()).hexdigest()[:8]
