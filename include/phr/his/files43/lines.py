"""From the bytes of one file to its records: charset, header, quoted, continued and broken lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from phr import faults
from phr.errors import StopHospital

#: columns in the order of the standard (v2.4.1), for exports without a header; older ones stop earlier
LAYOUTS: dict[str, str] = {
    "PERSON": "HOSPCODE CID PID HID PRENAME NAME LNAME HN SEX BIRTH MSTATUS OCCUPATION_OLD"
    " OCCUPATION_NEW RACE NATION RELIGION EDUCATION FSTATUS FATHER MOTHER COUPLE VSTATUS"
    " MOVEIN DISCHARGE DDISCHARGE ABOGROUP RHGROUP LABOR PASSPORT TYPEAREA D_UPDATE TELEPHONE"
    " MOBILE HOSPCODE9",
    "SERVICE": "HOSPCODE PID HN SEQ DATE_SERV TIME_SERV LOCATION INTIME INSTYPE INSID MAIN TYPEIN"
    " REFERINHOSP CAUSEIN CHIEFCOMP SERVPLACE BTEMP SBP DBP PR RR TYPEOUT REFEROUTHOSP"
    " CAUSEOUT COST PRICE PAYPRICE ACTUALPAY D_UPDATE HSUB CID HOSPCODE9 HOSP9_MAIN"
    " REFERINHOSP9 REFEROUTHOSP9 HOSP9_SUB",
    "DIAGNOSIS_OPD": "HOSPCODE PID SEQ DATE_SERV DIAGTYPE DIAGCODE CLINIC PROVIDER D_UPDATE CID HOSPCODE9",
    "DRUG_OPD": "HOSPCODE PID SEQ DATE_SERV CLINIC DIDSTD DNAME AMOUNT UNIT UNIT_PACKING DRUGPRICE"
    " DRUGCOST PROVIDER D_UPDATE CID HOSPCODE9",
    "LABFU": "HOSPCODE PID SEQ DATE_SERV LABTEST LABRESULT D_UPDATE LABPLACE CID PROVIDER HOSPCODE9",
    "EPI": "HOSPCODE PID SEQ DATE_SERV VACCINETYPE VACCINEPLACE PROVIDER D_UPDATE CID HOSPCODE9"
    " VACCINEPLACE9",
    "DRUGALLERGY": "HOSPCODE PID DATERECORD DRUGALLERGY DNAME TYPEDX ALEVEL SYMPTOM INFORMANT INFORMHOSP"
    " D_UPDATE PROVIDER CID HOSPCODE9 HOSP9_INFORMHOSP",
    "CHRONIC": "HOSPCODE PID DATE_DIAG CHRONIC HOSP_DX HOSP_RX DATE_DISCH TYPEDISCH D_UPDATE CID HOSPCODE9"
    " HOSP9_DX HOSP9_RX",
    "APPOINTMENT": "HOSPCODE PID AN SEQ DATE_SERV CLINIC APDATE APTYPE APDIAG PROVIDER D_UPDATE CID"
    " HOSPCODE9",
}
_THAI = re.compile(r"[\u0e01-\u0e5b]")
_CODE = re.compile(r'"?[0-9]{5}"?')
#: a free text that holds more line ends than this is no text
_MOST_LINES = 50


@dataclass
class Records:
    """Records of one file. Lines that give none are only counted, never shown."""

    columns: tuple[str, ...]
    #: (number of the line, fields)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    #: (number of the line, fields as far as they go)
    broken: list[tuple[int, list[str]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def decode(content: bytes, name: str, hcode: str) -> tuple[str, int]:
    """The text, and how many lines hold bytes that are no character (``U+FFFD`` stands there).

    UTF-8, with or without a mark, else TIS-620 (cp874). Single bad bytes in a UTF-8 file are characters cut
    in the middle by a field's width; they do not make it another charset.

    :raises StopHospital: PHR-225 when it is neither.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    try:
        return content.decode("utf-8"), 0
    except UnicodeDecodeError:
        pass
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-8", "replace")
        if text.count("\ufffd") < len(_THAI.findall(text)):
            return text, sum("\ufffd" in line for line in text.split("\n"))
        try:
            return content.decode("cp874"), 0
        except UnicodeDecodeError:
            pass
    raise StopHospital(faults.EXPORT_CHARSET, hospital=hcode, detail=name)


