"""What the national side should show of a visit or a register: the oracle's own reading of the rules.

Sources: the API contract (4.2, 4.5), DESIGN R6 and R10 and docs/en/doubtful-data.md. Written without a look
into the mapping's code, so that the two can disagree.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from phr_sandbox.national.rules import valid_cid
from phr_sandbox.province.clinical import ADOLESCENT, ICD_NAMES, RESTRICTED, VERY_RESTRICTED
from phr_sandbox.province.formulary import DRUGS, SPECIAL_USES, USAGES
from phr_sandbox.province.laboratory import ITEMS
from phr_sandbox.province.masters import PTTYPES
from phr_sandbox.province.people import PLACEHOLDER_CIDS
from phr_sandbox.scenario.masters import EXPORT_CODES
from phr_sandbox.scenario.model import IMPOSSIBLE_DAY, His, LabForm, Record, Visit

Fate = Literal["send", "hold", "quarantine"]
#: kinds of children of an encounter, as the double calls them
Kind = Literal["Condition", "Observation", "Medication", "Coverage", "Appointment"]

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
_LIMIT = re.compile(r"[<>≤≥]=? ?\d[\d.,]*", re.ASCII)
#: a flag typed behind a number
_FLAGS = frozenset({"H", "L", "HH", "LL"})
#: main group of the INSTYPEs that the plans of the demo province have (43-file list; others have none)
_MAIN_GROUPS = {"0100": "UCS", "1100": "OFC", "1200": "OFC", "2201": "LGO", "4200": "SSS", "8301": "STP"}
_DIRECTIONS = {code: lines for code, _, *lines in USAGES} | {code: lines for code, *lines in SPECIAL_USES}
_RESTRICTED = {row[0] for row in RESTRICTED} | {row[0] for row in VERY_RESTRICTED}
_YOUNG = {row[0] for row in ADOLESCENT}
#: laboratory items and drugs that say what a diagnosis does not
_TELLING_ITEMS = {403, 404}
_TELLING_DRUGS = {"1000031", "1000032"}


@dataclass(frozen=True, slots=True)
class Child:
    """One row of a document. ``key`` is what tells it apart at the double, ``rest`` is content nobody sees.

    The double tells diagnoses, results and drugs apart by their text (contract 3.4), all others by content.
    """

    kind: Kind
    key: tuple[Any, ...]
    shown: tuple[Any, ...]
    rest: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """What a document says about the person, apart from the citizen id; not content of the visit (R4)."""

    hn: str
    phone: str


@dataclass(frozen=True, slots=True)
class Document:
    """One encounter document. ``head`` holds the fields the read side shows of the encounter itself."""

    vn: str
    cid: str
    day: date
    head: tuple[tuple[str, Any], ...]
    children: frozenset[Child]
    #: keys of the HIS rows that became children
    rows: frozenset[str]
    #: content that the read side does not show
    unseen: tuple[Any, ...]
    block: Block

    @property
    def content(self) -> tuple[Any, ...]:
        """Equal for documents that say the same about the visit."""
        return self.cid, self.head, self.children, self.unseen

    @property
    def keys(self) -> frozenset[tuple[Kind, tuple[Any, ...]]]:
        """What the national side tells the children apart by."""
        return frozenset((child.kind, child.key) for child in self.children)


def fate_of(his: His, visit: Visit) -> Fate:
    """Whether a visit may be sent. A row that is left out still tells what the visit was about."""
    record = his.records.get(visit.hn)
    if record is None or not usable_cid(record.cid):
        return "quarantine"
    codes = {row.code for row in visit.diagnoses}
    items = {row.item for form in visit.forms for row in form.rows if form.report_day}
    telling = items & _TELLING_ITEMS or {line.icode for line in visit.drugs} & _TELLING_DRUGS
    if codes & _RESTRICTED or telling or (codes & _YOUNG and _is_young(record, visit.day)):
        return "hold"
    return "send"


def usable_cid(cid: str | None) -> bool:
    """A citizen id with a valid check digit that is no placeholder."""
    return valid_cid(cid) and cid not in PLACEHOLDER_CIDS


def _is_young(record: Record, day: date) -> bool:
    birth = record.who.birth
    return (birth.year + 20, birth.month, birth.day) > (day.year, day.month, day.day)


def bad_rows(visit: Visit) -> frozenset[str]:
    """Keys of rows the checks put aside: an impossible report date, a quantity that is not positive."""
    forms = [form for form in visit.forms if form.report_day == IMPOSSIBLE_DAY]
    labs = {_lab_key(form, row.item) for form in forms for row in form.rows if row.result}
    return frozenset(labs | {line.row for line in visit.drugs if line.qty <= 0})


def document_of(his: His, visit: Visit) -> Document:
    """The document of a visit whose person has a usable citizen id."""
    record = his.records[visit.hn]
    bad = bad_rows(visit)
    rows: set[str] = set()
    children: set[Child] = set()
    for key, child in (
        *_conditions(visit),
        *_observations(visit, bad),
        *_medications(visit, bad),
        *((f"coverage:{visit.vn}:{plan}", _coverage(his, plan, visit.day)) for plan in visit.coverages),
        *_appointments(visit),
    ):
        rows.add(key)
        children.add(child)
    v = visit.vitals
    head = (
        ("day", visit.day.isoformat()),
        ("period_start", f"{visit.day}T{visit.time}"),
        ("reason_text", visit.complaint),
        ("vital_sign_body_weight_kg", v.weight),
        ("vital_sign_body_height_cm", float(v.height)),
        ("vital_sign_body_temp_cel", v.temperature),
        ("vital_sign_bp_systolic_mmhg", v.systolic),
        ("vital_sign_bp_diastolic_mmhg", v.diastolic),
    )
    return Document(
        vn=visit.vn,
        cid=record.cid or "",
        day=visit.day,
        head=tuple((name, value) for name, value in head if value is not None),
        children=frozenset(children),
        rows=frozenset(rows),
        unseen=(visit.doctor, visit.spclty, visit.arrival),
        block=Block(record.hn, record.phone),
    )


def _conditions(visit: Visit) -> list[tuple[str, Child]]:
    """One code stands once, with the time of its first row; the English name is the text."""
    found: dict[str, tuple[str, Child]] = {}
    for row in sorted(visit.diagnoses, key=lambda row: (row.kind, row.row)):
        text = ICD_NAMES[row.code][0]
        shown = (row.code, text, f"{visit.day}T{row.time}")
        found.setdefault(row.code, (f"diagnosis:{row.row}", Child("Condition", (text,), shown)))
    return list(found.values())


def _lab_key(form: LabForm, item: int) -> str:
    return f"{form.number}:{item}"


def _observations(visit: Visit, bad: frozenset[str]) -> list[tuple[str, Child]]:
    """Reported, confirmed, non-blank results; of two with one name the later row carries its key."""
    found: list[tuple[str, Child]] = []
    taken: set[str] = set()
    every = [(form, row) for form in visit.forms for row in form.rows]
    for form, row in sorted(every, key=lambda pair: (pair[0].number, pair[1].item)):
        key = _lab_key(form, row.item)
        if not (form.report_day and row.confirmed and row.result) or key in bad:
            continue
        item = ITEMS[row.item]
        text = item.display if item.display not in taken else f"{item.display} [{key}]"
        taken.add(item.display)
        issued = f"{form.report_day}T{form.report_time or '00:00:00'}"
        shown = (*_value(row.result, item.unit), *_normal_range(item.normal, item.unit), issued)
        rest = (form.order_day, form.order_time)
        found.append((f"lab:{key}", Child("Observation", (text,), shown, rest)))
    return found


def _value(text: str, unit: str) -> tuple[float | None, str, str, str]:
    """Number, unit, text, flag: a plain decimal is a number, also with a flag behind it; a limit takes its
    unit along; all else is as typed."""
    number, _, flag = text.partition(" ")
    if flag not in _FLAGS:
        number, flag = text, ""
    if _NUMBER.fullmatch(number):
        return float(number), unit, "", flag
    return None, "", f"{text} {unit}" if unit and _LIMIT.fullmatch(text) else text, ""


def _normal_range(text: str, unit: str) -> tuple[float | None, float | None, str]:
    """Low, high, text: always as written; bounds of ``a - b`` and of one limit, in the result's own unit."""
    bare = text.removesuffix(unit).strip()
    low, dash, high = (part.strip() for part in bare.partition("-"))
    if dash and _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high):
        return float(low), float(high), text
    limit = bare.lstrip("<>≤≥=").strip()
    if bare[:1] in tuple("<>≤≥") and _NUMBER.fullmatch(limit):
        return (float(limit), None, text) if bare[0] in ">≥" else (None, float(limit), text)
    return None, None, text


