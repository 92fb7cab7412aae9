"""The release policy: data classes, what is done with each, the sensitivity lists (R10, DM3, DM7).

Files in the configuration folder: ``data_class_policy.yaml`` (or the hospital's own, ``class_policy``),
``sensitivity_icd10.csv`` with its supplement ``sensitivity_icd10_extra.csv``, and ``sensitivity_text.csv``.
Nothing is released without all of them: a missing or doubtful file stops the hospital before any request.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from phr import faults
from phr.errors import StopHospital
from phr.release.icd10 import SensitivityTable
from phr.release.text import TextPatterns
from phr.settings import Hospital

Action = Literal["send", "hold", "never"]
ClassName = Literal["C0", "C1", "C2", "C3", "C4"]
Label = Annotated[str, Field(pattern=r"^[A-Z]+$")]
TextField = Literal[
    "chief_complaint", "present_illness", "diagnosis_text", "appointment_cause", "appointment_note"
]

CLASSES: tuple[ClassName, ...] = ("C0", "C1", "C2", "C3", "C4")
ACTIONS: tuple[Action, ...] = ("send", "hold", "never")
#: HL7 v3-Confidentiality, from mild to strict
CONFIDENTIALITY = "ULMNRV"

POLICY_FILE = "data_class_policy.yaml"
ICD10_FILE = "sensitivity_icd10.csv"
#: codes the age rule needs and the reference list leaves out; apart, so that the list stays as it came
ICD10_EXTRA_FILE = "sensitivity_icd10_extra.csv"
TEXT_FILE = "sensitivity_text.csv"
#: the same for every hospital
SHARED_FILES = (ICD10_FILE, ICD10_EXTRA_FILE, TEXT_FILE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataClass(_Strict):
    """One data class; the reader's levels are documentation (a sender has no reader's session)."""

    action: Action
    title_th: str
    title_en: str
    reader_ial: str
    reader_aal: str


class Minors(_Strict):
    """Topics that are stricter below an age."""

    below_age: int = Field(ge=0, le=100)
    labels: tuple[Label, ...]
    data_class: ClassName = Field(alias="class")


#: the richest side channels: restricted unless the policy names another class for them
RICH_TEXTS: tuple[TextField, ...] = ("present_illness", "diagnosis_text")


class FreeText(_Strict):
    """Class of what is typed freely. A text whose class is not sent is left out; its document still goes."""

    data_class: ClassName = Field(default="C2", alias="class")
    fields: dict[TextField, ClassName] = Field(default_factory=dict)

    def class_of(self, name: TextField) -> ClassName:
        """Its own class when named; else the common one, for a rich text C3 at least (fail closed)."""
        if name in self.fields:
            return self.fields[name]
        least: ClassName = "C3" if name in RICH_TEXTS else "C0"
        return max(self.data_class, least, key=CLASSES.index)


class PolicyFile(_Strict):
    """``data_class_policy.yaml``."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")
    status: Literal["PROPOSED", "APPROVED"]
    classes: dict[ClassName, DataClass]
    confidentiality: dict[Literal["U", "L", "M", "N", "R", "V"], ClassName]
    unparseable_code: ClassName
    minors: Minors
    free_text: FreeText = FreeText()

    @model_validator(mode="after")
    def _complete(self) -> PolicyFile:
        if missing := [name for name in CLASSES if name not in self.classes]:
            raise ValueError(f"classes: {', '.join(missing)} missing")
        actions = [ACTIONS.index(self.classes[name].action) for name in CLASSES]
        if actions != sorted(actions):
            raise ValueError("classes: a higher class may not be treated more freely than a lower one")
        if self.classes["C4"].action == "send":
            raise ValueError("classes: C4 is never sent automatically")
        known = [letter for letter in CONFIDENTIALITY if letter in self.confidentiality]
        mapped = [CLASSES.index(self.confidentiality[letter]) for letter in known]
        if not {"N", "R", "V"} <= set(known) or mapped != sorted(mapped):
            raise ValueError("confidentiality: needs N, R and V, in rising classes")
        return self


