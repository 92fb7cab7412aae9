"""The catalogue of rules: what is checked, why a row fails, and what the hospital does about it.

Rules are data (``rules/<table>.yaml``), one file per canonical table; this module reads and validates them
without Great Expectations, so pages and work lists can name a rule cheaply.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from phr import faults
from phr.canonical import TABLES
from phr.errors import Bug

RULES_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as staff see it.

    ``scope`` is what a failure takes out: ``document`` the whole document (or all documents of the patient),
    ``row`` this row only. ``reason`` is a short stable code; texts are Thai and English.
    """

    rule_id: str
    table: str
    field: str
    scope: Literal["document", "row"]
    reason: str
    title_th: str
    title_en: str
    fix_th: str
    fix_en: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """The Great Expectations side of a rule: class name, arguments, and which rows it is about.

    ``only_where`` narrows it to rows whose columns have these values, None meaning empty.
    """

    rule_id: str
    type: str
    kwargs: dict[str, Any]
    only_where: dict[str, str | None]


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    th: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _RuleEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    field: str
    scope: Literal["document", "row"]
    reason: str = Field(pattern=r"^[A-Z][A-Z0-9_]+$")
    expect: str = Field(pattern=r"^Expect[A-Za-z]+$")
    kwargs: dict[str, Any]
    only_where: dict[str, str | None] = Field(default_factory=dict)
    title: _Texts
    fix: _Texts


class _RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    table: str
    rules: list[_RuleEntry] = Field(min_length=1)


def load_rules(folder: Path = RULES_FOLDER) -> tuple[dict[str, Rule], dict[str, tuple[Expectation, ...]]]:
    """Read every rule file: rules by id, expectations by table (file order).

    :raises Bug: PHR-901 when a file is malformed, a table has no file, a rule names an unknown column or an
        id is used twice; a missing check must never pass for a passed one.
    """
    rules: dict[str, Rule] = {}
    expectations: dict[str, tuple[Expectation, ...]] = {}
    for table, row_type in TABLES.items():
        path = folder / f"{table}.yaml"
        try:
            entries = _RuleFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise Bug(faults.UNEXPECTED, detail=f"rule file {path.name}: {type(error).__name__}") from error
        for entry in entries.rules:
            if entry.id in rules or entry.id.partition(".")[0] != table or entries.table != table:
                raise Bug(faults.UNEXPECTED, detail=f"rule file {path.name}: id {entry.id}")
            if entry.field not in row_type._fields:
                raise Bug(faults.UNEXPECTED, detail=f"rule {entry.id}: no column {entry.field}")
            rules[entry.id] = Rule(
                rule_id=entry.id,
                table=table,
                field=entry.field,
                scope=entry.scope,
                reason=entry.reason,
                title_th=entry.title.th,
                title_en=entry.title.en,
                fix_th=entry.fix.th,
                fix_en=entry.fix.en,
            )
        expectations[table] = tuple(
            Expectation(entry.id, entry.expect, entry.kwargs, entry.only_where) for entry in entries.rules
        )
    return rules, expectations


#: every rule by id, and every table's expectations
RULES, EXPECTATIONS = load_rules()