def _medications(visit: Visit, bad: frozenset[str]) -> list[tuple[str, Child]]:
    """Lines of drugs the patient kept: what came back as a whole, on whatever line, was not given."""
    kept: Counter[str] = Counter()
    for line in visit.drugs:
        kept[line.icode] += line.qty
    found = []
    for line in visit.drugs:
        if line.row in bad or kept[line.icode] <= 0:
            continue
        drug = DRUGS[line.icode]
        directions = " ".join(part for part in _DIRECTIONS[line.special or line.usage] if part)
        child = Child(
            "Medication",
            (f"{drug.name} {drug.strength}",),
            (float(line.qty), directions),
            (line.rx_day, line.rx_time, drug.price),
        )
        found.append((f"drug:{line.row}", child))
    return found


def _coverage(his: His, plan: str, day: date) -> Child:
    """The main group of the plan, else that of its INSTYPE, else the plan in the hospital's own words."""
    name, group, instype, _, sub = PTTYPES[plan]
    group = group or _MAIN_GROUPS.get(instype or "", "")
    words = "" if group else name
    return Child("Coverage", (group, words, sub, his.hcode, day.year), (group, words))


def _appointments(visit: Visit) -> list[tuple[str, Child]]:
    return [
        (f"appointment:{row.row}", Child("Appointment", (start, row.clinic, row.made), (start,)))
        for row in visit.appointments
        if row.active
        for start in [f"{row.day}T{row.time}"]
    ]


@dataclass(frozen=True, slots=True)
class Shot:
    """A dose as a register shows it; what it is told apart by comes first."""

    day: date
    code: str
    lot: str


def register_of(his: His, cid: str) -> frozenset[Shot]:
    """Every dose of a person at a hospital, over all HNs and tables (R6).

    A dose given elsewhere is not this hospital's. One dose recorded in two tables is one.
    """
    found: dict[tuple[date, str], Shot] = {}
    for key in sorted(his.doses, key=str):
        dose = his.doses[key]
        if dose.table == "elsewhere" or his.cid_of_dose(dose) != cid:
            continue
        code = EXPORT_CODES[dose.table][dose.vaccine]
        # of two entries of one dose the one that names the lot says more
        if (shot := found.get((dose.day, code))) is None or not shot.lot:
            found[dose.day, code] = Shot(dose.day, code, dose.lot)
    return frozenset(found.values())
