"""The demo's own data under ``PHR_HOME``: built once, started over on request or when stale."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from phr.home import Home
from phr.settings import Province
from phr_sandbox.demo.installation import DemoError, write_private
from phr_sandbox.demo.sources import HOSPITALS, paths, write_config
from phr_sandbox.demo.sources import build as build_sources

#: what a demo writes into its home; nothing else is ever removed
_OWN = (
    "config",
    "replicas",
    "national",
    "keys",
    "staging",
    "data_docs",
    "airflow",
    "logs",
    "ledger.sqlite",
    "ledger.sqlite-wal",
    "ledger.sqlite-shm",
    "connections.json",
    "demo-accounts.json",
    "demo-secrets.json",
    "demo-province.json",
)
#: weeks of history the province has, so that "a day like this" has a norm
_DAYS = 28


@dataclass(frozen=True)
class ProvinceSpec:
    """Arguments the demo province was built with."""

    seed: int
    first_day: str
    last_day: str
    scale: float
    hospitals: tuple[str, ...]


def prepare(
    home: Home, *, today: date, scale: float, seed: int = 1, fresh: bool = False
) -> tuple[Province, dict[str, Path], Callable[[Callable[[str], None]], None] | None]:
    """Decide what to do with the home.

    Returns the province, its sources by hcode and, when they still have to be built, the function that builds
    them; its configuration is written in any case.
    A province of an earlier day is started over, ledger and national store included: its citizens would
    otherwise vanish from under the ledger.

    :raises DemoError: the home holds an installation that is not a demo's.
    """
    marker = home.root / "demo-province.json"
    foreign = [n for n in ("connections.json", "ledger.sqlite", "keys") if (home.root / n).exists()]
    # written before anything else of a demo, so its absence beside other things means: not ours
    if not (home.root / "demo-secrets.json").exists() and foreign:
        raise DemoError(
            f"{home.root} holds an installation that is not a demo's; set PHR_HOME to an empty folder "
            f"| โฟลเดอร์นี้เป็นของระบบจริง กำหนด PHR_HOME เป็นโฟลเดอร์ว่าง"
        )
    have = json.loads(marker.read_text()) if marker.exists() else None
    kinds = tuple(yaml.safe_load(HOSPITALS.read_text(encoding="utf-8"))["hospitals"])
    hospitals = tuple(f"{hospital['hcode']} {hospital['his']}" for hospital in kinds)
    wanted = ProvinceSpec(seed, str(today - timedelta(days=_DAYS)), str(today), scale, hospitals)
    same = have == json.loads(json.dumps(asdict(wanted))) and not fresh
    if not same:
        _remove_own(home.root)
    province = write_config(home)
    replicas = paths(home, province)
    if same and all(path.exists() for path in replicas.values()):
        return province, replicas, None

    def build(tell: Callable[[str], None]) -> None:
        visits = 0

        def progress(_hcode: str, _day: date, count: int) -> None:
            nonlocal visits
            visits += count

        build_sources(
            home,
            province,
            seed=seed,
            first_day=date.fromisoformat(wanted.first_day),
            last_day=today,
            scale=scale,
            progress=progress,
        )
        write_private(marker, asdict(wanted))
        tell(f"{len(hospitals)} invented hospitals, {visits:,} visits in {_DAYS} days")

    return province, replicas, build


def _remove_own(root: Path) -> None:
    for name in _OWN:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
