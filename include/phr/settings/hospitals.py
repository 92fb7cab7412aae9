"""``hospitals.yaml``: the hospitals of a province, typed and validated."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from phr import faults
from phr.errors import StopHospital
from phr.settings.categories import CategoryName
from phr.settings.endpoint import EndpointSettings

# [0-9], not \d: Thai digits are digits too
Hcode5 = Annotated[str, Field(pattern=r"^[0-9]{5}$", description="5-digit facility code")]


def _christian_era(day: date) -> date:
    if not 1990 <= day.year < 2400:
        raise ValueError("the year must be a year of the Christian era (2025, not 2568)")
    return day


Day = Annotated[date, AfterValidator(_christian_era)]
Weekday = Annotated[int, Field(ge=0, le=6)]
LookBack = Annotated[int, Field(ge=0, le=60)]
#: codes of both national lists, THCC 166 and 167 (contract 6.4)
HabitCode = Literal["1", "2", "3", "4", "9"]


class Hospital(BaseModel):
    """One hospital. Connections: ``his_<hcode>`` (source) and ``moph_prompt_<hcode>`` (credentials)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hcode: Hcode5
    name_th: str = Field(min_length=1, description="Thai name shown everywhere")
    his: Literal["hosxp"] = Field(description="kind of hospital information system")
    his_version: str = Field(default="v3", description="version text sent as agent")
    work_unit: str | None = Field(default=None, description="name of the group of small units it is run with")
    enabled: bool = Field(default=True, description="False: this hospital is left out of every run")
    categories: dict[CategoryName, Day] = Field(
        default_factory=dict, description="enabled categories, each with its first service day"
    )
    look_back_days: LookBack = Field(default=3, description="days a scheduled run reads again")
    look_back_by_category: dict[CategoryName, LookBack] = Field(
        default_factory=dict, description="look-back of single categories, where it differs"
    )
    settle_minutes: int = Field(default=60, ge=0, description="age of a visit before it is eligible")
    source_charset: Literal["auto", "utf8mb4", "tis620", "utf8"] = Field(
        default="auto", description="charset of the connection to the source; auto is utf8mb4"
    )
    chunk_visits: int = Field(
        default=1000, ge=10, le=5000, description="visits read and held in memory at once"
    )
    closed_days: tuple[Day, ...] = Field(default=(), description="days confirmed to have no service")
    closed_weekdays: tuple[Weekday, ...] = Field(
        default=(), description="weekdays without service, 0 Monday .. 6 Sunday (norm for empty days)"
    )
    max_unfinished_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="a past day of at least 5 visits with a larger share without outcome is suspect (R12)",
    )
    emergency_clinics: tuple[str, ...] = Field(
        default=("12",), description="clinic department digits that make a visit an emergency (class EMER)"
    )

    screening_codes: dict[Literal["smoking", "drinking"], dict[str, HabitCode]] = Field(
        default_factory=dict,
        description=(
            "the hospital's own ids of smoking and drinking (HOSxP smoking_type_id, drinking_type_id), each "
            "with its national code: 1 no, 2 rarely, 3 sometimes, 4 regularly, 9 unknown. Ids differ from "
            "site to site: without a list no answer is sent, and an answer the list lacks is put aside"
        ),
    )

    def look_back(self, category: CategoryName) -> int:
        """Days a scheduled run of this category reads again."""
        return self.look_back_by_category.get(category, self.look_back_days)

    @property
    def source_connection(self) -> str:
        """Connection id of the replica."""
        return f"his_{self.hcode}"

    @property
    def credential_connection(self) -> str:
        """Connection id of the credentials at the national side."""
        return f"moph_prompt_{self.hcode}"


