"""A hospital's own codes -> national ones, where the HIS holds none: CSV files beside ``hospitals.yaml``.

``codes/<map>.csv`` holds for the whole province, ``codes/<hcode>/<map>.csv`` for one hospital and before it.
Each begins with ``# map:``, ``# version:`` and ``# source:`` (who says so), as the shipped code maps do. What
a line names replaces what the HIS says; an empty cell leaves it alone.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phr import faults
from phr.canonical import CanonicalRow
from phr.errors import StopHospital
from phr.mapping.codemaps import INSTYPE, VACCINE
from phr.mapping.common import department
from phr.settings import UnmappedPolicy

FOLDER = "codes"
_PROVENANCE = ("# map:", "# version:", "# source:")
_TMT_LEVELS = ("", "GPU", "SKS", "TPU")


@dataclass(frozen=True, slots=True)
class LocalMap:
    """One kind of code; ``source`` of a line is matched with the columns ``keys``, in this order."""

    name: str
    title_th: str
    title_en: str
    table: str
    keys: tuple[str, ...]
    #: columns of the canonical row that a line may fill; they are the columns of the file
    fills: tuple[str, ...]
    #: whether a row has its national code
    has_code: Callable[[Any], bool]


#: policy of unmapped codes -> what becomes of a row without national code, Thai and English
EFFECTS: dict[UnmappedPolicy, tuple[str, str]] = {
    "send_local_text": ("ส่งด้วยชื่อของโรงพยาบาล", "sent with the hospital's own words"),
    "quarantine": ("กักไว้จนกว่าจะมีรหัส", "left out and listed until there is a code"),
}
#: by file name; each has its policy in ``Hospital.unmapped_codes``
MAPS: dict[str, LocalMap] = {
    m.name: m
    for m in (
        LocalMap(
            "labs",
            "รายการแล็บ",
            "laboratory tests",
            "lab_result",
            ("local_code",),
            ("loinc", "tmlt"),
            # a 43-file LABTEST code is sent, but the contract names LOINC and TMLT only (6.1)
            lambda row: bool(row.loinc or row.tmlt),
        ),
        LocalMap(
            "drugs",
            "ยา",
            "drugs",
            "drug_dispense",
            ("local_code",),
            ("tmt_code", "tmt_level"),
            lambda row: bool(row.tmt_code),
        ),
        LocalMap(
            "vaccines",
            "วัคซีน",
            "vaccines",
            "immunization",
            ("vaccine_code", "vaccine_name"),
            ("vaccine_code",),
            lambda row: row.vaccine_code in VACCINE,
        ),
        LocalMap(
            "coverages",
            "สิทธิการรักษา",
            "coverages",
            "coverage",
            ("plan_name", "instype"),
            ("group_code",),
            lambda row: bool(row.group_code or INSTYPE.get(row.instype or "", {}).get("group")),
        ),
        LocalMap(
            "clinics",
            "แผนก",
            "departments",
            "visit",
            ("clinic_code", "clinic_name"),
            ("clinic_code",),
            lambda row: department(row.clinic_code) is not None,
        ),
        LocalMap(
            "nationalities",
            "สัญชาติ",
            "nationalities",
            "patient",
            ("nationality", "nationality_name"),
            ("nationality",),
            lambda row: bool(row.nationality),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class LocalCodes:
    """The maps of one hospital: map -> code or name as found -> columns to fill."""

    lines: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    @classmethod
    def load(cls, config_dir: Path, hcode: str) -> LocalCodes:
        """Read the province's files and the hospital's; a folder that does not exist holds none.

        :raises StopHospital: PHR-101 naming file, line and what is wrong.
        """
        lines: dict[str, dict[str, dict[str, str]]] = {}
        for folder in (config_dir / FOLDER, config_dir / FOLDER / hcode):
            for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
                try:
                    lines.setdefault(path.stem, {}).update(read_local_map(path))
                except ValueError as error:
                    detail = f"{path.relative_to(config_dir)}: {error}"
                    raise StopHospital(faults.CONFIG_MALFORMED, hospital=hcode, detail=detail) from None
        return cls(lines)

    def apply(self, rows: Mapping[str, Iterable[CanonicalRow]]) -> dict[str, list[Any]]:
        """The rows with the codes of the maps filled in; rows that no line names are the same objects."""
        changed: dict[str, list[Any]] = {table: list(found) for table, found in rows.items()}
        for name, lines in self.lines.items():
            local = MAPS[name]
            if table := changed.get(local.table):
                translate = _translator(local, lines)
                changed[local.table] = [translate(row) for row in table]
        return changed


def _translator(local: LocalMap, lines: Mapping[str, Mapping[str, str]]) -> Callable[[Any], Any]:
    def translate(row: Any) -> Any:
        for key in local.keys:
            if (found := lines.get(getattr(row, key) or "")) is not None:
                return row._replace(**found)
        return row

    return translate


def read_local_map(path: Path) -> dict[str, dict[str, str]]:
    """Lines of one file: ``source`` -> columns that are filled.

    :raises ValueError: an unknown map, no provenance, other columns, a repeated source, or a bad TMT level.
    """
    local = MAPS.get(path.stem)
    if local is None:
        raise ValueError(f"no such map; there are {', '.join(MAPS)}")
    text = path.read_text(encoding="utf-8-sig").splitlines()
    for mark in _PROVENANCE:
        if not any(line.startswith(mark) and line.removeprefix(mark).strip() for line in text):
            raise ValueError(f"a line '{mark} …' is missing: who says so, and which version it is")
    reader = csv.DictReader(line for line in text if not line.startswith("#") and line.strip())
    allowed = {"source", "name", "rows", *local.fills}
    if extra := set(reader.fieldnames or ()) - allowed:
        raise ValueError(
            f"unknown column {', '.join(sorted(map(str, extra)))}; columns are source, "
            f"{', '.join(local.fills)}, and for people name, rows"
        )
    if "source" not in (reader.fieldnames or ()):
        raise ValueError("column source is missing")
    found: dict[str, dict[str, str]] = {}
    for row in reader:
        source = (row["source"] or "").strip()
        values = {name: value.strip() for name in local.fills if (value := row.get(name) or "").strip()}
        if not source:
            raise ValueError(f"line {reader.line_num} of the table: source is empty")
        if source in found:
            raise ValueError(f"{source} is listed twice")
        if local.name == "drugs" and (values.get("tmt_level", "") not in _TMT_LEVELS or len(values) == 1):
            raise ValueError(f"{source}: tmt_code and tmt_level (GPU, SKS or TPU) belong together")
        if values:  # a line of the template that nobody has filled in yet
            found[source] = values
    return found
