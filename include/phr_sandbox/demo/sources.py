"""The sources of the demo province: a HOSxP replica, a folder of 43 files, a JHCIS database, all invented."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine

from phr.home import Home
from phr.pipeline.days import BANGKOK
from phr.settings import Province, load_province
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.loaders import files43, jhcis
from phr_sandbox.conformance.model import Model
from phr_sandbox.province.build import build_province

#: the demo's own hospitals, beside what every configuration holds (policies)
HOSPITALS = Path(__file__).with_name("hospitals.yaml")
_SHIPPED = Path(__file__).resolve().parents[2] / "config"
#: ordinary number of patients of the hospitals that are no HOSxP, at scale 1
_PATIENTS = {"files43": 900, "jhcis": 300}
#: service days of history they have
_DAYS = 28


def write_config(home: Home) -> Province:
    """``PHR_HOME/config``: the shipped policies and the demo's own hospitals."""
    folder = home.root / "config"
    shutil.copytree(_SHIPPED, folder, dirs_exist_ok=True)
    shutil.copy(HOSPITALS, folder / "hospitals.yaml")
    return load_province(folder / "hospitals.yaml")


def paths(home: Home, province: Province) -> dict[str, Path]:
    """Where the source of each hospital lies: a database file, or a folder of exports."""
    return {
        h.hcode: home.replicas / (h.hcode if h.his == "files43" else f"{h.hcode}.sqlite")
        for h in province.hospitals
    }


def build(
    home: Home,
    province: Province,
    *,
    seed: int,
    first_day: date,
    last_day: date,
    scale: float,
    progress: Callable[[str, date, int], None],
) -> None:
    """Build every source.

    :param progress: called with (hcode, day, visits).
    :raises ValueError: as :func:`phr_sandbox.province.build.build_province`.
    """
    hosxp = [h.hcode for h in province.hospitals if h.his == "hosxp"]
    build_province(
        home.replicas,
        seed=seed,
        first_day=first_day,
        last_day=last_day,
        scale=scale,
        hospitals=hosxp,
        progress=progress,
        keep_details=False,
    )
    for hospital in province.hospitals:
        if hospital.his == "hosxp":
            continue
        model = model_of(hospital.hcode, hospital.his, seed=seed, last_day=last_day, scale=scale)
        path = paths(home, province)[hospital.hcode]
        if hospital.his == "files43":
            export(path, model)
        else:
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            engine = create_engine(f"sqlite:///{path}")
            jhcis.create(engine)
            jhcis.load(engine, model)
            engine.dispose()
        progress(hospital.hcode, last_day, len(model.visits))


def model_of(hcode: str, his: str, *, seed: int, last_day: date, scale: float) -> Model:
    """The invented hospital behind a source that is no HOSxP; the same arguments give the same rows."""
    yesterday = last_day - timedelta(days=1)  # a visit of the model may be later than it is now
    patients = max(40, round(_PATIENTS[his] * scale))
    return invent(hcode=hcode, patients=patients, days=_DAYS, last_day=yesterday, seed=seed)


def export(folder: Path, model: Model) -> None:
    """One more export of the hospital into its folder, newer than those that lie there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = sum(1 for _ in folder.iterdir()) + 1
    now = f"{datetime.now(BANGKOK):%Y%m%d%H%M%S}"
    files43.write(f"files43://{folder}", model, name=f"{number:03d}", charset="cp874", updated=now)


def correct_pressure(folder: Path, model: Model, references: Sequence[str]) -> str | None:
    """Raise the systolic pressure of one of these visits and export anew; returns its number.

    Every export raises it more, so that the demo can be run again over the same folder.
    """
    more = 2 * sum(1 for _ in folder.iterdir())
    for n, visit in enumerate(model.visits):
        vitals = visit.vital_sign
        if vitals and vitals.bp_systolic and visit.visit.visit_ref in references:
            model.visits[n] = replace(
                visit, vital_sign=vitals._replace(bp_systolic=vitals.bp_systolic + more)
            )
            export(folder, model)
            return visit.visit.visit_ref
    return None
