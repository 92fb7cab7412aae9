"""What one run was asked to do, as JSON-able options, and the opened parts a step needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import ValidationError

from phr import faults
from phr.errors import StopHospital
from phr.home import Home
from phr.ledger.store import Ledger
from phr.pipeline.days import BANGKOK, service_days
from phr.pipeline.kinds import KINDS, Kind
from phr.privacy import Keyring, Staging, StagingArea
from phr.settings import CATEGORIES, OVERRIDABLE, Category, Hospital, Province, load_province

#: feed: the window of a change feed; sweep: old days at decaying density; redrive: what waits in the ledger
Purpose = Literal["feed", "backfill", "sweep", "redrive", "reconcile"]


@dataclass
class RunOptions:
    """Parameters of one run; every task of the run sees the same ones."""

    category: str
    run_id: str
    run_type: str = "manual"
    interval_start: datetime | None = None
    interval_end: datetime | None = None
    #: the moment the run was planned; fixes what "yesterday" means for every task
    planned_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    hospitals: list[str] | None = None
    day_from: date | None = None
    day_to: date | None = None
    look_back_days: int | None = None
    dry_run: bool = False
    limit: int | None = None
    resend_unchanged: bool = False
    #: why this run is made; it decides what is read (see :mod:`phr.pipeline.choose`)
    purpose: Purpose = "feed"
    #: service days to read beside what the purpose asks for, of every hospital of the run
    days: list[date] = field(default_factory=list)
    #: reconcile: let everything go again that the national list lacks, however much it is
    believe_missing: bool = False
    #: read hospitals that are in a maintenance window, too
    ignore_maintenance: bool = False
    #: settings of one hospital for this run only: hcode -> field of ``Hospital`` -> value
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def yields(self) -> bool:
        """Older days: today's work has the call budget first. So does Airflow's own backfill of a feed."""
        return self.purpose == "backfill" or self.run_type == "backfill"

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form (dates and times as ISO text)."""
        data = asdict(self)
        data["days"] = [day.isoformat() for day in self.days]
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RunOptions:
        """Inverse of :meth:`to_dict`; unknown keys are refused (``TypeError``)."""
        data = dict(data)
        for name in ("interval_start", "interval_end", "planned_at"):
            if isinstance(data.get(name), str):
                data[name] = datetime.fromisoformat(data[name])
        for name in ("day_from", "day_to"):
            if isinstance(data.get(name), str):
                data[name] = date.fromisoformat(data[name])
        data["days"] = [date.fromisoformat(day) for day in data.get("days") or ()]
        return cls(**data)

    def days_for(self, hospital: Hospital) -> list[date]:
        """Service days of one hospital (R15), never before the category's first day.

        :raises StopHospital: PHR-101 when the given range makes no sense.
        """
        name = CATEGORIES[self.category].name
        look_back = hospital.look_back(name) if self.look_back_days is None else self.look_back_days
        try:
            days = service_days(
                run_type=self.run_type,
                interval_start=self.interval_start,
                interval_end=self.interval_end,
                day_from=self.day_from,
                day_to=self.day_to,
                look_back_days=look_back,
                now=self.planned_at,
            )
        except ValueError as error:
            raise StopHospital(faults.CONFIG_MALFORMED, hospital=hospital.hcode, detail=str(error)) from None
        first = hospital.categories.get(name)
        return [day for day in days if first is None or day >= first]


@dataclass
class Context:
    """Opened parts of one process: configuration, keys, staging, ledger."""

    options: RunOptions
    home: Home
    province: Province
    keyring: Keyring
    staging: Staging
    ledger: Ledger

    @classmethod
    def open(cls, options: RunOptions) -> Context:
        """Open everything from the environment; raises ``PhrError`` with a clear message."""
        home = Home.from_env()
        ledger = Ledger.open(home.ledger_url)
        keyring = Keyring.open(home.keys, may_create=ledger.is_empty())
        return cls(
            options=options,
            home=home,
            province=load_province(home.config_dir / "hospitals.yaml"),
            keyring=keyring,
            staging=Staging(home.staging_url, keyring),
            ledger=ledger,
        )

    @property
    def today(self) -> date:
        """Bangkok day on which the run was planned."""
        return self.options.planned_at.astimezone(BANGKOK).date()

    @property
    def category(self) -> Category:
        """The feed this run belongs to."""
        return CATEGORIES[self.options.category]

    @property
    def kind(self) -> Kind:
        """The kind of document the feed keeps up to date."""
        return KINDS[self.category.kind]

    def hospital(self, hcode: str) -> Hospital:
        """The hospital with this run's overrides applied and validated.

        :raises StopHospital: PHR-102 an unknown code, PHR-101 an override that is not valid, or of a setting
            that is not for one run (``OVERRIDABLE``).
        """
        hospital = self.province.hospital(hcode)
        override = self.options.overrides.get(hcode)
        if not override:
            return hospital
        if fixed := sorted(set(override).difference(OVERRIDABLE)):
            detail = f"overrides: {', '.join(fixed)}: not a setting that one run may change"
            raise StopHospital(faults.CONFIG_MALFORMED, hospital=hcode, detail=detail)
        try:
            return Hospital.model_validate({**hospital.model_dump(by_alias=True), **override})
        except ValidationError as error:
            first = error.errors()[0]
            detail = f"overrides: {'.'.join(map(str, first['loc']))}: {first['msg']}"
            raise StopHospital(faults.CONFIG_MALFORMED, hospital=hcode, detail=detail) from None

    def area(self, hcode: str) -> StagingArea:
        """Staging of this run and hospital."""
        return self.staging.area(self.options.run_id, hcode)
