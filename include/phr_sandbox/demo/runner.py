"""The steps of the demo, each with a line of progress."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape

from phr.home import Home
from phr.ledger import Ledger
from phr.pipeline.days import BANGKOK
from phr.settings import CATEGORIES, Province
from phr_sandbox.demo.airflow_env import ADMIN, airflow_env
from phr_sandbox.demo.data import prepare
from phr_sandbox.demo.installation import DemoError, Installation, Ports
from phr_sandbox.demo.processes import Components, end_leftovers
from phr_sandbox.demo.second_day import SecondDay
from phr_sandbox.demo.sources import model_of
from phr_sandbox.demo.stack import Stack

#: the four feeds, in the order of a night
DAG_IDS = tuple(category.dag_id for category in CATEGORIES.values() if not category.proposed)
_RUN_SECONDS = 1800


def _map_index(task: dict[str, Any]) -> int:
    return int(task["map_index"])


class Demo:
    """One demo from empty folder to a running, watched Airflow."""

    def __init__(
        self, home: Home, ports: Callable[[], Ports], *, console: Console, scale: float, fresh: bool
    ) -> None:
        self.home = home
        self._find_ports = ports
        self._console = console
        self._scale = scale
        self._fresh = fresh
        self._begin = time.monotonic()
        self._installation = Installation(home)
        self._components: Components | None = None

    # -- the whole -------------------------------------------------------------------------------

    def run(self) -> None:
        """Install, boot, two days of the four feeds, report.

        :raises DemoError: something did not go as a demo must; the message says what and where to look.
        """
        self._installation.lock()
        ended = end_leftovers(self._installation.state_file)
        if ended:
            self._say(f"ended {ended} processes an earlier demo had left behind")
        self._ports = self._find_ports()
        province = self._install()
        first = self._first_day()
        second = self._second_day(province, first)
        self._stack.start_triggerer()
        self._report("วันแรก / the first day", {dag_id: run["dag_run_id"] for dag_id, run in first.items()})
        self._report("วันที่สอง / the second day", second)
        self._say("the second day sent what had changed, and nothing else")
        password = self._installation.secrets()["admin_password"]
        self._console.print(
            f"\n[bold green]✓ พร้อมใช้ / ready[/bold green]  http://127.0.0.1:{self._ports.airflow}"
            f"/dags/{DAG_IDS[0]}   login {ADMIN} / {escape(password)}\n"
        )

    def stay(self) -> None:
        """Stay up until Ctrl-C.

        :raises DemoError: a component does not stay up.
        """
        self._console.print("Ctrl-C ends everything / กด Ctrl-C เพื่อปิดทั้งหมด")
        while True:
            self._stack.mind()
            time.sleep(1)

    def close(self) -> list[int]:
        """End every process; returns what could not be ended."""
        if self._components is None:
            return []
        with suppress(OSError):  # the terminal may be gone
            self._console.print("stopping / กำลังปิด ...")
        return self._components.stop()

    # -- steps -----------------------------------------------------------------------------------

    def _install(self) -> Province:
        today = datetime.now(BANGKOK).date()
        province, replicas, build = prepare(self.home, today=today, scale=self._scale, fresh=self._fresh)
        self._replicas = replicas
        # the hospital behind the 43 files, as it was before anybody edited anything
        self._community = model_of("99002", "files43", seed=1, last_day=today, scale=self._scale)
        self._installation.secrets()
        self._installation.write_settings(province, self._ports, replicas)
        env = os.environ | airflow_env(
            self.home.root,
            secrets=self._installation.airflow_secrets(),
            port=self._ports.airflow,
            test_connection=True,
        )
        self._stack = Stack(self._installation, self._ports, env, self._say)
        self._components, self._api = self._stack.components, self._stack.api

        def province_there() -> None:
            if build:
                build(self._say)
            else:
                self._say("using the province of an earlier demo (--fresh starts over)")

        self._stack.migrate(province_there)
        self._say("Airflow's database is ready (SQLite)")
        self._stack.boot(DAG_IDS)
        return province

    def _first_day(self) -> dict[str, dict[str, Any]]:
        """The latest interval of every feed; returns the run of each DAG."""
        runs: dict[str, dict[str, Any]] = {}
        for dag_id in DAG_IDS:
            known = self._api.latest_run(dag_id)
            # starts the latest interval at once, unless an earlier demo has run it
            self._api.unpause(dag_id)
            if known is not None:
                runs[dag_id] = self._api.run(dag_id, self._api.trigger(dag_id, {}))
        for dag_id in DAG_IDS:
            if dag_id not in runs:
                self._stack.until(
                    lambda: self._api.latest_run(dag_id) is not None,  # noqa: B023 (called in this turn only)
                    f"the first run of {dag_id}",
                    seconds=60,
                )
                run = self._api.latest_run(dag_id)
                assert run is not None
                runs[dag_id] = run
        self._say(f"the four feeds run: {runs[DAG_IDS[0]]['dag_run_id']} …")
        self._watch({dag_id: run["dag_run_id"] for dag_id, run in runs.items()})
        return runs

    def _second_day(self, province: Province, first: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Staff edit, the feeds run again: what was edited is sent, and nothing else."""
        start = first[DAG_IDS[0]]["data_interval_start"]
        moment = datetime.fromisoformat(start).astimezone(BANGKOK) if start else datetime.now(BANGKOK)
        last = moment.date() - timedelta(days=0 if start else 1)
        back = min(h.look_back("visits") for h in province.hospitals)
        window = (last - timedelta(days=back - 1), last)
        second = SecondDay(
            Ledger.open(self.home.ledger_url),
            self._replicas,
            window,
            older=last - timedelta(days=back),
            community=self._community,
        )
        before = self._calls()
        self._say("the second day: hospital staff edit their HIS / วันที่สอง เจ้าหน้าที่แก้ข้อมูลใน HIS")
        for edit in second.edit():
            self._say(f"   {edit.hospital} {edit.reference[:6]}······  {edit.thai} / {edit.english}")
        conf = {"day_from": str(window[0]), "day_to": str(window[1])}
        runs = {dag_id: self._api.trigger(dag_id, conf) for dag_id in DAG_IDS}
        self._watch(runs)
        if unseen := second.unseen():
            what = "; ".join(f"{edit.hospital} {edit.english}" for edit in unseen)
            raise DemoError(f"the second day's runs did not find: {what}")
        made = self._calls() - before
        expected = sum(edit.outcome == "again" for edit in second.edits)
        if made["UpdatePHRv1"] != expected:
            raise DemoError(f"{made['UpdatePHRv1']} documents were uploaded for {expected} edited visits")
        if not made["ImmunizationRegisterv1"]:
            raise DemoError("the register with the new dose was not sent")
        return runs

    def _report(self, title: str, runs: Mapping[str, str]) -> None:
        from phr.reporting import day_report

        self._console.print(f"\n[bold]{title}[/bold]")
        ids = [f"{dag_id}:{run_id}" for dag_id, run_id in runs.items()]
        self._console.print(escape(day_report(self.home, ids)))

    # -- helpers ---------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._begin:6.1f} s[/dim]  {escape(text)}")

    def _calls(self) -> Counter[str]:
        """Calls the national side has seen, by path."""
        stats = self._stack.national("/_sandbox/stats")
        if stats is None:
            raise DemoError("the national API double does not answer")
        return Counter({path: int(row["calls"]) for path, row in stats["paths"].items()})

    def _watch(self, runs: Mapping[str, str]) -> None:
        """Follow runs, DAG id -> run id, to their end, a line for each task that ends."""
        open_runs, seen = dict(runs), set[tuple[str, str, int, int]]()

        def ended() -> bool:
            for dag_id, run_id in list(open_runs.items()):
                state = self._api.run(dag_id, run_id)["state"]
                self._tell_tasks(dag_id, run_id, seen)
                if state == "failed":
                    logs = self._installation.airflow_home / "logs"
                    raise DemoError(f"run {run_id} of {dag_id} failed; the logs of its tasks are in {logs}")
                if state == "success":
                    del open_runs[dag_id]
            return not open_runs

        self._stack.until(ended, "the runs", seconds=_RUN_SECONDS, every=1.5)

    def _tell_tasks(self, dag_id: str, run_id: str, seen: set[tuple[str, str, int, int]]) -> None:
        tasks = self._api.task_instances(dag_id, run_id)
        # Airflow gives the display name to the first of the mapped instances only
        names = {t["task_id"]: t["task_display_name"] for t in sorted(tasks, key=_map_index, reverse=True)}
        for task in tasks:
            key = (dag_id, task["task_id"], task["map_index"], task["try_number"])
            if task["state"] in ("success", "failed", "skipped", "upstream_failed") and key not in seen:
                seen.add(key)
                label = task.get("rendered_map_index") or ""
                took = f"{task['duration']:.1f} s" if task["duration"] else ""
                self._say(f"   {task['state']:<9} {dag_id:<18} {names[task['task_id']]}  {label}  {took}")
