"""The demo province in miniature, and what tests ask of it: run, edit the HIS, look at both ends."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from phr.errors import PhrError
from phr.home import Home
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import row_equations, run_equations, state_equations
from phr.pipeline import steps
from phr.pipeline.context import Context, RunOptions
from phr.settings import load_province
from phr_sandbox.demo.installation import Installation, Ports
from phr_sandbox.national.server import SandboxServer
from phr_sandbox.province.build import build_province
from phr_sandbox.province.oracle import HospitalOracle

CONFIG = Path(__file__).parents[2] / "include/config"
#: Tuesday to Thursday, no holiday of the demo
DAYS = [date(2025, 10, 7) + timedelta(days=n) for n in range(3)]
HCODES = ("99001", "99002", "99003")
#: what a test may have changed at the running double
DOUBLE_SETTINGS = {
    "resend": "replace",
    "empty_register": "wipe",
    "rate_limit_per_minute": None,
    "rate_limit_window_seconds": 60,
}
STATE_OF = {"send": "delivered", "hold": "held", "quarantine": "quarantined"}


@dataclass
class Template:
    """Built once per session; copied by every test."""

    home: Path
    oracles: dict[str, HospitalOracle]
    #: the run whose documents stand in the ledger, mapped and not yet delivered
    mapped: RunOptions | None = None


def make_template(
    folder: Path, *, scale: float = 0.12, days: list[date] | None = None, accounts: Template | None = None
) -> Template:
    """:param accounts: use the accounts and secrets of this template, which the double knows."""
    days = days or DAYS
    home = folder / "home"
    home.mkdir()
    for name in ("demo-secrets.json", "demo-accounts.json") if accounts else ():
        shutil.copy(accounts.home / name, home)
    oracles = build_province(home / "replicas", seed=11, first_day=days[0], last_day=days[-1], scale=scale)
    province = load_province(CONFIG / "hospitals.yaml")
    Installation(Home(home)).write_settings(province, Ports(0, 0), _replicas(home))
    return Template(home, oracles)


def _replicas(home: Path) -> dict[str, Path]:
    return {hcode: home / "replicas" / f"{hcode}.sqlite" for hcode in HCODES}


@dataclass
class RunResult:
    """What one run came to: counts of finish, or its error, and the errors of steps."""

    options: RunOptions
    counts: dict[str, Any] = field(default_factory=dict)
    error: PhrError | None = None
    step_errors: list[PhrError] = field(default_factory=list)

    @property
    def code(self) -> str | None:
        return self.error.fault.code if self.error else None


@dataclass
class ProvinceKit:
    """A private PHR_HOME with three hospitals; the double and the ledger are real."""

    home: Path
    config: Path
    double: SandboxServer
    oracles: dict[str, HospitalOracle]
    first: RunOptions | None = None
    runs: int = 0

    @classmethod
    def copy(cls, template: Template, double: SandboxServer, home: Path, **endpoint: Any) -> ProvinceKit:
        """:param endpoint: changes to the endpoint settings."""
        shutil.copytree(template.home, home, ignore=shutil.ignore_patterns("national"))
        config = home.parent / "config"
        shutil.copytree(CONFIG, config)
        kit = cls(home, config, double, template.oracles, template.mapped)
        kit.configure(
            endpoint={
                "calls_per_minute": None,
                "lease_seconds": 2.0,
                "timeout_seconds": 5,
                "threads": 4,
                "breaker_failures": 200,
                **endpoint,
            },
            hospitals={"99002": {"work_unit": "amphoe"}, "99003": {"work_unit": "amphoe"}},
        )
        Installation(Home(home)).write_settings(
            load_province(config / "hospitals.yaml"), Ports(0, double.port), _replicas(home)
        )
        return kit

    @property
    def environment(self) -> dict[str, str]:
        return {"PHR_HOME": str(self.home), "PHR_CONFIG_DIR": str(self.config)}

    def configure(
        self,
        *,
        endpoint: dict[str, Any] | None = None,
        hospitals: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        """Change ``hospitals.yaml``."""
        path = self.config / "hospitals.yaml"
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        raw["endpoint"].update(endpoint or {})
        for hospital in raw["hospitals"]:
            hospital.update((hospitals or {}).get(hospital["hcode"], {}))
        path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")

    # -- running ---------------------------------------------------------------------------------

    def options(self, **values: Any) -> RunOptions:
        if "run_id" not in values:
            self.runs += 1
            values["run_id"] = f"run-{self.runs}"
        days = {"day_from": DAYS[0], "day_to": DAYS[-1]}
        return RunOptions(category="visits", **{**days, **values})

    def run(self, options: RunOptions | None = None, **values: Any) -> RunResult:
        """All steps of all units and finish, as ``phr run`` does it."""
        options = options or self.options(**values)
        result = RunResult(options)
        for unit in steps.plan_units(options):
            result.step_errors += self.steps(options, unit)
        try:
            result.counts = steps.finish_run(options)
        except PhrError as error:
            result.error = error
        return result

    def steps(self, options: RunOptions, unit: steps.Unit, names: Any = steps.STEPS) -> list[PhrError]:
        for name in names:
            try:
                getattr(steps, f"{name}_unit")(options, unit)
            except PhrError as error:
                return [error]
        return []

    def deliver(self, options: RunOptions, *hcodes: str) -> list[PhrError]:
        """The deliver step alone, as one work unit."""
        return self.steps(options, unit_of(*hcodes or HCODES), ("deliver",))

    def deliver_first(self, *, finish: bool = True) -> RunOptions:
        """Deliver what the mapped template holds."""
        assert self.first is not None
        assert self.deliver(self.first) == []
        if finish:
            steps.finish_run(self.first)
        return self.first

    def map_only(self, **values: Any) -> tuple[RunOptions, list[steps.Unit]]:
        """Everything before deliver."""
        options = self.options(**values)
        units = steps.plan_units(options)
        for unit in units:
            assert self.steps(options, unit, ("extract", "check", "map")) == []
        return options, units

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """``phr …`` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-c", "from phr.cli import app; app()", *arguments],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    # -- looking ---------------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        return Ledger.open(Home(self.home).ledger_url)

    def context(self, options: RunOptions) -> Context:
        return Context.open(options)

    def documents(self) -> dict[str, dict[str, Any]]:
        """Ledger rows by ``hcode:reference``."""
        with self.ledger.read() as connection:
            rows = connection.execute(select(t.document)).mappings()
            return {f"{row['hospital']}:{row['reference']}": dict(row) for row in rows}

    def states(self) -> dict[str, str]:
        return {ref: row["desired_state"] for ref, row in self.documents().items()}

    def dispositions(self, run_id: str) -> dict[str, str]:
        query = select(t.run_document).where(t.run_document.c.run_id == run_id)
        with self.ledger.read() as connection:
            rows = connection.execute(query).mappings()
            return {f"{row['hospital']}:{row['reference']}": row["disposition"] for row in rows}

    def hospital_rows(self, run_id: str) -> dict[str, dict[str, Any]]:
        return {row["hospital"]: row for row in self.ledger.run_hospitals(run_id)}

    def expected(self, outcome: str, *hcodes: str) -> set[str]:
        """``hcode:reference`` of the visits with this expected outcome."""
        return {f"{h}:{ref}" for h in hcodes or self.oracles for ref in self.oracles[h].refs(outcome)}  # type: ignore[arg-type]

    def clean_visit(self, hcode: str = "99002", number: int = 0) -> str:
        """Reference of a visit without any doubt whose patient has no other visit here."""
        oracle = self.oracles[hcode]
        visits = Counter(v.hn for v in oracle.visits.values())
        clean = sorted(
            r for r, v in oracle.visits.items() if v.outcome == "send" and not v.tag and visits[v.hn] == 1
        )
        return clean[number]

    def national(self) -> dict[str, dict[str, Any]]:
        """Encounters the double holds, by ``hcode:reference``."""
        return {row["ref"]: row for row in self.double.admin.encounters()}

    def calls(self, after: int = 0) -> list[dict[str, Any]]:
        """Upload calls at the double, in order."""
        rows: list[dict[str, Any]] = self.double.admin.requests(path="UpdatePHRv1", after=after)
        return rows

    def last_call(self) -> int:
        return max((row["seq"] for row in self.double.admin.requests()), default=0)

    # -- the HIS ---------------------------------------------------------------------------------

    def his(self, hcode: str, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """One statement in a hospital's own database, committed."""
        with sqlite3.connect(self.home / "replicas" / f"{hcode}.sqlite") as connection:
            rows = connection.execute(sql, arguments).fetchall()
        connection.close()
        return rows


def unit_of(*hcodes: str) -> steps.Unit:
    """A work unit of these hospitals."""
    return {"unit_id": "unit", "label_th": "หน่วยทดสอบ", "hcodes": list(hcodes)}


def assert_balanced(kit: ProvinceKit, *run_ids: str) -> None:
    """Both equations of every hospital and day, and the row equations of these runs."""
    ledger = kit.ledger
    lines = state_equations(ledger) + run_equations(ledger)
    for run_id in run_ids:
        lines += run_equations(ledger, run_id=run_id)
    assert [line.to_dict() for line in lines if line.remainder] == []
    rows = [row for run_id in run_ids for row in row_equations(ledger, run_id)]
    assert [row for row in rows if row["remainder"]] == []


def assert_one_record_each(kit: ProvinceKit, refs: set[str]) -> None:
    """Exactly these references are held nationally (a reference is the key there), and say delivered here."""
    assert set(kit.national()) == refs
    delivered = {ref for ref, row in kit.documents().items() if row["delivered_version"] is not None}
    assert delivered == refs
