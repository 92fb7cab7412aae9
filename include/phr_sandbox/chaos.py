"""``python -m phr_sandbox.chaos``: a backfill whose scheduler and workers are killed, today's run beside it.

A real Airflow with the invented province: today's run alone, then a backfill of one hospital that meets
``kill -9`` of the scheduler and all its workers again and again, with today's run of the same hospitals in
the middle. Judged by the generator's own expectation: every visit that has to arrive has arrived.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from sqlalchemy import select

from phr.home import Home
from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.balance import state_equations
from phr.pipeline.days import BANGKOK
from phr.settings import load_province
from phr_sandbox.demo.airflow_env import airflow_env
from phr_sandbox.demo.installation import DemoError, Installation, Ports
from phr_sandbox.demo.stack import Stack
from phr_sandbox.province.build import build_province
from phr_sandbox.province.oracle import HospitalOracle

HOSPITAL = "99002"
BACKFILL, TODAY = "phr_backfill", "phr_visits"
_LONGEST = 3600


@dataclass
class Result:
    """What a play came to; seconds are wall time."""

    visits: int = 0
    kills: list[int] = field(default_factory=list)
    alone: float = 0.0
    beside: list[float] = field(default_factory=list)
    backfill: float = 0.0
    problems: list[str] = field(default_factory=list)


class Chaos:
    """One play in a home of its own."""

    def __init__(
        self, home: Home, *, days: int, kills: int, scale: float, chunk: int, console: Console
    ) -> None:
        self._home, self._days, self._kills, self._scale = home, days, kills, scale
        self._chunk = chunk
        self._console = console
        self._begun = time.monotonic()
        self._province = load_province(home.config_dir / "hospitals.yaml")
        self._today = datetime.now(BANGKOK).date()

    def play(self) -> Result:
        """Build, boot, run, kill, judge.

        :raises DemoError: a component ended by itself or something took longer than an hour.
        """
        result = Result()
        with self._stack() as (stack, oracles):
            busy = self._busy_days(oracles)
            result.alone = self._daily(stack, busy[0])
            self._say(f"today's run alone: {result.alone:.0f} s")
            begun = time.monotonic()
            first, last = self._today - timedelta(days=self._days), self._today - timedelta(days=1)
            conf = {
                "hospitals": [HOSPITAL],
                "chunk_days": self._chunk,
                "day_from": str(first),
                "day_to": str(last),
            }
            run_id = stack.api.trigger(BACKFILL, conf)
            for number in range(self._kills):
                self._after_progress(stack, run_id)
                result.kills.append(stack.kill_scheduler())
                self._say(f"kill {number + 1}: {result.kills[-1]} processes")
                stack.start_scheduler()
            self._after_progress(stack, run_id)
            result.beside.append(self._daily(stack, busy[1]))
            self._say(f"today's run beside the backfill: {result.beside[-1]:.0f} s")
            self._wait(stack, BACKFILL, run_id)
            result.backfill = time.monotonic() - begun
            self._judge(stack, oracles[HOSPITAL], first, last, result)
        return result

    @contextmanager
    def _stack(self) -> Iterator[tuple[Stack, dict[str, HospitalOracle]]]:
        installation, ports = Installation(self._home), Ports.free()
        hcodes = [hospital.hcode for hospital in self._province.hospitals]
        replicas = {hcode: self._home.replicas / f"{hcode}.sqlite" for hcode in hcodes}
        installation.secrets()
        installation.write_settings(self._province, ports, replicas)
        env = os.environ | airflow_env(
            self._home.root, secrets=installation.airflow_secrets(), port=ports.airflow
        )
        stack = Stack(installation, ports, env, self._say)
        oracles: dict[str, HospitalOracle] = {}

        def build() -> None:
            first = self._today - timedelta(days=self._days + 14)
            oracles.update(
                build_province(
                    self._home.replicas, seed=7, first_day=first, last_day=self._today, scale=self._scale
                )
            )

        try:
            stack.migrate(build)
            stack.boot([BACKFILL, TODAY])
            for dag_id in (BACKFILL, TODAY):
                stack.api.unpause(dag_id)
            # switching it on starts the latest interval; it must be over before anything is measured
            stack.until(lambda: stack.api.latest_run(TODAY) is not None, "today's own run", seconds=60)
            self._wait(stack, TODAY, str((stack.api.latest_run(TODAY) or {})["dag_run_id"]))
            yield stack, oracles
        finally:
            if left := stack.components.stop():
                self._say(f"still running: {left}")

    def _busy_days(self, oracles: dict[str, HospitalOracle]) -> tuple[date, date]:
        """The two busiest service days before the backfill's, which nothing has sent yet."""
        sizes: Counter[str] = Counter()
        for oracle in oracles.values():
            sizes.update({day: sum(outcomes.values()) for day, outcomes in oracle.days.items()})
        first = str(self._today - timedelta(days=self._days))
        (one, _), (other, _) = Counter({d: n for d, n in sizes.items() if d < first}).most_common(2)
        return date.fromisoformat(one), date.fromisoformat(other)

    def _daily(self, stack: Stack, day: date) -> float:
        begun = time.monotonic()
        conf = {"day_from": str(day), "day_to": str(day)}
        self._wait(stack, TODAY, stack.api.trigger(TODAY, conf))
        return time.monotonic() - begun

    def _wait(self, stack: Stack, dag_id: str, run_id: str) -> None:
        def ended() -> bool:
            return stack.api.run(dag_id, run_id)["state"] in ("success", "failed")

        stack.until(ended, f"{dag_id} {run_id}", seconds=_LONGEST)
        if (state := stack.api.run(dag_id, run_id)["state"]) != "success":
            raise DemoError(f"{dag_id} {run_id} ended as {state}")

    def _after_progress(self, stack: Stack, run_id: str) -> None:
        """Wait until tasks of the backfill have ended since the last look and others are running."""
        before = self._states(stack, run_id)["success"]

        def moved() -> bool:
            states = self._states(stack, run_id)
            done = stack.api.run(BACKFILL, run_id)["state"] == "success"
            return done or (states["success"] >= before + 2 and states["running"] > 0)

        stack.until(moved, "progress of the backfill", seconds=_LONGEST)

    @staticmethod
    def _states(stack: Stack, run_id: str) -> Counter[str]:
        return Counter(str(task["state"]) for task in stack.api.task_instances(BACKFILL, run_id))

    def _judge(self, stack: Stack, oracle: HospitalOracle, first: date, last: date, result: Result) -> None:
        expected = {
            ref
            for ref, visit in oracle.visits.items()
            if visit.outcome == "send" and first <= date.fromisoformat(visit.service_day) <= last
        }
        ledger, d = Ledger.open(self._home.ledger_url), t.document
        query = select(d.c.reference).where(
            d.c.hospital == HOSPITAL,
            d.c.kind == "encounter",
            d.c.desired_state == "delivered",
            d.c.service_day.between(first, last),
        )
        with ledger.read() as connection:
            found = set(connection.execute(query).scalars())
        result.visits = len(expected)
        if found != expected:
            missing, extra = len(expected - found), len(found - expected)
            result.problems.append(f"{missing} visits did not arrive, {extra} arrived that should not")
        lines = state_equations(ledger, hospitals=[HOSPITAL], day_from=first, day_to=last)
        result.problems += [f"{line.name} {line.day}: remainder" for line in lines if line.remainder]
        if destroyed := stack.national("/_sandbox/stats")["deletions"]:
            result.problems.append(f"{destroyed} calls destroyed something at the national side")

    def _say(self, text: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._begun:6.1f} s[/dim]  {escape(text)}")


def run(root: Path, *, days: int, kills: int, scale: float, chunk: int, console: Console) -> Result:
    """One play; prints what it came to."""
    result = Chaos(Home(root), days=days, kills=kills, scale=scale, chunk=chunk, console=console).play()
    ratio = max(result.beside, default=0.0) / result.alone
    console.print(
        f"{result.visits:,} visits of {days} days in {result.backfill:.0f} s, "
        f"killed {len(result.kills)} times ({sum(result.kills)} processes); "
        f"today's run took {ratio:.2f} times as long beside it as alone"
    )
    for problem in result.problems:
        console.print(f"✗ {problem}", style="red")
    return result


def main() -> int:
    """Exit code 0 when everything arrived."""
    parser = argparse.ArgumentParser(prog="phr_sandbox.chaos", description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--scale", type=float, default=0.5)
    parser.add_argument("--chunk", type=int, default=7, help="days in one part of the backfill")
    given: Any = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="phr-chaos-") as scratch:
        try:
            result = run(
                Path(scratch),
                days=given.days,
                kills=given.kills,
                scale=given.scale,
                chunk=given.chunk,
                console=console,
            )
        except DemoError as error:
            console.print(f"✗ {escape(str(error))}", style="red")
            return 1
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