@dataclass(frozen=True, slots=True)
class Policy:
    """A loaded policy; :func:`phr.release.decide` applies it."""

    version: str
    file: PolicyFile
    icd10: SensitivityTable
    text: TextPatterns

    def sends_text(self, name: TextField) -> bool:
        """Whether a free text of this kind may stand in a document that is sent."""
        return self.file.classes[self.file.free_text.class_of(name)].action == "send"

    @classmethod
    def of(cls, config_dir: Path, hospital: Hospital) -> Policy:
        """The policy of a hospital.

        Its version also tells which code maps keep back what could go (``Hospital.unmapped_codes``), by their
        first letters: ``+dl`` is drugs and labs. So what was judged otherwise is found again.

        :raises StopHospital: as :meth:`load`, naming the hospital.
        """
        try:
            policy = cls.load(config_dir, hospital.class_policy)
        except StopHospital as error:
            raise StopHospital(error.fault, hospital=hospital.hcode, detail=error.detail) from None
        if stricter := "".join(name[0] for name in hospital.unmapped_codes.stricter):
            return replace(policy, version=f"{policy.version}+{stricter}")
        return policy

    @classmethod
    def load(cls, config_dir: Path, policy_file: str = POLICY_FILE) -> Policy:
        """Read the four files; ``policy_file`` is the name of the first, ``Hospital.class_policy``.

        ``version`` is the policy's name and a short digest of all four files: any change is another version.

        :raises StopHospital: PHR-106 when a file is missing, PHR-101 when one is malformed.
        """
        raw = {name: _read(config_dir / name) for name in (policy_file, *SHARED_FILES)}
        file = _parse_policy(policy_file, raw[policy_file])
        text_rows = [
            (row["pattern"], row["fields"], row["sensitivity_label"], row["suggested_confidentiality"])
            for row in _table(raw, TEXT_FILE, file)
        ]
        icd10 = _icd10(raw, file)
        try:
            text = TextPatterns(text_rows)
        except ValueError as error:
            raise _malformed(TEXT_FILE, str(error)) from None
        digest = hashlib.sha256()
        for name, content in raw.items():
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return cls(f"{file.name}+{digest.hexdigest()[:12]}", file, icd10, text)


def _malformed(name: str, why: str) -> StopHospital:
    return StopHospital(faults.CONFIG_MALFORMED, detail=f"{name}: {why}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise StopHospital(faults.POLICY_MISSING, detail=path.name) from None


def _parse_policy(name: str, raw: bytes) -> PolicyFile:
    try:
        return PolicyFile.model_validate(yaml.safe_load(raw.decode("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise _malformed(name, "not valid YAML in UTF-8") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise _malformed(name, f"{where}: {first['msg']}") from None


def _icd10(raw: dict[str, bytes], file: PolicyFile) -> SensitivityTable:
    """Reference list and supplement as one table; a prefix and label may stand in one of them only."""
    rows = {
        name: [
            (row["icd10_prefix"], row["sensitivity_label"], row["suggested_confidentiality"])
            for row in _table(raw, name, file)
        ]
        for name in (ICD10_FILE, ICD10_EXTRA_FILE)
    }
    strictness = list(CONFIDENTIALITY)
    for name, own in rows.items():
        try:
            SensitivityTable(own, strictness)  # alone, so that the message counts the lines of this file
        except ValueError as error:
            raise _malformed(name, str(error)) from None
    reference = {row[:2] for row in rows[ICD10_FILE]}
    for number, row in enumerate(rows[ICD10_EXTRA_FILE], start=2):
        if row[:2] in reference:
            raise _malformed(ICD10_EXTRA_FILE, f"line {number}: {ICD10_FILE} has this prefix and label")
    return SensitivityTable(rows[ICD10_FILE] + rows[ICD10_EXTRA_FILE], strictness)


_ICD10_COLUMNS = {"icd10_prefix", "sensitivity_label", "suggested_confidentiality"}
_COLUMNS = {
    ICD10_FILE: _ICD10_COLUMNS,
    ICD10_EXTRA_FILE: _ICD10_COLUMNS,
    TEXT_FILE: {"pattern", "fields", "sensitivity_label", "suggested_confidentiality"},
}


def _table(raw: dict[str, bytes], name: str, file: PolicyFile) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(raw[name].decode("utf-8-sig").splitlines(), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise _malformed(name, "not valid CSV in UTF-8") from None
    if not _COLUMNS[name] <= set(reader.fieldnames or ()):
        raise _malformed(name, f"columns needed: {', '.join(sorted(_COLUMNS[name]))}")
    if not rows:
        raise _malformed(name, "no rows")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise _malformed(name, f"line {number}: wrong number of columns")
        if not row["sensitivity_label"].isalpha() or not row["sensitivity_label"].isupper():
            raise _malformed(name, f"line {number}: label must be capital letters")
        if row["suggested_confidentiality"] not in file.confidentiality:
            raise _malformed(name, f"line {number}: unknown confidentiality")
    return rows
