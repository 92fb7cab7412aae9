"""The steps of the demo, each with a line of progress."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape

from phr.home import Home
from phr.pipeline.days import BANGKOK
from phr.settings import Province, load_province
from phr_sandbox.demo.airflow_env import ADMIN, airflow_env
from phr_sandbox.demo.data import prepare
from phr_sandbox.demo.installation import DemoError, Installation, Ports
from phr_sandbox.demo.processes import Components, end_leftovers
from phr_sandbox.demo.stack import Stack

DAG_ID = "phr_visits"
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
        """Install, boot, run twice, report.

        :raises DemoError: something did not go as a demo must; the message says what and where to look.
        """
        self._installation.lock()
        ended = end_leftovers(self._installation.state_file)
        if ended:
            self._say(f"ended {ended} processes an earlier demo had left behind")
        self._ports = self._find_ports()
        province = load_province(self.home.config_dir / "hospitals.yaml")
        self._install(province)
        first = self._first_run()
        second = self._second_run(province, first)
        self._report(first["dag_run_id"])
        self._say(f"second run {second}: the national side received no document again")
        password = self._installation.secrets()["admin_password"]
        self._console.print(
            f"\n[bold green]✓ พร้อมใช้ / ready[/bold green]  http://127.0.0.1:{self._ports.airflow}"
            f"/dags/{DAG_ID}   login {ADMIN} / {escape(password)}\n"
        )

    def stay(self) -> None:
        """Stay up until Ctrl-C; a component that dies is said once."""
        assert self._components is not None
        self._console.print("Ctrl-C ends everything / กด Ctrl-C เพื่อปิดทั้งหมด")
        while (dead := self._components.first_dead()) is None:
            time.sleep(1)
        raise DemoError(f"{dead.name} ended by itself:\n{dead.tail()}")

    def close(self) -> list[int]:
        """End every process; returns what could not be ended."""
        if self._components is None:
            return []
        with suppress(OSError):  # the terminal may be gone
            self._console.print("stopping / กำลังปิด ...")
        return self._components.stop()

    # -- steps -----------------------------------------------------------------------------------

    def _install(self, province: Province) -> None:
        hcodes = [hospital.hcode for hospital in province.hospitals]
        today = datetime.now(BANGKOK).date()
        replicas, build = prepare(
            self.home, hospitals=hcodes, today=today, scale=self._scale, fresh=self._fresh
        )
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
        self._stack.boot([DAG_ID])

    def _first_run(self) -> dict[str, Any]:
        known = self._api.latest_run(DAG_ID)
        self._api.unpause(DAG_ID)  # starts the latest interval at once, unless an earlier demo has run it
        if known is None:
            self._stack.until(lambda: self._api.latest_run(DAG_ID) is not None, "the first run", seconds=60)
            run = self._api.latest_run(DAG_ID)
            assert run is not None
        else:
            run = self._api.run(DAG_ID, self._api.trigger(DAG_ID, {}))
        self._say(f"run {run['dag_run_id']}")
        self._watch(run["dag_run_id"])
        return run

    def _second_run(self, province: Province, first: dict[str, Any]) -> str:
        """The same days once more: everything is unchanged, so nothing may be sent."""
        back = min((h.look_back_days for h in province.hospitals), default=0)
        start = first["data_interval_start"]
        moment = datetime.fromisoformat(start).astimezone(BANGKOK) if start else datetime.now(BANGKOK)
        day = moment.date() - timedelta(days=0 if start else 1)
        conf = {"day_from": str(day - timedelta(days=back)), "day_to": str(day)}
        before = self._uploads()
        run_id = self._api.trigger(DAG_ID, conf)
        self._say(f"the same days again: run {run_id}")
        self._watch(run_id)
        if (more := self._uploads() - before) != 0:
            raise DemoError(f"the second run of the same days uploaded {more} documents instead of none")
        return run_id

    def _report(self, run_id: str) -> None:
        from phr.reporting import delivery_report

        self._console.print(escape(delivery_report(self.home, run_id)))

    # -- helpers ---------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._begin:6.1f} s[/dim]  {escape(text)}")

    def _uploads(self) -> int:
        stats = self._stack.national("/_sandbox/stats") or {}
        return int(stats.get("paths", {}).get("UpdatePHRv1", {}).get("calls", 0))

    def _watch(self, run_id: str) -> None:
        """Follow a run to its end, a line for each task that ends."""
        seen: set[tuple[str, int, int]] = set()

        def ended() -> bool:
            state = self._api.run(DAG_ID, run_id)["state"]
            tasks = self._api.task_instances(DAG_ID, run_id)
            # Airflow gives the display name to the first of the mapped instances only
            names = {
                t["task_id"]: t["task_display_name"] for t in sorted(tasks, key=_map_index, reverse=True)
            }
            for task in tasks:
                key = (task["task_id"], task["map_index"], task["try_number"])
                if task["state"] in ("success", "failed", "skipped", "upstream_failed") and key not in seen:
                    seen.add(key)
                    label = task.get("rendered_map_index") or ""
                    took = f"{task['duration']:.1f} s" if task["duration"] else ""
                    self._say(f"   {task['state']:<9} {names[task['task_id']]}  {label}  {took}")
            return state in ("success", "failed")

        self._stack.until(ended, f"run {run_id}", seconds=_RUN_SECONDS)
        if (state := self._api.run(DAG_ID, run_id)["state"]) != "success":
            logs = self._installation.airflow_home / "logs"
            raise DemoError(f"run {run_id} ended as {state}; the logs of its tasks are in {logs}")
