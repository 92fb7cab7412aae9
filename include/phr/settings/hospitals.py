"""``hospitals.yaml``: the hospitals of a province, typed and validated; ``phr.settings.loading`` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from phr import faults
from phr.errors import Fault, StopHospital
from phr.settings.categories import CategoryName
from phr.settings.endpoint import EndpointSettings
from phr.settings.hospital_parts import (
    Brake,
    Contact,
    MaintenanceWindow,
    UnmappedCodes,
    Weekday,
)
from phr.settings.regions import health_regions, known_province

# [0-9], not \d: Thai digits are digits too
Hcode5 = Annotated[str, Field(pattern=r"^[0-9]{5}$", description="5-digit facility code")]
Hcode9 = Annotated[str, Field(pattern=r"^([0-9]{9}|[A-Z]{2}[0-9]{7})$")]
ProvinceCode = Annotated[str, Field(pattern=r"^[0-9]{2}$"), AfterValidator(known_province)]
IdentityPolicy = Literal["checksum", "thai_registered"]

#: settings of one hospital that a run may change for itself: how much is read and how fast it goes, and days
#: that somebody has looked at. What decides whether a document may leave is never among them.
OVERRIDABLE = (
    "look_back_days",
    "settle_minutes",
    "chunk_visits",
    "source_charset",
    "closed_days",
    "closed_weekdays",
    "max_unfinished_share",
    "budget_weight",
    "sweep_days_per_run",
)


def _christian_era(day: date) -> date:
    if not 1990 <= day.year < 2400:
        raise ValueError("the year must be a year of the Christian era (2025, not 2568)")
    return day


def _yaml_off(value: object) -> object:
    # YAML reads a bare ``off`` as false
    return "off" if value is False else value


Day = Annotated[date, AfterValidator(_christian_era)]
LookBack = Annotated[int, Field(ge=0, le=60)]
Retraction = Annotated[Literal["off", "propose", "auto_under_brake"], BeforeValidator(_yaml_off)]
#: codes of both national lists, THCC 166 and 167 (contract 6.4)
HabitCode = Literal["1", "2", "3", "4", "9"]


class Hospital(BaseModel):
    """One hospital. Connections: ``connection`` (source) and ``moph_prompt_<hcode>`` (credentials)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hcode: Hcode5
    hcode9: Hcode9 | None = Field(
        default=None, description="9-character facility code: 9 digits, or 2 letters + 7 digits (since 2024)"
    )
    name_th: str = Field(min_length=1, description="Thai name shown everywhere")
    province_code: ProvinceCode | None = Field(
        default=None, description="2-digit code of its province; default: the one of the file"
    )
    health_region: int | None = Field(
        default=None, ge=1, le=13, description="health region, 1..13; default: the one of its province"
    )
    his: str = Field(
        pattern=r"^[a-z][a-z0-9_]{1,30}$",
        description="kind of hospital information system: a folder of `include/phr/his`, such as `hosxp`",
    )
    his_version: str = Field(default="v3", description="version text sent as agent")
    connection: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]{1,200}$",
        description="id of the source connection, for hospitals that share one; default: `his_<hcode>`",
    )
    work_unit: str | None = Field(default=None, description="name of the group of small units it is run with")
    enabled: bool = Field(default=True, description="False: this hospital is left out of every run")
    paused: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        pattern=r"^[^\n\r]*$",
        description="why it is left out for now, shown in reports; null: it is not",
    )
    maintenance: tuple[MaintenanceWindow, ...] = Field(
        default=(), description="times at which its database is not read; the look-back covers the gap"
    )
    categories: dict[CategoryName, Day] = Field(
        default_factory=dict,
        description="enabled categories, each with its first service day. Those marked D below are proposed: "
        "their shape at the national side is open, and nothing but this entry switches them on",
    )
    look_back_days: LookBack = Field(default=3, description="days a scheduled run reads again")
    look_back_by_category: dict[CategoryName, LookBack] = Field(
        default_factory=dict, description="look-back of single categories, where it differs"
    )
    sweep_days_per_run: int = Field(
        default=30, ge=0, le=366, description="older service days a sweep reads again in one run"
    )
    takeover_per_run: int = Field(
        default=0,
        ge=0,
        description="documents of an earlier sender taken over in one run at most",
    )
    settle_minutes: int = Field(default=60, ge=0, description="age of a visit before it is eligible")
    source_charset: Literal["auto", "utf8mb4", "tis620", "utf8"] = Field(
        default="auto", description="charset of the connection to the source; auto is utf8mb4"
    )
    epi_export_full: bool = Field(
        default=False,
        description="43-file folder: its EPI file always holds every dose of every person, of all years; "
        "without it no immunization register is sent, since a missing dose would be deleted nationally",
    )
    drugallergy_export_full: bool = Field(
        default=False,
        description="43-file folder: its DRUGALLERGY file always holds every allergy of every person, of all "
        "years; without it no allergy register is sent, since what is missing might be deleted nationally",
    )
    chronic_export_full: bool = Field(
        default=False,
        description="43-file folder: its CHRONIC file always holds every chronic disease of every person, of "
        "all years; without it no chronic disease register is sent, since a part is no register",
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
    budget_weight: float = Field(
        default=1.0,
        ge=0.1,
        le=10,
        description="factor on `endpoint.threads`: hospitals that deliver at once share the calls by it",
    )
    class_policy: str = Field(
        default="data_class_policy.yaml",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml$",
        description="file in the configuration folder with its data-class policy",
    )
    identity_policy: IdentityPolicy = Field(
        default="checksum",
        description="checksum: any valid 13-digit id off the placeholder list is accepted; thai_registered: "
        "ids that begin with 0, 6 or 7 (no Thai registration) are kept back",
    )
    unmapped_codes: UnmappedCodes = Field(
        default=UnmappedCodes(),
        description="what becomes of rows without national code; default, map by map: the one of the file",
    )
    retraction: Retraction = Field(
        default="propose",
        description="removals nationally: never, proposed, or by itself below the brake",
    )
    brake: Brake = Field(default=Brake(), description="what a run may remove by itself")
    contact: Contact | None = Field(default=None, description="the hospital's IT contact")
    processor_agreement: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="id of the data processing agreement; without it no part outside the sandbox (RT8)",
    )
    dpo_contact: Contact | None = Field(
        default=None,
        description="its data protection officer; without one no part outside the sandbox (RT8)",
    )

    @field_validator("health_region")
    @classmethod
    def _of_its_province(cls, region: int | None, info: ValidationInfo) -> int | None:
        of_province = health_regions().get(info.data.get("province_code") or "")
        if of_province is not None and region not in (None, of_province):
            raise ValueError(f"its province lies in health region {of_province}")
        return region

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

    def maintenance_at(self, moment: datetime) -> MaintenanceWindow | None:
        """The maintenance window this moment lies in; raises ``ValueError`` for a time without zone."""
        return next((window for window in self.maintenance if window.covers(moment)), None)

    @property
    def region(self) -> int | None:
        """Its health region, 1 to 13; None when neither it nor its province names one."""
        return self.health_region or health_regions().get(self.province_code or "")

    @property
    def missing_controls(self) -> tuple[str, ...]:
        """Fields without which it takes no part outside the sandbox (control RT8)."""
        return tuple(name for name in ("processor_agreement", "dpo_contact") if getattr(self, name) is None)

    @property
    def source_connection(self) -> str:
        """Connection id of the replica."""
        return self.connection or f"his_{self.hcode}"

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
    """An entry with a usable code that cannot take part: it fails alone, the others go on."""

    hcode: str
    #: every mistake as "field: reason", without values
    mistakes: tuple[str, ...]
    #: False only when the entry says so itself: it would be left out of every run anyway
    enabled: bool = True
    #: PHR-101 settings that are not valid, PHR-107 no processor agreement or data protection officer
    fault: Fault = faults.CONFIG_MALFORMED

    @property
    def error(self) -> StopHospital:
        """The fault with the first mistakes."""
        return StopHospital(self.fault, hospital=self.hcode, detail=first_mistakes(self.mistakes))