def records(kind: str, text: str, name: str, hcode: str) -> Records:
    """The records of a file.

    A line end inside a text splits a record; its parts are joined again when together they have exactly the
    fields of the header. A line that occurs twice, letter by letter, counts once.

    :raises StopHospital: PHR-224 when there is no line at all, PHR-226 when the columns cannot be told.
    """
    lines = [(n, line) for n, line in enumerate(re.split(r"\r\n|\n|\r", text), 1) if line.strip("\x1a \t|")]
    if not lines:
        raise StopHospital(faults.EXPORT_EMPTY, hospital=hcode, detail=name)
    if lines[0][1].rstrip().endswith("|"):  # a stroke at the end of every line
        lines = [(n, line.rstrip().removesuffix("|")) for n, line in lines]
    columns, lines = _columns(kind, lines, name, hcode)
    found = Records(columns)
    seen: set[str] = set()
    for number, line in _joined(lines, len(columns), found):
        fields = _fields(line, len(columns), found)
        if line in seen:
            found.counts["repeated"] += 1
        elif len(fields) == len(columns):
            seen.add(line)
            found.rows.append((number, fields))
        else:
            found.counts["broken"] += 1
            found.broken.append((number, fields))
    return found


def _columns(
    kind: str, lines: list[tuple[int, str]], name: str, hcode: str
) -> tuple[tuple[str, ...], list[tuple[int, str]]]:
    head = [field.strip().strip('"').upper() for field in lines[0][1].split("|")]
    if "HOSPCODE" in head and len(set(head)) == len(head):
        return tuple(head), lines[1:]
    layout = tuple(LAYOUTS.get(kind, "").split())
    if _CODE.fullmatch(head[0]) and len(layout) - 3 <= len(head) <= len(layout):
        return layout[: len(head)], lines
    raise StopHospital(faults.EXPORT_LINES, hospital=hcode, detail=f"{name}: no header")


def _joined(lines: Sequence[tuple[int, str]], width: int, found: Records) -> Iterator[tuple[int, str]]:
    """Records; one that stands on several lines is put together when that gives what a record must have."""
    waiting: list[str] = []
    start = 0
    for number, line in lines:
        fields = line.split("|")
        if waiting and len(fields) < width and not _CODE.fullmatch(fields[0].strip()):
            together = sum(part.count("|") for part in waiting) + len(fields)
            if together <= width and len(waiting) < _MOST_LINES:
                waiting.append(line)
                if together == width:
                    found.counts["continued"] += 1
                    yield start, "\n".join(waiting)
                    waiting = []
                continue
        if waiting:
            yield start, "\n".join(waiting)
            waiting = []
        if len(fields) < width:
            waiting, start = [line], number
        else:
            yield number, line
    if waiting:
        yield start, "\n".join(waiting)


def _fields(line: str, width: int, found: Records) -> list[str]:
    fields = line.split("|")
    if '"' in line:
        if len(fields) != width:  # perhaps a stroke inside quotes
            quoted = next(csv.reader([line.replace("\n", " ")], delimiter="|"), [])
            fields = quoted if len(quoted) == width else fields
        elif any(len(f) > 1 and f[0] == f[-1] == '"' for f in fields):
            fields = [f[1:-1] if len(f) > 1 and f[0] == f[-1] == '"' else f for f in fields]
        else:
            return fields  # a quotation mark inside a text
        found.counts["quoted"] += 1
    return fields
