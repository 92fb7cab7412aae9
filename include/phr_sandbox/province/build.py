"""Builds invented hospitals: HOSxP replicas full of realistic and realistically dirty rows.

Everything follows from (seed, first_day, last_day, scale): the same arguments give the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect

from phr_sandbox.province.dirt import DOUBTFUL_SHARE, KINDS, Kind, Rotation
from phr_sandbox.province.doses import Doses
from phr_sandbox.province.masters import write_masters
from phr_sandbox.province.oracle import HospitalOracle
from phr_sandbox.province.population import Population
from phr_sandbox.province.profiles import PROFILES, HospitalProfile
from phr_sandbox.province.register_book import RegisterBook, sound_identity
from phr_sandbox.province.schema import create_hosxp
from phr_sandbox.province.visits import Visits
from phr_sandbox.province.writer import Writer

#: visits per hour of the day, 0..23: a morning peak, and few at night
_HOURS = (2, 1, 1, 1, 1, 2, 5, 14, 26, 27, 24, 18, 8, 14, 12, 9, 7, 6, 5, 5, 4, 4, 3, 2)
_DAY_HOURS = (0, 0, 0, 0, 0, 0, 0, 2, 26, 27, 24, 18, 5, 14, 12, 6, 0, 0, 0, 0, 0, 0, 0, 0)
#: Mondays are busy
_WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 0.92)
#: VN is one of 86,400 seconds of the day, and the peak must fit before midnight
_MOST_VISITS_A_DAY = 55_000

Progress = Callable[[str, date, int], None]


def build_hospital(
    engine: Engine,
    profile: HospitalProfile,
    *,
    seed: int,
    first_day: date,
    last_day: date,
    scale: float = 1.0,
    keep_details: bool = True,
    progress: Progress | None = None,
) -> HospitalOracle:
    """Fill one hospital's database (SQLite, or MariaDB/MySQL reached with charset utf8mb4).

    Creates the tables when there are none. Every day is one transaction. Visits are never held in memory;
    with ``keep_details=False`` the oracle keeps only counts, so memory stays flat at any size.

    :param scale: 0.01 .. 100 of the hospital's ordinary number of visits and patients.
    :param progress: called after each day with (hcode, day, visits of that day).
    :raises ValueError: the days are in the wrong order, the scale is out of bounds, or the database
        already holds a hospital.
    """
    if last_day < first_day:
        raise ValueError("last_day lies before first_day")
    if not 0.01 <= scale <= 100 or profile.weekday_visits * scale * 1.3 > _MOST_VISITS_A_DAY:
        raise ValueError("scale: 0.01 .. 100")
    if not inspect(engine).has_table("opdconfig"):
        create_hosxp(engine)
    oracle = HospitalOracle(profile.hcode, seed, first_day, last_day, scale, keep_details)
    # tis620 tables and varchar(13) cannot hold everything SQLite can
    sqlite = engine.dialect.name == "sqlite"
    storable = frozenset(tag for tag, kind in KINDS.items() if sqlite or not kind.sqlite_only)
    people = Population(
        profile, seed=seed, first_day=first_day, last_day=last_day, scale=scale, storable=storable
    )
    with engine.connect() as connection:
        if not sqlite:
            # zero dates are what HOSxP sites have; their servers accept them
            connection.exec_driver_sql("SET SESSION sql_mode = ''")
        if connection.exec_driver_sql("SELECT COUNT(*) FROM opdconfig").scalar_one():
            raise ValueError("this database already holds a hospital")
        _fill(connection, oracle, people, progress)
        if not sqlite:
            # the connection goes back to the pool: leave it as it was
            connection.exec_driver_sql("SET SESSION sql_mode = DEFAULT")
    return oracle


def build_province(
    home_replicas: Path,
    *,
    seed: int,
    first_day: date,
    last_day: date,
    scale: float = 1.0,
    hospitals: Iterable[str] | None = None,
    progress: Progress | None = None,
    keep_details: bool = True,
) -> dict[str, HospitalOracle]:
    """Write ``<home_replicas>/<hcode>.sqlite`` for each hospital, replacing an older one in one step.

    :param hospitals: codes out of :data:`PROFILES`; None builds all.
    :returns: oracle by hospital code.
    :raises KeyError: an unknown hospital code; nothing was written.
    """
    chosen = [PROFILES[code] for code in (PROFILES if hospitals is None else hospitals)]
    home_replicas.mkdir(parents=True, exist_ok=True, mode=0o700)
    oracles: dict[str, HospitalOracle] = {}
    for profile in chosen:
        target = home_replicas / f"{profile.hcode}.sqlite"
        unfinished = home_replicas / f".{profile.hcode}.sqlite.building"
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        engine = create_engine(f"sqlite:///{unfinished}")
        event.listen(engine, "connect", _unsafe_but_fast)
        try:
            oracles[profile.hcode] = build_hospital(
                engine,
                profile,
                seed=seed,
                first_day=first_day,
                last_day=last_day,
                scale=scale,
                keep_details=keep_details,
                progress=progress,
            )
        except BaseException:
            engine.dispose()
            unfinished.unlink(missing_ok=True)
            raise
        engine.dispose()
        unfinished.replace(target)
    return oracles


def _unsafe_but_fast(dbapi_connection: object, _record: object) -> None:
    # a file that is renamed when whole needs no journal
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode = OFF")
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.close()


def _fill(
    connection: Connection,
    oracle: HospitalOracle,
    people: Population,
    progress: Progress | None,
) -> None:
    profile = people.profile
    out = Writer(connection)
    write_masters(out, profile)
    book = RegisterBook(oracle)
    doses = Doses(out, oracle, people, book)
    for person, identity, rows in people.rows():
        for row in rows:
            out.add(row)
        book.known(identity.hn, identity.cid, sound=sound_identity(people.kind_of(person.index)[0]))
        doses.history(person, doses.dice(person))
        if oracle.keep_details:
            oracle.patients.append(identity)
    for villager, identity in doses.community():
        out.add(villager)
        if oracle.keep_details:
            oracle.patients.append(identity)
    out.flush()
    connection.commit()
    visits = Visits(out, oracle, people, doses)
    rotation = Rotation(oracle.seed, profile.hcode)
    for day in _days(oracle.first_day, oracle.last_day):
        written = _write_day(visits, day, oracle, profile, rotation)
        out.flush()
        connection.commit()
        if progress:
            progress(profile.hcode, day, written)
    out.update("UPDATE patient SET death = 'Y', deathday = ? WHERE hn = ?", visits.deaths)
    connection.commit()
    book.finish()
    oracle.row_counts = out.counts


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _write_day(
    visits: Visits,
    day: date,
    oracle: HospitalOracle,
    profile: HospitalProfile,
    rotation: Rotation,
) -> int:
    dice = random.Random(f"{oracle.seed}/{profile.hcode}/{day}")  # noqa: S311 - invented data, reproducible
    busy = profile.weekend_share if day.weekday() >= 5 else _WEEKDAYS[day.weekday()]
    count = round(profile.weekday_visits * oracle.scale * busy * dice.uniform(0.92, 1.08))
    if busy and not count:
        count = 1
    hours = dice.choices(range(24), _DAY_HOURS if profile.kind == "health_centre" else _HOURS, k=count)
    arrivals = sorted(hour * 3600 + dice.randrange(3600) for hour in hours)
    kinds: list[Kind | None] = [*rotation.take(round(count * DOUBTFUL_SHARE))]
    kinds += [None] * (count - len(kinds))
    dice.shuffle(kinds)
    vn_second = -1
    for queue, (arrival, kind) in enumerate(zip(arrivals, kinds, strict=True), start=1):
        vn_second = max(arrival, vn_second + 1)
        late = day == oracle.last_day and queue > 0.88 * count
        visits.write(day, arrival, vn_second, queue, kind, dice, late=late)
    return count