def first_mistakes(mistakes: Sequence[str]) -> str:
    """Three of them on one line, and how many more there are."""
    more = len(mistakes) - 3
    return "; ".join(mistakes[:3]) + (f" (+{more} more)" if more > 0 else "")


def _with_shared(entry: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """An entry with what it leaves to the file; of the unmapped codes, map by map."""
    merged = {**shared, **entry}
    own, common = merged.get("unmapped_codes"), shared.get("unmapped_codes")
    if isinstance(own, dict) and isinstance(common, dict):
        merged["unmapped_codes"] = {**common, **own}
    return merged


class Province(BaseModel):
    """A province's configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name_th: str
    province_code: ProvinceCode
    endpoint: EndpointSettings = EndpointSettings()
    #: of every hospital whose entry does not say otherwise
    unmapped_codes: UnmappedCodes = UnmappedCodes()
    hospitals: tuple[Hospital, ...] = ()
    _broken: tuple[BrokenHospital, ...] = PrivateAttr(default=())

    @property
    def broken(self) -> tuple[BrokenHospital, ...]:
        """Entries that cannot take part, in file order; they are not among ``hospitals``."""
        return self._broken

    @model_validator(mode="before")
    @classmethod
    def _in_this_province(cls, raw: Any) -> Any:
        """What the file says holds for a hospital unless its entry says otherwise."""
        if not isinstance(raw, dict) or not isinstance(raw.get("hospitals"), list):
            return raw
        shared = {name: raw[name] for name in ("province_code", "unmapped_codes") if name in raw}
        entries = [_with_shared(e, shared) if isinstance(e, dict) else e for e in raw["hospitals"]]
        return {**raw, "hospitals": entries}

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

        :raises StopHospital: PHR-102 an unknown code, PHR-101 or PHR-107 one that cannot take part.
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
