"""The steps of the demo, each with a line of progress."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import requests
from rich.console import Console
from rich.markup import escape

from phr.home import Home
from phr.pipeline.days import BANGKOK
from phr.settings import Province, load_province
from phr_sandbox.demo.airflow_env import ADMIN, REPOSITORY, airflow_env
from phr_sandbox.demo.airflow_rest import AirflowApi
from phr_sandbox.demo.data import prepare
from phr_sandbox.demo.installation import DemoError, Installation, Ports
from phr_sandbox.demo.processes import Component, Components, end_leftovers

DAG_ID = "phr_visits"
_BOOT_SECONDS = 240
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
        self._api = AirflowApi(f"http://127.0.0.1:{self._ports.airflow}")
        province = load_province(self.home.config_dir / "hospitals.yaml")
        self._install(province)
        self._boot()
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
        raise DemoError(f"{dead.name} ended by itself:\n{escape(dead.tail())}")

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
        self._components = Components(
            state_file=self._installation.state_file,
            log_folder=self._installation.log_folder,
        )
        self._env = os.environ | airflow_env(
            self.home.root,
            secrets=self._installation.airflow_secrets(),
            port=self._ports.airflow,
            test_connection=True,
        )
        # both take seconds and need nothing of each other
        migrate = self._airflow("db-migrate", "db", "migrate")
        if build:
            build(self._say)
        else:
            self._say("using the province of an earlier demo (--fresh starts over)")
        if (code := migrate.process.wait(timeout=_BOOT_SECONDS)) != 0:
            raise DemoError(f"airflow db migrate ended with {code}:\n{escape(migrate.tail())}")
        self._components.forget(migrate)
        self._say("Airflow's database is ready (SQLite)")

    def _boot(self) -> None:
        assert self._components is not None
        store = str(self.home.national)
        national = [sys.executable, "-m", "phr_sandbox.national", store, "--port", str(self._ports.national)]
        self._components.start("national", national, self._env, cwd=REPOSITORY)
        self._airflow("api-server", "api-server")
        self._airflow("dag-processor", "dag-processor")
        self._airflow("triggerer", "triggerer", "--skip-serve-logs")
        # only the scheduler forks tasks, so only it is worth importing Great Expectations beforehand
        self._airflow("scheduler", "scheduler", "--skip-serve-logs", PHR_PRELOAD="1")
        self._until(self._national_up, "the national double")
        self._say(f"the national API double answers on port {self._ports.national}")
        self._until(self._airflow_up, "Airflow")
        self._say(f"Airflow answers on port {self._ports.airflow}, {DAG_ID} is there")
        self._api.ensure_pool("his_read", 4, "อ่านฐานข้อมูล HIS / reads of hospital databases")
        self._api.ensure_pool("deliver", 4, "ส่งหมอพร้อม / deliveries to the national API")

    def _first_run(self) -> dict[str, Any]:
        known = self._api.latest_run(DAG_ID)
        self._api.unpause(DAG_ID)  # starts the latest interval at once, unless an earlier demo has run it
        if known is None:
            self._until(lambda: self._api.latest_run(DAG_ID) is not None, "the first run", seconds=60)
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

    def _airflow(self, name: str, *arguments: str, **more_env: str) -> Component:
        assert self._components is not None
        command = [sys.executable, "-m", "airflow", *arguments]
        return self._components.start(name, command, self._env | more_env, cwd=REPOSITORY)

    def _until(self, done: Callable[[], bool], what: str, *, seconds: float = _BOOT_SECONDS) -> None:
        assert self._components is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if dead := self._components.first_dead():
                raise DemoError(f"{dead.name} ended by itself ({dead.log}):\n{escape(dead.tail())}")
            if done():
                return
            time.sleep(0.3)
        raise DemoError(f"{what} is not ready after {seconds:.0f} s; see {self._installation.log_folder}")

    def _national_up(self) -> bool:
        return self._national("/_sandbox/health") is not None

    def _national(self, path: str) -> Any:
        session = requests.Session()
        session.trust_env = False
        try:
            answer = session.get(f"http://127.0.0.1:{self._ports.national}{path}", timeout=10)
        except requests.ConnectionError:
            return None
        return answer.json() if answer.ok else None

    def _uploads(self) -> int:
        stats = self._national("/_sandbox/stats") or {}
        return int(stats.get("paths", {}).get("UpdatePHRv1", {}).get("calls", 0))

    def _airflow_up(self) -> bool:
        try:
            if not self._api.logged_in:
                self._api.login(ADMIN, self._installation.secrets()["admin_password"])
                self._api.warm_up()  # while the other components are still starting
            if self._api.has_dag(DAG_ID):
                return True
            if errors := self._api.import_errors():
                raise DemoError(f"a DAG file does not parse:\n{escape(errors[0][-800:])}")
        except (requests.ConnectionError, requests.HTTPError, requests.Timeout):
            return False
        return False

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

        self._until(ended, f"run {run_id}", seconds=_RUN_SECONDS)
        if (state := self._api.run(DAG_ID, run_id)["state"]) != "success":
            logs = self._installation.airflow_home / "logs"
            raise DemoError(f"run {run_id} ended as {state}; the logs of its tasks are in {logs}")