class WorkUnit(BaseModel):
    """What one mapped task instance works on: a hospital, or a declared group of small units."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit_id: str
    label_th: str
    hcodes: tuple[Hcode5, ...]


@dataclass(frozen=True, slots=True)
class BrokenHospital:
    """An entry with a usable code whose settings are not valid: it fails alone, the others go on."""

    hcode: str
    #: every mistake as "field: reason", without values
    mistakes: tuple[str, ...]
    #: False only when the entry says so itself: it would be left out of every run anyway
    enabled: bool = True

    @property
    def error(self) -> StopHospital:
        """PHR-101 with the first mistakes."""
        return StopHospital(faults.CONFIG_MALFORMED, hospital=self.hcode, detail=_first(self.mistakes))


class Province(BaseModel):
    """A province's configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name_th: str
    province_code: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    endpoint: EndpointSettings = EndpointSettings()
    hospitals: tuple[Hospital, ...] = ()
    _broken: tuple[BrokenHospital, ...] = PrivateAttr(default=())

    @property
    def broken(self) -> tuple[BrokenHospital, ...]:
        """Entries that are not valid, in file order; they are not among ``hospitals``."""
        return self._broken

    @model_validator(mode="after")
    def _unique(self) -> Province:
        seen: set[str] = set()
        for hospital in self.hospitals:
            if hospital.hcode in seen:
                raise ValueError(f"hospital {hospital.hcode} is listed twice")
            seen.add(hospital.hcode)
        return self

    def hospital(self, hcode: str) -> Hospital:
        """The hospital with this code.

        :raises StopHospital: PHR-102 an unknown code, PHR-101 one whose entry is not valid.
        """
        for hospital in self.hospitals:
            if hospital.hcode == hcode:
                return hospital
        for broken in self.broken:
            if broken.hcode == hcode:
                raise broken.error
        known = ", ".join(h.hcode for h in self.hospitals[:5])
        raise StopHospital(faults.UNKNOWN_HOSPITAL, hospital=hcode, detail=f"known codes: {known}")

    def for_category(self, category: str, hcodes: list[str] | None = None) -> list[Hospital]:
        """Enabled hospitals of a category, in file order; ``hcodes`` narrows (each must exist)."""
        wanted = [self.hospital(code) for code in hcodes] if hcodes else list(self.hospitals)
        return [h for h in wanted if h.enabled and category in h.categories]

    def work_units(self, hospitals: list[Hospital]) -> list[WorkUnit]:
        """Group hospitals into work units, keeping file order."""
        groups: dict[str, list[Hospital]] = {}
        for hospital in hospitals:
            groups.setdefault(hospital.work_unit or hospital.hcode, []).append(hospital)
        units = []
        for key, members in groups.items():
            label = members[0].name_th if len(members) == 1 else f"{key} ({len(members)} แห่ง)"
            units.append(WorkUnit(unit_id=key, label_th=label, hcodes=tuple(m.hcode for m in members)))
        return units


class _TwiceError(yaml.constructor.ConstructorError):
    """A key stands twice in one mapping: YAML would silently keep the last."""


class _Loader(yaml.SafeLoader):
    """YAML without surprises: no key twice, and dates stay text until their field is known."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _TwiceError(None, None, None, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_province(path: Path) -> Province:
    """Read ``hospitals.yaml``; an entry with a usable code that is not valid is kept aside as *broken*.

    :raises StopHospital: PHR-101 when the file as a whole cannot be used (not YAML, a mistake outside the
        entries, an entry without a usable code, a code twice), with the place and the reason of the first
        mistakes; values are not echoed.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{path.name}: {type(error).__name__}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        reason = "a key is written twice" if isinstance(error, _TwiceError) else "not valid YAML"
        raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{path.name}{where}: {reason}") from None
    try:
        return Province.model_validate(raw)
    except ValidationError as error:
        broken = _broken_entries(raw, error, path.name)
    codes = [entry.get("hcode") for entry in raw["hospitals"]]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice:
        detail = f"{path.name}: hospital {twice} is listed twice"
        raise StopHospital(faults.CONFIG_MALFORMED, detail=detail)
    usable = [entry for number, entry in enumerate(raw["hospitals"]) if number not in broken]
    province = Province.model_validate({**raw, "hospitals": usable})
    province._broken = tuple(broken.values())
    return province


def _broken_entries(raw: Any, error: ValidationError, file: str) -> dict[int, BrokenHospital]:
    """Broken hospitals by place in the file; raises PHR-101 when a mistake concerns the whole file."""
    whole_file: list[str] = []
    mistakes: dict[int, list[str]] = {}
    for item in error.errors():
        place = item["loc"]
        number = place[1] if len(place) > 2 and place[0] == "hospitals" else None
        if isinstance(number, int) and _usable_code(raw["hospitals"][number].get("hcode")):
            mistakes.setdefault(number, []).append(f"{file}: {_field(item, place[2:])}")
        else:
            whole_file.append(_explain(raw, item))
    if whole_file:
        raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{file}: {_first(whole_file)}") from None
    entries = raw["hospitals"]
    return {
        number: BrokenHospital(
            entries[number]["hcode"], tuple(found), entries[number].get("enabled") is not False
        )
        for number, found in mistakes.items()
    }


def _usable_code(code: object) -> bool:
    return isinstance(code, str) and re.fullmatch(r"[0-9]{5}", code) is not None


def _hospital_name(entry: object, number: int) -> str:
    """By code when it is one; else by place in the file, so that no mistyped value is shown."""
    code = str(entry.get("hcode")) if isinstance(entry, dict) else ""
    return f"hospital {code}" if _usable_code(code) else f"hospital number {number + 1} in the file"


def _explain(raw: Any, item: ErrorDetails) -> str:
    place = item["loc"]
    if len(place) > 1 and place[0] == "hospitals" and isinstance(place[1], int):
        return f"{_hospital_name(raw['hospitals'][place[1]], place[1])}, {_field(item, place[2:])}"
    return _field(item, place)


def _field(item: ErrorDetails, place: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, place)) or 'file'}: {item['msg']}"


def _first(mistakes: Sequence[str]) -> str:
    more = len(mistakes) - 3
    return "; ".join(mistakes[:3]) + (f" (+{more} more)" if more > 0 else "")
